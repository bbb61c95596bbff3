import { CandidateList } from './candidate.js';
import { readDescriptionFragment } from './description.js';
import { CredentialsReader } from './ice-attributes.js';
import type { SdpAttribute } from './lines.js';
import {
  ICE_OPTIONS,
  taggedMedia,
  writeBundle,
  writeCandidates,
  writeCredentials,
  writeDataLine,
  writeMediaLine,
} from './local-description.js';
import { SdpError } from './sdp.errors.js';
import type { IceFragment, LocalTransport, OfferedData, OfferedMedia, SessionOffer } from './session.js';

/**
 * Reads the body of a WHIP PATCH, `application/trickle-ice-sdpfrag` (RFC 8840 section 9): candidates of the client, or
 * new credentials for an ICE restart. All m-lines share one transport, so it does not matter which one they are under.
 *
 * @param text at most 64 KiB; whoever took it from the network counted that
 * @throws {SdpError} for what is no fragment, or exceeds the limits of an offer
 */
export function parseFragment(text: string): IceFragment {
  const { attributes, media } = readDescriptionFragment(text);
  const all = [...attributes, ...media.flatMap((section) => section.attributes)];
  const candidates = new CandidateList();
  const credentials = new CredentialsReader();
  for (const attribute of all) read(attribute, candidates, credentials);
  if (all.length === 0) throw new SdpError(1, 'The fragment has no attribute.');
  return {
    ice: credentials.credentials(),
    candidates: candidates.candidates,
    endOfCandidates: all.some(({ name }) => name === 'end-of-candidates'),
  };
}

/** Our side of an ICE restart (RFC 9725 section 4.3.3), with all the candidates there will be. */
export function writeFragment(local: LocalTransport, offer: SessionOffer): string {
  const tagged = taggedMedia(offer);
  if (tagged === undefined) throw new RangeError('The offer has no m-line.');
  const [mediaLine] = writeTaggedLine(tagged, local);
  const lines = [
    ICE_OPTIONS,
    ...writeBundle(offer),
    mediaLine,
    `a=mid:${tagged.mid}`,
    ...writeCredentials(local.ice),
    ...writeCandidates(local.candidates),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

function writeTaggedLine(tagged: OfferedMedia | OfferedData, local: LocalTransport): [string, string] {
  if ('data' in tagged) return writeDataLine(tagged, local);
  const payloadTypes = tagged.formats.slice(0, 1).map(({ payloadType }) => payloadType);
  return writeMediaLine(tagged.kind, payloadTypes, local);
}

function read(attribute: SdpAttribute, candidates: CandidateList, credentials: CredentialsReader): void {
  if (attribute.name === 'ice-ufrag') credentials.readUsernameFragment(attribute);
  else if (attribute.name === 'ice-pwd') credentials.readPassword(attribute);
  else if (attribute.name === 'candidate') candidates.add(attribute);
}
