import type { PlainPacket, ProtectedPacket, SrtpCrypto } from '../../media/srtp/crypto.js';

/** `SrtpCrypto.openRtpTogether` for ciphers that gain nothing from several packets. */
export function openOneByOne(
  crypto: SrtpCrypto,
  bytes: Uint8Array,
  packets: readonly ProtectedPacket[],
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const packet = packets[i];
    if (packet === undefined) return;
    const { offset, length, header, rolloverCounter } = packet;
    packet.plainLength = crypto.openRtp(bytes, offset, length, header, rolloverCounter);
  }
}

/** `SrtpCrypto.sealRtpTogether` for the same. */
export function sealOneByOne(
  crypto: SrtpCrypto,
  bytes: Uint8Array,
  packets: readonly PlainPacket[],
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const packet = packets[i];
    if (packet === undefined) return;
    crypto.sealRtp(bytes, packet.offset, packet.length, packet.header, packet.rolloverCounter);
  }
}
