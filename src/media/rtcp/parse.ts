import { readUint16, readUint32 } from '../bytes.js';
import { ntpToUnixMs } from '../ntp.js';
import { parsePayloadFeedback, parseTransportFeedback } from './parse-feedback.js';
import {
  CNAME_ITEM,
  GOODBYE_TYPE,
  PAYLOAD_FEEDBACK_TYPE,
  RECEIVER_REPORT_TYPE,
  SENDER_REPORT_TYPE,
  SOURCE_DESCRIPTION_TYPE,
  TRANSPORT_FEEDBACK_TYPE,
  type Goodbye,
  type ReceiverReport,
  type RtcpPacket,
  type SenderReport,
  type SourceDescription,
} from './packet.js';
import { REPORT_BLOCK_BYTES, type ReportBlock } from './report-block.js';

const HEADER_BYTES = 4;
const SENDER_INFORMATION_BYTES = 28;
const RECEIVER_REPORT_BYTES = 8;
/**
 * werift (0.25) writes the seven decimal digits behind the seconds where their binary fraction belongs: its times lie in
 * the first 2.3 ms of a second, whenever they are taken. Of a sane sender that costs one report in 430.
 */
const WHOLE_SECONDS_FRACTION = 10_000_000;

/**
 * Tells RTCP from RTP on one port (RFC 5761 section 4): by the second byte, which SRTP and SRTCP leave in the clear.
 * @param offset of a packet whose first byte said RTP or RTCP (RFC 7983)
 */
export function isRtcp(bytes: Uint8Array, offset: number): boolean {
  const type = bytes[offset + 1] ?? 0;
  return type >= 192 && type <= 223;
}

/**
 * Whether the RTCP packet from `start` to `end`, whose header is whole, is worth reading: asked of each before anything else
 * of it is looked at.
 */
export type RtcpAdmission = (bytes: Uint8Array, start: number, end: number) => boolean;

/**
 * Reads a compound or reduced-size RTCP packet (RFC 3550 section 6.1, RFC 5506). Types that Aircheck does not use are
 * skipped, as are malformed ones; it ends where a packet would reach beyond the end. Never throws.
 *
 * @param admits absent to read them all
 */
export function parseRtcp(bytes: Uint8Array, offset: number, length: number, admits?: RtcpAdmission): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  const end = Math.min(offset + length, bytes.length);
  let at = Math.max(0, offset);
  while (at + HEADER_BYTES <= end && (bytes[at] ?? 0) >>> 6 === 2) {
    const next = at + HEADER_BYTES + readUint16(bytes, at + 2) * 4;
    if (next > end) break;
    const packet = admits?.(bytes, at, next) === false ? undefined : parsePacket(bytes, at, next);
    if (packet !== undefined) packets.push(packet);
    at = next;
  }
  return packets;
}

/** The admission of who needs nothing else. */
export function isSenderReport(bytes: Uint8Array, start: number): boolean {
  return bytes[start + 1] === SENDER_REPORT_TYPE;
}

function parsePacket(bytes: Uint8Array, start: number, end: number): RtcpPacket | undefined {
  const count = (bytes[start] ?? 0) & 31;
  switch (bytes[start + 1]) {
    case SENDER_REPORT_TYPE:
      return parseSenderReport(bytes, start, end, count);
    case RECEIVER_REPORT_TYPE:
      return parseReceiverReport(bytes, start, end, count);
    case SOURCE_DESCRIPTION_TYPE:
      return parseSourceDescription(bytes, start + HEADER_BYTES, end, count);
    case GOODBYE_TYPE:
      return parseGoodbye(bytes, start + HEADER_BYTES, end, count);
    case TRANSPORT_FEEDBACK_TYPE:
      return parseTransportFeedback(bytes, start, end, count);
    case PAYLOAD_FEEDBACK_TYPE:
      return parsePayloadFeedback(bytes, start, end, count);
    default:
      return undefined;
  }
}

/** RFC 3550 section 6.4.1. Time zero is that of a sender without a clock: nothing can be learnt from its report. */
function parseSenderReport(bytes: Uint8Array, start: number, end: number, count: number): SenderReport | undefined {
  if (start + SENDER_INFORMATION_BYTES + count * REPORT_BLOCK_BYTES > end) return undefined;
  const seconds = readUint32(bytes, start + 8);
  const fraction = readUint32(bytes, start + 12);
  if (seconds === 0 && fraction === 0) return undefined;
  return {
    type: 'sender-report',
    ssrc: readUint32(bytes, start + 4),
    ntpMs: fraction < WHOLE_SECONDS_FRACTION ? undefined : ntpToUnixMs(seconds, fraction),
    compactNtp: (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0,
    rtpTimestamp: readUint32(bytes, start + 16),
    packetCount: readUint32(bytes, start + 20),
    octetCount: readUint32(bytes, start + 24),
    blocks: parseBlocks(bytes, start + SENDER_INFORMATION_BYTES, count),
  };
}

function parseReceiverReport(bytes: Uint8Array, start: number, end: number, count: number): ReceiverReport | undefined {
  if (start + RECEIVER_REPORT_BYTES + count * REPORT_BLOCK_BYTES > end) return undefined;
  const blocks = parseBlocks(bytes, start + RECEIVER_REPORT_BYTES, count);
  return { type: 'receiver-report', ssrc: readUint32(bytes, start + 4), blocks };
}

function parseBlocks(bytes: Uint8Array, start: number, count: number): ReportBlock[] {
  return Array.from({ length: count }, (_, index) => parseBlock(bytes, start + index * REPORT_BLOCK_BYTES));
}

function parseBlock(bytes: Uint8Array, at: number): ReportBlock {
  const loss = readUint32(bytes, at + 4);
  return {
    ssrc: readUint32(bytes, at),
    fractionLost: loss >>> 24,
    cumulativeLost: (loss << 8) >> 8,
    extendedHighestSequence: readUint32(bytes, at + 8),
    jitterTicks: readUint32(bytes, at + 12),
    lastSenderReport: readUint32(bytes, at + 16),
    delaySinceLastSenderReport: readUint32(bytes, at + 20),
  };
}

/** A malformed chunk ends the list. */
function parseSourceDescription(bytes: Uint8Array, start: number, end: number, count: number): SourceDescription {
  const names: { ssrc: number; cname: string }[] = [];
  let at = start;
  for (let chunk = 0; chunk < count && at + 4 <= end; chunk++) {
    const ssrc = readUint32(bytes, at);
    at += 4;
    while (at + 1 < end && bytes[at] !== 0) {
      const next = at + 2 + (bytes[at + 1] ?? 0);
      if (next > end) return { type: 'source-description', names };
      if (bytes[at] === CNAME_ITEM) names.push({ ssrc, cname: decodeText(bytes.subarray(at + 2, next)) });
      at = next;
    }
    at = start + ((at - start + 4) & ~3);
  }
  return { type: 'source-description', names };
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function parseGoodbye(bytes: Uint8Array, start: number, end: number, count: number): Goodbye | undefined {
  if (start + count * 4 > end) return undefined;
  return { type: 'goodbye', ssrcs: Array.from({ length: count }, (_, index) => readUint32(bytes, start + index * 4)) };
}
