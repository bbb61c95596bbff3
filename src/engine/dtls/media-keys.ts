import { srtpProfileNames, srtpProfiles, type SrtpProfile } from '../../media/srtp/profile.js';
import { exportForSrtp, type HelloRandoms } from './key-schedule.js';

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
export function exportMediaKeys(
  role: 'client' | 'server',
  profileId: number | undefined,
  masterSecret: Uint8Array,
  randoms: HelloRandoms,
): MediaKeys | undefined {
  const profile = srtpProfileNames.find((name) => srtpProfiles[name].dtlsId === profileId);
  if (profile === undefined) return undefined;
  const { keyLength, saltLength } = srtpProfiles[profile];
  const block = exportForSrtp(masterSecret, randoms, 2 * (keyLength + saltLength));
  const saltsAt = 2 * keyLength;
  const client = [block.subarray(0, keyLength), block.subarray(saltsAt, saltsAt + saltLength)] as const;
  const server = [block.subarray(keyLength, saltsAt), block.subarray(saltsAt + saltLength)] as const;
  const [[localKey, localSalt], [remoteKey, remoteSalt]] = role === 'client' ? [client, server] : [server, client];
  return { profile, localKey, localSalt, remoteKey, remoteSalt };
}
