import { codecs as knownCodecs, isRecordable } from '../codecs/index.js';
import type { CodecDefinition } from '../codecs/codec.js';
import { parseFormat } from './format-parameters.js';
import { NoAcceptableCodecError } from './sdp.errors.js';
import type { NegotiatedTrack, OfferedFormat, OfferedMedia, SessionOffer } from './session.js';

const MID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const TRANSPORT_SEQUENCE_NUMBER_EXTENSION = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const ABSOLUTE_CAPTURE_TIME_EXTENSION = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';

/**
 * Chooses what each m-line will carry: the format that its codec prefers most, of equals the one offered first, with its
 * retransmissions. What can only be taken live is chosen where nothing recordable is offered. RED, FEC and the video-orientation extension are never accepted: senders then send plain packets
 * and turn the picture themselves.
 *
 * @param codecs what is taken
 * @returns one track per m-line, in the offer's order
 * @throws {NoAcceptableCodecError} when an m-line offers none of them
 */
export function negotiate(offer: SessionOffer, codecs: readonly CodecDefinition[] = knownCodecs): NegotiatedTrack[] {
  return offer.media.map((media) => negotiateTrack(media, codecs));
}

interface Choice {
  readonly codec: CodecDefinition;
  readonly format: OfferedFormat;
  readonly preference: number;
}

function negotiateTrack(media: OfferedMedia, codecs: readonly CodecDefinition[]): NegotiatedTrack {
  const choice = choose(media, codecs);
  const { codec, format } = choice;
  const nack = format.feedback.includes('nack');
  const transportSequenceNumber = extensionId(media, TRANSPORT_SEQUENCE_NUMBER_EXTENSION);
  return {
    mid: media.mid,
    kind: media.kind,
    codecName: codec.name,
    payloadType: format.payloadType,
    clockRate: format.clockRate,
    channels: format.channels,
    format: format.format,
    answerFormat: codec.answerFormat(parseFormat(format.format)),
    rtxPayloadType: nack ? retransmissionsOf(media, format)?.payloadType : undefined,
    feedback: {
      nack,
      pli: format.feedback.includes('nack pli'),
      transportCc: format.feedback.includes('transport-cc') && transportSequenceNumber !== undefined,
    },
    extensions: {
      mid: extensionId(media, MID_EXTENSION),
      transportSequenceNumber,
      absoluteCaptureTime: extensionId(media, ABSOLUTE_CAPTURE_TIME_EXTENSION),
    },
    sources: media.sources,
  };
}

function choose(media: OfferedMedia, codecs: readonly CodecDefinition[]): Choice {
  const choices = media.formats.flatMap((format) => {
    const codec = codecs.find((one) => isCodecOf(one, media, format));
    return codec === undefined ? [] : [{ codec, format, preference: codec.preference(parseFormat(format.format)) }];
  });
  const best = bestOf(choices.filter(({ codec }) => isRecordable(codec))) ?? bestOf(choices);
  if (best === undefined) throw noneOf(media, codecs);
  return best;
}

function bestOf(choices: readonly Choice[]): Choice | undefined {
  return choices.reduce<Choice | undefined>((a, b) => (b.preference > (a?.preference ?? 0) ? b : a), undefined);
}

function isCodecOf(codec: CodecDefinition, { kind }: OfferedMedia, { codecName, clockRate }: OfferedFormat): boolean {
  return codec.kind === kind && codec.clockRate === clockRate && codec.name.toLowerCase() === codecName.toLowerCase();
}

/** RFC 4588 section 8.6: a format that names the one it repeats. */
function retransmissionsOf(media: OfferedMedia, { payloadType, clockRate }: OfferedFormat): OfferedFormat | undefined {
  return media.formats.find(
    (format) =>
      format.codecName.toLowerCase() === 'rtx' &&
      format.clockRate === clockRate &&
      parseFormat(format.format)['apt'] === String(payloadType),
  );
}

function extensionId(media: OfferedMedia, uri: string): number | undefined {
  return media.extensions.find((extension) => extension.uri === uri)?.id;
}

function noneOf(media: OfferedMedia, codecs: readonly CodecDefinition[]): NoAcceptableCodecError {
  const offered = [...new Set(media.formats.map(({ codecName }) => codecName))].join(', ');
  const accepted = codecs.filter(({ kind }) => kind === media.kind).map(({ name }) => name);
  return new NoAcceptableCodecError(media.kind, offered, accepted.join(', '));
}
