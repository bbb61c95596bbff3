import { ascii } from '../bytes.js';
import { crc32 } from '../stun/crc32.js';
import {
  ICE_OPTIONS,
  writeBundle,
  writeCandidates,
  writeCredentials,
  writeDataLine,
  writeMediaLine,
} from './local-description.js';
import type {
  LocalTransport,
  NegotiatedFormat,
  OfferedData,
  OfferedFormat,
  OfferedMedia,
  SessionOffer,
} from './session.js';

/** Ours, of SCTP. */
export const SCTP_PORT = 5000;

/** @param sessionVersion counts our descriptions of this session from 1. @returns everything before the first m-line */
export function writeAnswerHead(
  offer: Pick<SessionOffer, 'bundle' | 'media'>,
  local: LocalTransport,
  sessionVersion: number,
): string[] {
  return [
    'v=0',
    `o=- ${sessionIdOf(local)} ${sessionVersion} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    ...writeBundle(offer),
    ICE_OPTIONS,
  ];
}

/** Stays the same as long as the transport does, differs between sessions (RFC 8866 section 5.2). */
function sessionIdOf({ ice }: LocalTransport): number {
  const bytes = ascii(ice.usernameFragment);
  return crc32(bytes, bytes.length);
}

/**
 * The beginning of an accepted m-line.
 * @param isTagged whether the candidates are told here, for all m-lines of the bundle
 */
export function writeMediaTransport(
  { kind, mid }: Pick<OfferedMedia, 'kind' | 'mid'>,
  payloadTypes: readonly number[],
  local: LocalTransport,
  isTagged: boolean,
): string[] {
  return [...writeMediaLine(kind, payloadTypes, local), ...writeTransport(mid, local, isTagged)];
}

/** The m-line of data channels (RFC 8841 section 10.2). */
export function writeData(data: Omit<OfferedData, 'data'>, local: LocalTransport, isTagged: boolean): string[] {
  return [
    ...writeDataLine(data, local),
    ...writeTransport(data.mid, local, isTagged),
    `a=sctp-port:${SCTP_PORT}`,
    ...(local.mostMessageBytes === undefined ? [] : [`a=max-message-size:${local.mostMessageBytes}`]),
  ];
}

function writeTransport(mid: string, local: LocalTransport, isTagged: boolean): string[] {
  return [
    ...(isTagged ? writeCandidates(local.candidates) : []),
    ...writeCredentials(local.ice),
    `a=fingerprint:${local.fingerprint.algorithm} ${local.fingerprint.value}`,
    `a=setup:${local.setup}`,
    `a=mid:${mid}`,
  ];
}

/** RTP and RTCP share the transport. */
export function writeMultiplexing({ reducedSizeRtcp }: Pick<OfferedMedia, 'reducedSizeRtcp'>): string[] {
  return ['a=rtcp-mux', 'a=rtcp-mux-only', ...(reducedSizeRtcp === true ? ['a=rtcp-rsize'] : [])];
}

/** @param accepted ids */
export function writeExtensions({ extensions }: OfferedMedia, accepted: readonly (number | undefined)[]): string[] {
  return extensions.filter(({ id }) => accepted.includes(id)).map(({ id, uri }) => `a=extmap:${id} ${uri}`);
}

export function writeEncoding({
  payloadType,
  codecName,
  clockRate,
  channels,
}: Pick<OfferedFormat, 'payloadType' | 'codecName' | 'clockRate' | 'channels'>): string {
  return `a=rtpmap:${payloadType} ${codecName}/${clockRate}${channels > 1 ? `/${channels}` : ''}`;
}

export function writeParameters({ payloadType, answerFormat }: NegotiatedFormat): string[] {
  return answerFormat === undefined ? [] : [`a=fmtp:${payloadType} ${answerFormat}`];
}

export function writeRetransmissions({
  payloadType,
  rtxPayloadType,
  clockRate,
}: Pick<NegotiatedFormat, 'payloadType' | 'rtxPayloadType' | 'clockRate'>): string[] {
  if (rtxPayloadType === undefined) return [];
  return [`a=rtpmap:${rtxPayloadType} rtx/${clockRate}`, `a=fmtp:${rtxPayloadType} apt=${payloadType}`];
}
