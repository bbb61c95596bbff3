const IPV4_BYTES = 4;
const IPV6_GROUPS = 8;

/**
 * @param text a literal address, an IPv6 one with or without a zone (`fe80::1%eth0`); names are never resolved
 * @returns 4 or 16 bytes in network order, undefined for anything else
 */
export function parseIpAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text.replace(/%[^%]+$/, '')) : parseIpv4(text);
}

/**
 * @param bytes 4 or 16
 * @returns dotted decimal, or RFC 5952 text
 * @throws {RangeError} for another number of bytes
 */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === IPV4_BYTES) return bytes.join('.');
  if (bytes.length === IPV6_GROUPS * 2) return formatIpv6(bytes);
  throw new RangeError(`No address has ${String(bytes.length)} bytes.`);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== IPV4_BYTES || !parts.every(isOctet)) return undefined;
  return Uint8Array.from(parts, Number);
}

/** Without leading zeros: some read those as octal. */
function isOctet(text: string): boolean {
  return /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) <= 255;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = parseGroups(halves[1] ?? '', true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = IPV6_GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return groupBytes([...head, ...Array<number>(missing).fill(0), ...tail]);
}

/** @param mayEndInIpv4 only the last part of an address may be dotted decimal */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    const embedded = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (embedded !== undefined) groups.push(...bytePairs(embedded));
    else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function groupBytes(groups: readonly number[]): Uint8Array {
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function bytePairs(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, index) => {
    return ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0);
  });
}

function formatIpv6(bytes: Uint8Array): string {
  const groups = bytePairs(bytes);
  const zeros = longestZeroRun(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (zeros.length < 2) return text(groups);
  return `${text(groups.slice(0, zeros.start))}::${text(groups.slice(zeros.start + zeros.length))}`;
}

/** The first of the longest ones (RFC 5952 section 4.2.3). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}
