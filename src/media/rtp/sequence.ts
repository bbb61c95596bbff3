/**
 * Makes a wrapping 16-bit sequence number grow for ever (RFC 3550 appendix A.1): the value nearest to a known one.
 *
 * @param sequenceNumber 0 to 65535
 * @param near an extended sequence number, any integer
 * @returns `near` - 32768 to `near` + 32767
 */
export function extendSequence(sequenceNumber: number, near: number): number {
  return near + (((sequenceNumber - near) << 16) >> 16);
}
