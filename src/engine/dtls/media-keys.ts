import type { DtlsSocket } from 'werift';
import { srtpProfileNames, srtpProfiles, type SrtpProfile } from '../../media/srtp/profile.js';

/** Numbers for the use_srtp extension, the preferred profile first. */
export const srtpProfileIds: readonly number[] = srtpProfileNames.map((name) => srtpProfiles[name].dtlsId);

/** Master keys and salts that a handshake yields for SRTP, RFC 5764 section 4.2. */
export interface MediaKeys {
  readonly profile: SrtpProfile;
  readonly localKey: Uint8Array;
  readonly localSalt: Uint8Array;
  readonly remoteKey: Uint8Array;
  readonly remoteSalt: Uint8Array;
}

/** @returns undefined when the peers agreed on no profile of ours */
export function exportMediaKeys(socket: DtlsSocket): MediaKeys | undefined {
  const profile = srtpProfileNames.find((name) => srtpProfiles[name].dtlsId === socket.srtp.srtpProfile);
  if (profile === undefined) return undefined;
  const { keyLength, saltLength } = srtpProfiles[profile];
  return { profile, ...socket.extractSessionKeys(keyLength, saltLength) };
}
