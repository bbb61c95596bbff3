import { readUint16, readUint24, readUint32 } from '../bytes.js';
import type { BitrateEstimate, FeedbackPacket, FullIntraRequest, Nack, TransportFeedback } from './packet.js';
import { parseArrivals } from './parse-arrivals.js';

/** Header, the SSRC of who sends the feedback, that of whom it is for. */
const FEEDBACK_BYTES = 12;
/** Formats of transport layer feedback, RFC 4585 section 6.2. */
export const GENERIC_NACK = 1;
export const TRANSPORT_WIDE = 15;
/** Formats of payload-specific feedback, RFC 4585 section 6.3 and RFC 5104 section 4.3. */
const PICTURE_LOSS = 1;
const FULL_INTRA = 4;
const APPLICATION_LAYER = 15;

const NACK_ENTRY_BYTES = 4;
const BITMASK_BITS = 16;
/** More are never repeated at once. */
const MOST_NACKED = 1024;
const COMMAND_BYTES = 8;
/** "REMB" */
const BITRATE_IDENTIFIER = 0x52454d42;
const BITRATE_BYTES = FEEDBACK_BYTES + 8;
const MANTISSA_BITS = 18;

/** @returns undefined for what is malformed, or means nothing here */
export function parseTransportFeedback(
  bytes: Uint8Array,
  start: number,
  end: number,
  format: number,
): FeedbackPacket | undefined {
  if (start + FEEDBACK_BYTES > end) return undefined;
  if (format === GENERIC_NACK) return parseNack(bytes, start, end);
  return format === TRANSPORT_WIDE ? parseTransportWide(bytes, start + FEEDBACK_BYTES, end) : undefined;
}

/** @returns undefined for what is malformed, or means nothing here */
export function parsePayloadFeedback(
  bytes: Uint8Array,
  start: number,
  end: number,
  format: number,
): FeedbackPacket | undefined {
  if (start + FEEDBACK_BYTES > end) return undefined;
  if (format === PICTURE_LOSS) return { type: 'picture-loss', mediaSsrc: readUint32(bytes, start + 8) };
  if (format === FULL_INTRA) return parseFullIntra(bytes, start + FEEDBACK_BYTES, end);
  return format === APPLICATION_LAYER ? parseBitrate(bytes, start, end) : undefined;
}

function parseNack(bytes: Uint8Array, start: number, end: number): Nack {
  const sequenceNumbers: number[] = [];
  for (let at = start + FEEDBACK_BYTES; at + NACK_ENTRY_BYTES <= end; at += NACK_ENTRY_BYTES) {
    const first = readUint16(bytes, at);
    const mask = readUint16(bytes, at + 2);
    sequenceNumbers.push(first);
    for (let bit = 0; bit < BITMASK_BITS; bit++)
      if ((mask & (1 << bit)) !== 0) sequenceNumbers.push((first + bit + 1) & 0xffff);
    if (sequenceNumbers.length >= MOST_NACKED) break;
  }
  return { type: 'nack', mediaSsrc: readUint32(bytes, start + 8), sequenceNumbers };
}

function parseFullIntra(bytes: Uint8Array, start: number, end: number): FullIntraRequest {
  const commands: { ssrc: number; number: number }[] = [];
  for (let at = start; at + COMMAND_BYTES <= end; at += COMMAND_BYTES)
    commands.push({ ssrc: readUint32(bytes, at), number: bytes[at + 4] ?? 0 });
  return { type: 'full-intra', commands };
}

/** 6 bits of exponent, 18 of mantissa. */
function parseBitrate(bytes: Uint8Array, start: number, end: number): BitrateEstimate | undefined {
  if (start + BITRATE_BYTES > end || readUint32(bytes, start + FEEDBACK_BYTES) !== BITRATE_IDENTIFIER) return undefined;
  const value = readUint24(bytes, start + FEEDBACK_BYTES + 5);
  const bitsPerSecond = (value & ((1 << MANTISSA_BITS) - 1)) * 2 ** (value >>> MANTISSA_BITS);
  return { type: 'bitrate-estimate', bitsPerSecond };
}

function parseTransportWide(bytes: Uint8Array, start: number, end: number): TransportFeedback | undefined {
  const arrivalsMs = parseArrivals(bytes, start, end);
  if (arrivalsMs === undefined) return undefined;
  return { type: 'transport-feedback', baseSequence: readUint16(bytes, start), arrivalsMs };
}
