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
import type {
  LocalTransport,
  NegotiatedFormat,
  OfferedMedia,
  RefusedMedia,
  SentTrack,
  SubscriberOffer,
} from './session.js';

/** What is answered of `a=rtcp-fb`. */
const FEEDBACK = [
  ['nack', 'nack'],
  ['pli', 'nack pli'],
  ['fir', 'ccm fir'],
  ['transportCc', 'transport-cc'],
  ['remb', 'goog-remb'],
] as const;

/**
 * Writes the answer to a viewer's offer (RFC 9429 section 5.3): we send, on one transport, what `tracks` says. An m-line of
 * audio or video without a track is inactive, of anything else refused.
 *
 * @param canonicalName of all our sources, as our reports give it; it names the MediaStream too, so that sound and picture
 * are played in step
 * @param sessionVersion counts our descriptions of this session from 1
 */
export function writeSubscriberAnswer(
  offer: SubscriberOffer,
  tracks: readonly SentTrack[],
  local: LocalTransport,
  canonicalName: string,
  sessionVersion: number,
): string {
  const tagged = taggedMedia(offer);
  const media = offer.lines.flatMap((line) => {
    if ('refused' in line) return writeRefusal(line);
    const isTagged = line === tagged;
    if ('data' in line) return writeData(line, local, isTagged);
    const track = tracks.find(({ mid }) => mid === line.mid);
    return track === undefined
      ? writeInactive(line, local, isTagged)
      : writeTrack(line, track, local, canonicalName, isTagged);
  });
  const lines = [...writeAnswerHead(offer, local, sessionVersion), ...media];
  return lines.map((line) => `${line}\r\n`).join('');
}

function writeTrack(
  offered: OfferedMedia,
  track: SentTrack,
  local: LocalTransport,
  canonicalName: string,
  isTagged: boolean,
): string[] {
  const payloadTypes = track.formats.flatMap(({ payloadType, rtxPayloadType }) => [payloadType, rtxPayloadType ?? []]);
  return [
    ...writeMediaTransport(offered, payloadTypes.flat(), local, isTagged),
    ...(track.extensions.dependencyDescriptor === undefined ? [] : ['a=extmap-allow-mixed']),
    ...writeExtensions(offered, Object.values(track.extensions)),
    'a=sendonly',
    `a=msid:${canonicalName} ${track.kind}`,
    ...writeMultiplexing(offered),
    ...track.formats.flatMap((format) => [...writeFormat(format, track), ...writeRetransmissions(format)]),
    ...writeSources(track, canonicalName),
  ];
}

/** RFC 5576. */
function writeSources({ kind, ssrc, rtxSsrc }: SentTrack, canonicalName: string): string[] {
  const sources = rtxSsrc === undefined ? [ssrc] : [ssrc, rtxSsrc];
  return [
    ...(rtxSsrc === undefined ? [] : [`a=ssrc-group:FID ${ssrc} ${rtxSsrc}`]),
    ...sources.flatMap((one) => [
      `a=ssrc:${one} cname:${canonicalName}`,
      `a=ssrc:${one} msid:${canonicalName} ${kind}`,
    ]),
  ];
}

function writeFormat(format: NegotiatedFormat, { feedback }: SentTrack): string[] {
  const messages = FEEDBACK.flatMap(([name, message]) => (feedback[name] ? [message] : []));
  return [
    writeEncoding(format),
    ...messages.map((message) => `a=rtcp-fb:${format.payloadType} ${message}`),
    ...writeParameters(format),
  ];
}

/** It stays in the bundle, whose first m-line it may be. */
function writeInactive(offered: OfferedMedia, local: LocalTransport, isTagged: boolean): string[] {
  const formats = offered.formats.slice(0, 1);
  const payloadTypes = formats.map(({ payloadType }) => payloadType);
  return [
    ...writeMediaTransport(offered, payloadTypes, local, isTagged),
    'a=inactive',
    ...writeMultiplexing(offered),
    ...formats.map(writeEncoding),
  ];
}

function writeRefusal({ mid, refused: [media, rest] }: RefusedMedia): string[] {
  return [`m=${media} 0 ${rest}`, 'c=IN IP4 0.0.0.0', ...(mid === undefined ? [] : [`a=mid:${mid}`])];
}
