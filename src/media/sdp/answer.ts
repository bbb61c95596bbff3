import {
  writeAnswerHead,
  writeData,
  writeEncoding,
  writeExtensions,
  writeMediaTransport,
  writeMultiplexing,
  writeParameters,
  writeRetransmissions,
} from './answer-lines.js';
import { taggedMedia } from './local-description.js';
import type { LocalTransport, NegotiatedFormat, NegotiatedTrack, OfferedMedia, SessionOffer } from './session.js';

/** What browsers send of Opus at most unless they are told otherwise, and its headers. */
const SOUND_BPS = 64_000;

/**
 * Writes the answer to an offer (RFC 9429 section 5.3): we receive, on one transport, everything the offer has.
 *
 * Each m-line repeats the transport's attributes, though the first one's would do: not every client looks there.
 *
 * @param tracks what `negotiate` made of the offer
 * @param sessionVersion counts our descriptions of this session from 1
 * @param mostBitsPerSecond that the client may send in all; none is said when absent
 * @throws {RangeError} when an m-line has no track
 */
export function writeAnswer(
  offer: SessionOffer,
  tracks: readonly NegotiatedTrack[],
  local: LocalTransport,
  sessionVersion: number,
  mostBitsPerSecond?: number,
): string {
  const tagged = taggedMedia(offer);
  const bandwidth = mostBitsPerSecond === undefined ? [] : writeBandwidth(mostBitsPerSecond, offer);
  const media = (offer.lines ?? offer.media).flatMap((one) => {
    if ('data' in one) return writeData(one, local, one === tagged);
    if ('refused' in one) return [];
    const [line = '', connection = '', ...attributes] = writeMedia(one, trackOf(one, tracks), local, one === tagged);
    return [line, connection, ...(one.kind === 'video' ? bandwidth : []), ...attributes];
  });
  const lines = [...writeAnswerHead(offer, local, sessionVersion), ...media];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Of pictures, what sound leaves: RFC 3890, and RFC 8866 section 5.8 for those who know that only. */
function writeBandwidth(mostBitsPerSecond: number, { media }: SessionOffer): string[] {
  const soundBps = media.some(({ kind }) => kind === 'audio') ? SOUND_BPS : 0;
  const pictureBps = Math.max(mostBitsPerSecond - soundBps, mostBitsPerSecond / 2);
  return [`b=AS:${Math.floor(pictureBps / 1000)}`, `b=TIAS:${Math.floor(pictureBps)}`];
}

function trackOf({ mid }: OfferedMedia, tracks: readonly NegotiatedTrack[]): NegotiatedTrack {
  const track = tracks.find((one) => one.mid === mid);
  if (track === undefined) throw new RangeError(`No track for the m-line ${mid}.`);
  return track;
}

function writeMedia(offered: OfferedMedia, track: NegotiatedTrack, local: LocalTransport, isTagged: boolean): string[] {
  const payloadTypes = track.formats.flatMap(({ payloadType, rtxPayloadType }) => [payloadType, rtxPayloadType ?? []]);
  return [
    ...writeMediaTransport(offered, payloadTypes.flat(), local, isTagged),
    ...(track.extensions.dependencyDescriptor === undefined ? [] : ['a=extmap-allow-mixed']),
    ...writeExtensions(offered, Object.values(track.extensions)),
    'a=recvonly',
    ...writeMultiplexing(offered),
    ...writeLayers(track),
    ...track.formats.flatMap((format) => [...writeFormat(format, track), ...writeRetransmissions(format)]),
  ];
}

/** RFC 8853 section 5.3.2. */
function writeLayers({ rids }: NegotiatedTrack): string[] {
  if (rids.length === 0) return [];
  return [...rids.map((rid) => `a=rid:${rid} recv`), `a=simulcast:recv ${rids.join(';')}`];
}

function writeFormat(format: NegotiatedFormat, { feedback }: NegotiatedTrack): string[] {
  const { nack, pli, transportCc } = feedback;
  const messages = [...(transportCc ? ['transport-cc'] : []), ...(nack ? ['nack'] : []), ...(pli ? ['nack pli'] : [])];
  return [
    writeEncoding(format),
    ...messages.map((message) => `a=rtcp-fb:${format.payloadType} ${message}`),
    ...writeParameters(format),
  ];
}
