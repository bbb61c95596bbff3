import { ascii } from '../bytes.js';
import { crc32 } from '../stun/crc32.js';
import {
  ICE_OPTIONS,
  taggedMedia,
  writeBundle,
  writeCandidates,
  writeCredentials,
  writeMediaLine,
} from './local-description.js';
import type { LocalTransport, NegotiatedFormat, NegotiatedTrack, OfferedMedia, SessionOffer } from './session.js';

/**
 * Writes the answer to an offer (RFC 9429 section 5.3): we receive, on one transport, everything the offer has.
 *
 * Each m-line repeats the transport's attributes, though the first one's would do: not every client looks there.
 *
 * @param tracks what `negotiate` made of the offer
 * @param sessionVersion counts our descriptions of this session from 1
 * @throws {RangeError} when an m-line has no track
 */
export function writeAnswer(
  offer: SessionOffer,
  tracks: readonly NegotiatedTrack[],
  local: LocalTransport,
  sessionVersion: number,
): string {
  const tagged = taggedMedia(offer);
  const media = offer.media.flatMap((one) => writeMedia(one, trackOf(one, tracks), local, one === tagged));
  const lines = [
    'v=0',
    `o=- ${sessionIdOf(local)} ${sessionVersion} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    ...writeBundle(offer),
    ICE_OPTIONS,
    ...media,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

function trackOf({ mid }: OfferedMedia, tracks: readonly NegotiatedTrack[]): NegotiatedTrack {
  const track = tracks.find((one) => one.mid === mid);
  if (track === undefined) throw new RangeError(`No track for the m-line ${mid}.`);
  return track;
}

/** Stays the same as long as the transport does, differs between sessions (RFC 8866 section 5.2). */
function sessionIdOf({ ice }: LocalTransport): number {
  const bytes = ascii(ice.usernameFragment);
  return crc32(bytes, bytes.length);
}

function writeMedia(offered: OfferedMedia, track: NegotiatedTrack, local: LocalTransport, isTagged: boolean): string[] {
  const payloadTypes = track.formats.flatMap(({ payloadType, rtxPayloadType }) => [payloadType, rtxPayloadType ?? []]);
  return [
    ...writeMediaLine(track.kind, payloadTypes.flat(), local),
    ...(isTagged ? writeCandidates(local.candidates) : []),
    ...writeCredentials(local.ice),
    `a=fingerprint:${local.fingerprint.algorithm} ${local.fingerprint.value}`,
    `a=setup:${local.setup}`,
    `a=mid:${track.mid}`,
    ...writeExtensions(offered, track),
    'a=recvonly',
    'a=rtcp-mux',
    'a=rtcp-mux-only',
    ...(offered.reducedSizeRtcp === true ? ['a=rtcp-rsize'] : []),
    ...writeLayers(track),
    ...track.formats.flatMap((format) => [...writeFormat(format, track), ...writeRetransmissions(format)]),
  ];
}

function writeExtensions({ extensions }: OfferedMedia, track: NegotiatedTrack): string[] {
  const accepted = new Set<number | undefined>(Object.values(track.extensions));
  return extensions.filter(({ id }) => accepted.has(id)).map(({ id, uri }) => `a=extmap:${id} ${uri}`);
}

/** RFC 8853 section 5.3.2. */
function writeLayers({ rids }: NegotiatedTrack): string[] {
  if (rids.length === 0) return [];
  return [...rids.map((rid) => `a=rid:${rid} recv`), `a=simulcast:recv ${rids.join(';')}`];
}

function writeFormat(format: NegotiatedFormat, { feedback }: NegotiatedTrack): string[] {
  const { payloadType, codecName, clockRate, channels, answerFormat } = format;
  const { nack, pli, transportCc } = feedback;
  const messages = [...(transportCc ? ['transport-cc'] : []), ...(nack ? ['nack'] : []), ...(pli ? ['nack pli'] : [])];
  return [
    `a=rtpmap:${payloadType} ${codecName}/${clockRate}${channels > 1 ? `/${channels}` : ''}`,
    ...messages.map((message) => `a=rtcp-fb:${payloadType} ${message}`),
    ...(answerFormat === undefined ? [] : [`a=fmtp:${payloadType} ${answerFormat}`]),
  ];
}

function writeRetransmissions({ payloadType, rtxPayloadType, clockRate }: NegotiatedFormat): string[] {
  if (rtxPayloadType === undefined) return [];
  return [`a=rtpmap:${rtxPayloadType} rtx/${clockRate}`, `a=fmtp:${rtxPayloadType} apt=${payloadType}`];
}
