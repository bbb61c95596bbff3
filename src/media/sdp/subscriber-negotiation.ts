import type { CodecDefinition, MediaKind } from '../codecs/codec.js';
import { codecs as knownCodecs } from '../codecs/index.js';
import { parseFormat } from './format-parameters.js';
import {
  ABSOLUTE_CAPTURE_TIME_EXTENSION,
  codecOf,
  dependencyDescriptorOf,
  describeOffered,
  extensionId,
  MID_EXTENSION,
  retransmissionsOf,
  TRANSPORT_SEQUENCE_NUMBER_EXTENSION,
} from './negotiation.js';
import { NoAcceptableCodecError } from './sdp.errors.js';
import type { NegotiatedFormat, OfferedFormat, OfferedMedia, SentTrack, SubscriberOffer } from './session.js';

/** What a publisher sends at present of one kind. */
export interface SentFormat {
  readonly kind: MediaKind;
  readonly codecName: string;
  /** The `a=fmtp` value that it offered, empty when there was none. */
  readonly format: string;
}

/**
 * Chooses what a viewer gets on each m-line: the formats that it takes and we know, first those that what is sent fits best,
 * each with its retransmissions. All of them are agreed on, so that a publisher may change its codec, or come later.
 *
 * An m-line gets nothing when the viewer sends only, when an earlier one has the same kind, and when what is sent fits none of
 * its formats.
 *
 * @param sent of the publisher that is there; nothing is known to come of a kind that it does not send
 * @param newSsrc gives another number at each call
 * @throws {NoAcceptableCodecError} when no m-line of those that there are gets anything
 */
export function negotiateSubscriber(
  offer: SubscriberOffer,
  sent: readonly SentFormat[],
  newSsrc: () => number,
  codecs: readonly CodecDefinition[] = knownCodecs,
): SentTrack[] {
  const taken = new Set<MediaKind>();
  const tracks = offer.media.flatMap((media) => {
    const isReceiving = media.direction === 'recvonly' || media.direction === 'sendrecv';
    if (!isReceiving || taken.has(media.kind)) return [];
    taken.add(media.kind);
    const source = sent.find(({ kind }) => kind === media.kind);
    return trackOf(media, formatsOf(media, source, codecs), newSsrc, codecs) ?? [];
  });
  if (tracks.length === 0 && offer.media.length > 0) throw nothingFor(offer, sent, codecs);
  return tracks;
}

/** @returns the viewer's format that takes what is sent best, undefined when none takes it */
export function fittingFormat<Format extends NegotiatedFormat | OfferedFormat>(
  formats: readonly Format[],
  sent: SentFormat,
  codecs: readonly CodecDefinition[] = knownCodecs,
): Format | undefined {
  let best: Format | undefined;
  let bestFit = 0;
  for (const format of formats) {
    const fit = fitOf(format, sent, codecs);
    if (fit <= bestFit) continue;
    best = format;
    bestFit = fit;
  }
  return best;
}

function fitOf(
  { codecName, format }: NegotiatedFormat | OfferedFormat,
  sent: SentFormat,
  codecs: readonly CodecDefinition[],
): number {
  if (codecName.toLowerCase() !== sent.codecName.toLowerCase()) return 0;
  const codec = codecs.find(({ name, kind }) => kind === sent.kind && name.toLowerCase() === codecName.toLowerCase());
  if (codec === undefined) return 0;
  return codec.fit?.(parseFormat(format), parseFormat(sent.format)) ?? 1;
}

/** Preferred first; empty when what is sent fits none. */
function formatsOf(
  media: OfferedMedia,
  source: SentFormat | undefined,
  codecs: readonly CodecDefinition[],
): NegotiatedFormat[] {
  const known = media.formats.flatMap((format) => {
    const codec = codecOf(media, format, codecs);
    const preference = codec?.preference(parseFormat(format.format)) ?? 0;
    if (codec === undefined || preference === 0) return [];
    const fit = source === undefined ? 0 : fitOf(format, source, codecs);
    return [{ format: formatOf(media, format, codec), preference, fit }];
  });
  if (source !== undefined && known.every(({ fit }) => fit === 0)) return [];
  return known.sort((a, b) => b.fit - a.fit || b.preference - a.preference).map(({ format }) => format);
}

function formatOf(media: OfferedMedia, offered: OfferedFormat, codec: CodecDefinition): NegotiatedFormat {
  const { payloadType, clockRate, channels, format, feedback } = offered;
  return {
    codecName: codec.name,
    payloadType,
    clockRate,
    channels,
    format,
    answerFormat: codec.answerFormat(parseFormat(format)),
    rtxPayloadType: feedback.includes('nack') ? retransmissionsOf(media, offered)?.payloadType : undefined,
  };
}

/** What the first format has of feedback all are taken to have: the answer says it of each. */
function trackOf(
  media: OfferedMedia,
  [preferred, ...others]: readonly NegotiatedFormat[],
  newSsrc: () => number,
  codecs: readonly CodecDefinition[],
): SentTrack | undefined {
  if (preferred === undefined) return undefined;
  const { mid, kind, formats: offered } = media;
  const feedback = offered.find(({ payloadType }) => payloadType === preferred.payloadType)?.feedback ?? [];
  const hasRetransmissions = [preferred, ...others].some(({ rtxPayloadType }) => rtxPayloadType !== undefined);
  const transportSequenceNumber = hasRetransmissions
    ? extensionId(media, TRANSPORT_SEQUENCE_NUMBER_EXTENSION)
    : undefined;
  const taken = [preferred, ...others].flatMap((format) => codecOf(media, format, codecs) ?? []);
  const dependencyDescriptor = dependencyDescriptorOf(media, taken);
  const transportCc = transportSequenceNumber !== undefined && feedback.includes('transport-cc');
  return {
    mid,
    kind,
    formats: [preferred, ...others],
    feedback: {
      nack: feedback.includes('nack'),
      pli: feedback.includes('nack pli'),
      fir: feedback.includes('ccm fir'),
      transportCc,
      remb: !transportCc && feedback.includes('goog-remb'),
    },
    extensions: {
      mid: extensionId(media, MID_EXTENSION),
      transportSequenceNumber: transportCc ? transportSequenceNumber : undefined,
      absoluteCaptureTime: extensionId(media, ABSOLUTE_CAPTURE_TIME_EXTENSION),
      ...(dependencyDescriptor === undefined ? {} : { dependencyDescriptor }),
    },
    ssrc: newSsrc(),
    rtxSsrc: hasRetransmissions ? newSsrc() : undefined,
  };
}

function nothingFor(
  { media }: SubscriberOffer,
  sent: readonly SentFormat[],
  codecs: readonly CodecDefinition[],
): NoAcceptableCodecError {
  const kind = media.find((one) => sent.some((other) => other.kind === one.kind))?.kind ?? media[0]?.kind ?? 'video';
  const lines = media.filter((one) => one.kind === kind);
  const offered = new Set(lines.flatMap((one) => one.formats.map((format) => describeOffered(one, format, codecs))));
  const wanted = sent.filter((one) => one.kind === kind).map(({ codecName }) => codecName);
  const known = codecs.filter((codec) => codec.kind === kind).map(({ name }) => name);
  return new NoAcceptableCodecError(kind, [...offered].join(', '), (wanted.length > 0 ? wanted : known).join(', '));
}
