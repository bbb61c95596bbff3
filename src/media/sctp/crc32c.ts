/** Reflected Castagnoli polynomial, RFC 9260 appendix A. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
  return value;
});

const CHECKSUM_AT = 8;
const CHECKSUM_END = 12;

/** @returns CRC32c of an SCTP packet as if its checksum were 0, from 0 to 2^32 - 1 */
export function packetChecksum(packet: Uint8Array): number {
  let crc = 0xffffffff;
  for (let index = 0; index < packet.length; index += 1) {
    const byte = index >= CHECKSUM_AT && index < CHECKSUM_END ? 0 : (packet[index] ?? 0);
    crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
