import { parseIpAddress } from '../stun/ip-address.js';
import { writeCandidate } from './candidate.js';
import type {
  IceCandidate,
  IceCredentials,
  LocalTransport,
  OfferedData,
  OfferedMedia,
  SessionOffer,
} from './session.js';

/** Candidates may come later, by PATCH; nominations follow RFC 8445. */
export const ICE_OPTIONS = 'a=ice-options:trickle ice2';

/** @returns nothing when no group was offered: an answer adds none */
export function writeBundle(offer: Pick<SessionOffer, 'bundle' | 'media'>): string[] {
  const mids = bundledMids(offer);
  return mids.length === 0 ? [] : [`a=group:BUNDLE ${mids.join(' ')}`];
}

/** The m-line that has the transport of all (RFC 9143 section 7.3). */
export function taggedMedia(offer: SessionOffer): OfferedMedia | OfferedData | undefined {
  const [tagged] = bundledMids(offer);
  if (offer.data !== undefined && offer.data.mid === tagged) return offer.data;
  return offer.media.find(({ mid }) => mid === tagged) ?? offer.media[0] ?? offer.data;
}

function bundledMids({ bundle, media }: Pick<SessionOffer, 'bundle' | 'media'>): readonly string[] {
  return bundle ?? media.map(({ mid }) => mid);
}

/** @returns `m=` and `c=` lines; address and port are those of the default candidate (RFC 8839 section 4.2.1.2) */
export function writeMediaLine(kind: string, payloadTypes: readonly number[], local: LocalTransport): [string, string] {
  return writeLine(kind, `UDP/TLS/RTP/SAVPF ${payloadTypes.join(' ')}`, local);
}

/** @returns `m=` and `c=` lines of data channels, as `writeMediaLine` */
export function writeDataLine({ protocol }: Pick<OfferedData, 'protocol'>, local: LocalTransport): [string, string] {
  return writeLine('application', `${protocol} webrtc-datachannel`, local);
}

function writeLine(kind: string, rest: string, local: LocalTransport): [string, string] {
  const candidate = local.candidates.find(({ transport }) => transport === 'udp');
  const { address, port } = candidate ?? { address: '0.0.0.0', port: 9 };
  const family = parseIpAddress(address)?.length === 16 ? 'IP6' : 'IP4';
  return [`m=${kind} ${port} ${rest}`, `c=IN ${family} ${address}`];
}

/** @returns the `a=` lines that peers check each other with */
export function writeCredentials({ usernameFragment, password }: IceCredentials): string[] {
  return [`a=ice-ufrag:${usernameFragment}`, `a=ice-pwd:${password}`];
}

/** All there will ever be. */
export function writeCandidates(candidates: readonly IceCandidate[]): string[] {
  return [...candidates.map((candidate) => `a=candidate:${writeCandidate(candidate)}`), 'a=end-of-candidates'];
}
