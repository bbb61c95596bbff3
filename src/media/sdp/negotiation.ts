import { codecs as knownCodecs, isRecordable } from '../codecs/index.js';
import type { CodecDefinition } from '../codecs/codec.js';
import { parseFormat } from './format-parameters.js';
import { NoAcceptableCodecError } from './sdp.errors.js';
import type { NegotiatedFormat, NegotiatedTrack, OfferedFormat, OfferedMedia, SessionOffer } from './session.js';

/** What is answered of `a=rtcp-fb`. */
const FEEDBACK = ['nack', 'nack pli', 'transport-cc'] as const;
export const MID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
const REPAIRED_RID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id';
export const TRANSPORT_SEQUENCE_NUMBER_EXTENSION =
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
export const DEPENDENCY_DESCRIPTOR_EXTENSION =
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';
export const ABSOLUTE_CAPTURE_TIME_EXTENSION = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';

/**
 * Chooses what each m-line may carry: every format that can be recorded, those first that their codec prefers most, of
 * equals the one offered first, each with its retransmissions. What can only be taken live is chosen where nothing
 * recordable is offered. RED, FEC and the video-orientation extension are never accepted: senders then send plain packets
 * and turn the picture themselves.
 *
 * @param codecs what is taken
 * @returns one track per m-line, in the offer's order
 * @throws {NoAcceptableCodecError} when an m-line offers none of them
 */
export function negotiate(offer: SessionOffer, codecs: readonly CodecDefinition[] = knownCodecs): NegotiatedTrack[] {
  return offer.media.map((media) => negotiateTrack(media, codecs, 'where-nothing-else'));
}

/**
 * The same for the answer to an offer of ours to receive. The other side sends what it has: what can only be taken live is
 * taken as well, after what can be recorded.
 *
 * @throws {NoAcceptableCodecError} when an m-line of the answer has nothing that was offered
 */
export function negotiateAnswer(
  answer: Pick<SessionOffer, 'media'>,
  codecs: readonly CodecDefinition[] = knownCodecs,
): NegotiatedTrack[] {
  return answer.media.map((media) => negotiateTrack(media, codecs, 'last'));
}

/** When what can only be taken live is chosen. */
type LiveOnly = 'where-nothing-else' | 'last';

interface Choice {
  readonly codec: CodecDefinition;
  readonly format: OfferedFormat;
  readonly preference: number;
}

function negotiateTrack(media: OfferedMedia, codecs: readonly CodecDefinition[], liveOnly: LiveOnly): NegotiatedTrack {
  const choices = choose(media, codecs, liveOnly);
  const [best, ...others] = choices;
  const ridExtension = extensionId(media, RID_EXTENSION);
  const rids = ridExtension === undefined ? [] : ridsOf(media, choices);
  const { feedback } = best.format;
  const nack = feedback.includes('nack');
  const transportSequenceNumber = extensionId(media, TRANSPORT_SEQUENCE_NUMBER_EXTENSION);
  const dependencyDescriptor = dependencyDescriptorOf(
    media,
    choices.map(({ codec }) => codec),
  );
  return {
    mid: media.mid,
    kind: media.kind,
    formats: [formatOf(media, best, nack), ...others.map((choice) => formatOf(media, choice, nack))],
    feedback: {
      nack,
      pli: feedback.includes('nack pli'),
      transportCc: feedback.includes('transport-cc') && transportSequenceNumber !== undefined,
    },
    extensions: {
      mid: extensionId(media, MID_EXTENSION),
      transportSequenceNumber,
      absoluteCaptureTime: extensionId(media, ABSOLUTE_CAPTURE_TIME_EXTENSION),
      rid: rids.length > 0 ? ridExtension : undefined,
      repairedRid: rids.length > 0 ? extensionId(media, REPAIRED_RID_EXTENSION) : undefined,
      ...(dependencyDescriptor === undefined ? {} : { dependencyDescriptor }),
    },
    sources: media.sources,
    rids,
  };
}

/** Only AV1 needs it to say its layers, and what describes them is too long for the one-byte form of header extensions. */
export function dependencyDescriptorOf(media: OfferedMedia, accepted: readonly CodecDefinition[]): number | undefined {
  const isOfUse = accepted.some(({ layers }) => layers?.needsDescriptor === true);
  return isOfUse && media.allowsMixedExtensions === true
    ? extensionId(media, DEPENDENCY_DESCRIPTOR_EXTENSION)
    : undefined;
}

/** Layers whose packets can be told apart, and that may be sent in what was accepted. */
function ridsOf({ layers = [] }: OfferedMedia, accepted: readonly Choice[]): string[] {
  const isAccepted = (payloadType: number): boolean =>
    accepted.some(({ format }) => format.payloadType === payloadType);
  return layers.filter(({ payloadTypes }) => payloadTypes?.some(isAccepted) ?? true).map(({ rid }) => rid);
}

function formatOf(media: OfferedMedia, { codec, format }: Choice, nack: boolean): NegotiatedFormat {
  return {
    codecName: codec.name,
    payloadType: format.payloadType,
    clockRate: format.clockRate,
    channels: format.channels,
    format: format.format,
    answerFormat: codec.answerFormat(parseFormat(format.format)),
    rtxPayloadType: nack ? retransmissionsOf(media, format)?.payloadType : undefined,
  };
}

/**
 * @returns best first. The answer gives all formats of an m-line the same feedback and one track has one clock, so those
 * that differ from the best in either are left out, as are those that cannot be recorded where others can
 */
function choose(
  media: OfferedMedia,
  codecs: readonly CodecDefinition[],
  liveOnly: LiveOnly,
): readonly [Choice, ...Choice[]] {
  const choices = media.formats
    .flatMap((format) => choicesOf(media, format, codecs))
    .sort((a, b) => b.preference - a.preference);
  const recordable = choices.filter(({ codec }) => isRecordable(codec));
  const others =
    recordable.length > 0 && liveOnly !== 'last' ? [] : choices.filter(({ codec }) => !isRecordable(codec));
  const [best, ...alternatives] = [...recordable, ...others];
  if (best === undefined) throw noneOf(media, codecs);
  return [best, ...alternatives.filter(({ format }) => isAlternative(format, best.format))];
}

function choicesOf(media: OfferedMedia, format: OfferedFormat, codecs: readonly CodecDefinition[]): Choice[] {
  const codec = codecOf(media, format, codecs);
  const preference = codec?.preference(parseFormat(format.format)) ?? 0;
  return codec !== undefined && preference > 0 ? [{ codec, format, preference }] : [];
}

function isAlternative(format: OfferedFormat, best: OfferedFormat): boolean {
  const hasFeedback = FEEDBACK.every((one) => format.feedback.includes(one) || !best.feedback.includes(one));
  return hasFeedback && format.clockRate === best.clockRate;
}

/** @returns the codec that a format of an m-line names, undefined for none of `codecs` */
export function codecOf(
  { kind }: OfferedMedia,
  { codecName, clockRate }: Pick<OfferedFormat, 'codecName' | 'clockRate'>,
  codecs: readonly CodecDefinition[],
): CodecDefinition | undefined {
  const name = codecName.toLowerCase();
  return codecs.find(
    (codec) => codec.kind === kind && codec.clockRate === clockRate && codec.name.toLowerCase() === name,
  );
}

/** RFC 4588 section 8.6: a format that names the one it repeats. */
export function retransmissionsOf(
  media: OfferedMedia,
  { payloadType, clockRate }: OfferedFormat,
): OfferedFormat | undefined {
  return media.formats.find(
    (format) =>
      format.codecName.toLowerCase() === 'rtx' &&
      format.clockRate === clockRate &&
      parseFormat(format.format)['apt'] === String(payloadType),
  );
}

export function extensionId(media: OfferedMedia, uri: string): number | undefined {
  return media.extensions.find((extension) => extension.uri === uri)?.id;
}

function noneOf(media: OfferedMedia, codecs: readonly CodecDefinition[]): NoAcceptableCodecError {
  const offered = new Set(media.formats.map((format) => describeOffered(media, format, codecs)));
  const accepted = codecs
    .filter(({ kind }) => kind === media.kind)
    .map(({ name, acceptedFormats }) => withParameters(name, acceptedFormats));
  return new NoAcceptableCodecError(media.kind, [...offered].join(', '), accepted.join(', '));
}

/** With its parameters where the codec is taken, but not so. */
export function describeOffered(
  media: OfferedMedia,
  format: OfferedFormat,
  codecs: readonly CodecDefinition[],
): string {
  const codec = codecOf(media, format, codecs);
  return withParameters(format.codecName, codec?.answerFormat(parseFormat(format.format)));
}

function withParameters(name: string, parameters: string | undefined): string {
  return parameters === undefined ? name : `${name} (${parameters})`;
}
