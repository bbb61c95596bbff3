import type { ProtectedPacket, SrtpCrypto } from '../../media/srtp/crypto.js';

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
