/** Seconds from 1900 to 1970. */
const NTP_TO_UNIX_S = 2_208_988_800;
const NTP_ERA_S = 2 ** 32;

/**
 * NTP time as RTCP and header extensions carry it, unsigned 32.32 bits. RFC 5905 section 6: from 2036 on the era is the next.
 * @returns milliseconds since 1970-01-01T00:00:00Z, with fractions
 */
export function ntpToUnixMs(seconds: number, fraction: number): number {
  const era = seconds < 0x80000000 ? NTP_ERA_S : 0;
  return (seconds + era - NTP_TO_UNIX_S) * 1000 + fixedPointMs(fraction);
}

/** @param fraction of a second, 32 bits. @returns milliseconds */
export function fixedPointMs(fraction: number): number {
  return (fraction * 1000) / 2 ** 32;
}

/** @param unixMs milliseconds since 1970-01-01T00:00:00Z, with fractions. @returns unsigned 32.32 bits; the era is left out */
export function unixMsToNtp(unixMs: number): { readonly seconds: number; readonly fraction: number } {
  const unixSeconds = Math.floor(unixMs / 1000);
  const fraction = Math.floor(((unixMs - unixSeconds * 1000) * 2 ** 32) / 1000);
  return { seconds: (unixSeconds + NTP_TO_UNIX_S) >>> 0, fraction };
}
