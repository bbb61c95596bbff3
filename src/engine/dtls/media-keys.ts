import type { DtlsSocket } from 'werift';

/** SRTP profiles by their DTLS numbers (RFC 5764 section 4.1.2, RFC 7714 section 14.2), the preferred one first. */
export const SRTP_PROFILES = [0x0007, 0x0001] as const;

const PROFILES = {
  0x0007: { name: 'AEAD_AES_128_GCM', keyBytes: 16, saltBytes: 12 },
  0x0001: { name: 'AES_CM_128_HMAC_SHA1_80', keyBytes: 16, saltBytes: 14 },
} as const;

/** Master keys and salts that a handshake yields for SRTP, RFC 5764 section 4.2. */
export interface MediaKeys {
  readonly profile: (typeof PROFILES)[keyof typeof PROFILES]['name'];
  readonly localKey: Uint8Array;
  readonly localSalt: Uint8Array;
  readonly remoteKey: Uint8Array;
  readonly remoteSalt: Uint8Array;
}

/** @returns undefined when the peers agreed on no profile of ours */
export function exportMediaKeys(socket: DtlsSocket): MediaKeys | undefined {
  const number = SRTP_PROFILES.find((one) => one === socket.srtp.srtpProfile);
  if (number === undefined) return undefined;
  const { name, keyBytes, saltBytes } = PROFILES[number];
  return { profile: name, ...socket.extractSessionKeys(keyBytes, saltBytes) };
}
