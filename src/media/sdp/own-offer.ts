import type { CodecDefinition, MediaKind } from '../codecs/codec.js';
import { codecs as knownCodecs, findCodec } from '../codecs/index.js';
import {
  writeAnswerHead,
  writeData,
  writeEncoding,
  writeMediaTransport,
  writeMultiplexing,
  writeRetransmissions,
} from './answer-lines.js';
import {
  ABSOLUTE_CAPTURE_TIME_EXTENSION,
  DEPENDENCY_DESCRIPTOR_EXTENSION,
  MID_EXTENSION,
  TRANSPORT_SEQUENCE_NUMBER_EXTENSION,
} from './negotiation.js';
import type { LocalTransport, OfferedData, OfferedFormat } from './session.js';
import type { SentFormat } from './subscriber-negotiation.js';

/** One payload type of an offer of ours. */
interface OwnFormat extends Omit<OfferedFormat, 'feedback'> {
  /** Undefined for sound, which is not sent again under another number. */
  readonly rtxPayloadType: number | undefined;
}

/** One m-line of an offer of ours. */
export interface OwnMedia {
  readonly mid: string;
  readonly kind: MediaKind;
  readonly formats: readonly OwnFormat[];
  /** What we send it by; undefined where we receive. */
  readonly source: { readonly ssrc: number; readonly rtxSsrc: number } | undefined;
}

const DATA: Omit<OfferedData, 'data'> = { mid: 'data', protocol: 'UDP/DTLS/SCTP' };
/** RFC 3551 section 3: those that are nobody's. */
const FIRST_PAYLOAD_TYPE = 96;
const EXTENSIONS = [MID_EXTENSION, TRANSPORT_SEQUENCE_NUMBER_EXTENSION, ABSOLUTE_CAPTURE_TIME_EXTENSION] as const;
const FEEDBACK: Readonly<Record<MediaKind, readonly string[]>> = {
  audio: ['transport-cc', 'nack'],
  video: ['transport-cc', 'nack', 'nack pli', 'ccm fir'],
};

/** @returns an m-line of sound and one of picture on which everything that is taken may come */
export function receivingMedia(codecs: readonly CodecDefinition[] = knownCodecs): OwnMedia[] {
  const formats = codecs.flatMap((codec) => codec.receivedFormats.map((format) => ({ codec, format })));
  return mediaOf(formats, () => undefined);
}

/**
 * @param sent what is published, at most one of each kind
 * @param newSsrc gives another number at each call
 */
export function sendingMedia(sent: readonly SentFormat[], newSsrc: () => number): OwnMedia[] {
  const formats = sent.flatMap(({ codecName, kind, format }) => {
    const codec = findCodec(codecName, kind);
    return codec === undefined ? [] : [{ codec, format }];
  });
  return mediaOf(formats, () => ({ ssrc: newSsrc(), rtxSsrc: newSsrc() }));
}

/**
 * Writes an offer (RFC 9429 section 5.2). It has no candidates: the peer learns our address by our checks.
 *
 * @param local data channels are offered where it says how large a message may be
 * @param canonicalName of all our sources, where we send
 */
export function writeOffer(media: readonly OwnMedia[], local: LocalTransport, canonicalName: string): string {
  const hasData = local.mostMessageBytes !== undefined;
  const bundle = [...media, ...(hasData ? [DATA] : [])].map(({ mid }) => mid);
  const sections = [
    ...media.flatMap((one) => writeSection(one, local, canonicalName)),
    ...(hasData ? writeData(DATA, local, false) : []),
  ];
  return [...writeAnswerHead({ bundle, media: [] }, local, 1), ...sections].map((line) => `${line}\r\n`).join('');
}

function mediaOf(
  all: readonly { readonly codec: CodecDefinition; readonly format: string }[],
  newSource: () => OwnMedia['source'],
): OwnMedia[] {
  let payloadType = FIRST_PAYLOAD_TYPE;
  return (['audio', 'video'] as const).flatMap((kind, index) => {
    const formats = all
      .filter(({ codec }) => codec.kind === kind)
      .map(({ codec: { name, clockRate, channels = 1 }, format }): OwnFormat => {
        const own = { payloadType: payloadType++, codecName: name, clockRate, channels, format };
        return { ...own, rtxPayloadType: kind === 'video' ? payloadType++ : undefined };
      });
    return formats.length === 0 ? [] : [{ mid: String(index), kind, formats, source: newSource() }];
  });
}

function writeSection(
  { mid, kind, formats, source }: OwnMedia,
  local: LocalTransport,
  canonicalName: string,
): string[] {
  const payloadTypes = formats.flatMap(({ payloadType, rtxPayloadType }) => [payloadType, rtxPayloadType ?? []]);
  const tellsLayers = formats.some(({ codecName }) => findCodec(codecName, kind)?.layers?.needsDescriptor === true);
  const extensions = tellsLayers ? [...EXTENSIONS, DEPENDENCY_DESCRIPTOR_EXTENSION] : EXTENSIONS;
  return [
    ...writeMediaTransport({ kind, mid }, payloadTypes.flat(), local, false),
    ...(tellsLayers ? ['a=extmap-allow-mixed'] : []),
    ...extensions.map((uri, index) => `a=extmap:${index + 1} ${uri}`),
    source === undefined ? 'a=recvonly' : 'a=sendonly',
    ...writeMultiplexing({ reducedSizeRtcp: true }),
    ...formats.flatMap((format) => [...writeFormat(format, kind), ...writeRetransmissions(format)]),
    ...(source === undefined ? [] : writeSource(source, kind, canonicalName)),
  ];
}

function writeFormat(format: OwnFormat, kind: MediaKind): string[] {
  return [
    writeEncoding(format),
    ...FEEDBACK[kind].map((message) => `a=rtcp-fb:${format.payloadType} ${message}`),
    ...(format.format === '' ? [] : [`a=fmtp:${format.payloadType} ${format.format}`]),
  ];
}

/** RFC 5576. */
function writeSource(
  { ssrc, rtxSsrc }: { readonly ssrc: number; readonly rtxSsrc: number },
  kind: MediaKind,
  canonicalName: string,
): string[] {
  const sources = kind === 'video' ? [ssrc, rtxSsrc] : [ssrc];
  return [
    `a=msid:${canonicalName} ${kind}`,
    ...(kind === 'video' ? [`a=ssrc-group:FID ${ssrc} ${rtxSsrc}`] : []),
    ...sources.map((one) => `a=ssrc:${one} cname:${canonicalName}`),
  ];
}
