const CONTINUES_ELEMENT = 0x80;
const STARTS_SEQUENCE = 0x08;

/** @returns whether a packet is the first of a coded video sequence: Z and N of the aggregation header, section 4.4 */
export function startsAv1Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  return length > 1 && ((bytes[offset] ?? 0) & (CONTINUES_ELEMENT | STARTS_SEQUENCE)) === STARTS_SEQUENCE;
}
