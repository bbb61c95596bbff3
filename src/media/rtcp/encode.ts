import { writeUint16, writeUint32 } from '../bytes.js';
import {
  CNAME_ITEM,
  PAYLOAD_FEEDBACK_TYPE,
  RECEIVER_REPORT_TYPE,
  SOURCE_DESCRIPTION_TYPE,
  TRANSPORT_FEEDBACK_TYPE,
} from './packet.js';
import { REPORT_BLOCK_BYTES, type ReportBlock } from './report-block.js';

const VERSION = 0x80;
const MOST_BLOCKS = 31;
const LONGEST_CNAME_BYTES = 255;
const FEEDBACK_BYTES = 12;
const GENERIC_NACK = 1;
const PICTURE_LOSS_INDICATION = 1;
/** Sequence numbers that one NACK entry covers after its own. */
const BITMASK_BITS = 16;

/**
 * A compound packet of a receiver report and our canonical name (RFC 3550 sections 6.4.2 and 6.5).
 * @param blocks at most 31
 * @param cname at most 255 bytes of UTF-8
 * @throws {RangeError} when a limit is passed
 */
export function encodeReceiverReport(senderSsrc: number, blocks: readonly ReportBlock[], cname: string): Uint8Array {
  if (blocks.length > MOST_BLOCKS) throw new RangeError('No room in the report.');
  const reportBytes = 8 + blocks.length * REPORT_BLOCK_BYTES;
  const bytes = new Uint8Array(reportBytes + descriptionBytes([senderSsrc], cname));
  writeRtcpHeader(bytes, 0, blocks.length, RECEIVER_REPORT_TYPE, reportBytes);
  writeUint32(bytes, 4, senderSsrc);
  blocks.forEach((block, index) => {
    writeBlock(bytes, 8 + index * REPORT_BLOCK_BYTES, block);
  });
  writeDescription(bytes, reportBytes, [senderSsrc], cname);
  return bytes;
}

/**
 * @returns how long what `writeDescription` writes is
 * @throws {RangeError} for a name of more than 255 bytes, or more than 31 sources
 */
export function descriptionBytes(ssrcs: readonly number[], cname: string): number {
  const nameBytes = new TextEncoder().encode(cname).length;
  if (ssrcs.length > MOST_BLOCKS || nameBytes > LONGEST_CNAME_BYTES) throw new RangeError('No room in the report.');
  return 4 + ssrcs.length * chunkBytes(nameBytes);
}

/** A source description that says of all sources that they belong together (RFC 3550 section 6.5). */
export function writeDescription(bytes: Uint8Array, at: number, ssrcs: readonly number[], cname: string): void {
  const name = new TextEncoder().encode(cname);
  const length = chunkBytes(name.length);
  writeRtcpHeader(bytes, at, ssrcs.length, SOURCE_DESCRIPTION_TYPE, 4 + ssrcs.length * length);
  ssrcs.forEach((ssrc, index) => {
    const chunk = at + 4 + index * length;
    writeUint32(bytes, chunk, ssrc);
    bytes[chunk + 4] = CNAME_ITEM;
    bytes[chunk + 5] = name.length;
    bytes.set(name, chunk + 6);
  });
}

/** SSRC, item with its header, at least one zero behind it. */
function chunkBytes(nameBytes: number): number {
  return 4 + ((2 + nameBytes + 4) & ~3);
}

/**
 * A generic NACK (RFC 4585 section 6.2.1).
 * @param sequenceNumbers at least one, in the order of the sequence, wrapping from 65535 to 0
 */
export function encodeNack(senderSsrc: number, mediaSsrc: number, sequenceNumbers: readonly number[]): Uint8Array {
  const entries = new Uint8Array(sequenceNumbers.length * 4);
  let end = 0;
  let first = -Infinity;
  let mask = 0;
  for (const sequenceNumber of sequenceNumbers) {
    const bit = ((sequenceNumber - first) & 0xffff) - 1;
    if (end > 0 && bit >= 0 && bit < BITMASK_BITS) {
      mask |= 1 << bit;
    } else {
      first = sequenceNumber;
      mask = 0;
      end += 4;
    }
    writeUint16(entries, end - 4, first);
    writeUint16(entries, end - 2, mask);
  }
  const bytes = feedback(GENERIC_NACK, TRANSPORT_FEEDBACK_TYPE, senderSsrc, mediaSsrc, end);
  bytes.set(entries.subarray(0, end), FEEDBACK_BYTES);
  return bytes;
}

/** Asks for a key frame (RFC 4585 section 6.3.1). */
export function encodePictureLossIndication(senderSsrc: number, mediaSsrc: number): Uint8Array {
  return feedback(PICTURE_LOSS_INDICATION, PAYLOAD_FEEDBACK_TYPE, senderSsrc, mediaSsrc, 0);
}

function feedback(format: number, type: number, senderSsrc: number, mediaSsrc: number, extraBytes: number): Uint8Array {
  const bytes = new Uint8Array(FEEDBACK_BYTES + extraBytes);
  writeRtcpHeader(bytes, 0, format, type, bytes.length);
  writeUint32(bytes, 4, senderSsrc);
  writeUint32(bytes, 8, mediaSsrc);
  return bytes;
}

/** RFC 3550 section 6.4.1: what all RTCP packets begin with. @param count of reports or sources, or a format */
export function writeRtcpHeader(bytes: Uint8Array, at: number, count: number, type: number, sizeBytes: number): void {
  bytes[at] = VERSION | count;
  bytes[at + 1] = type;
  writeUint16(bytes, at + 2, sizeBytes / 4 - 1);
}

function writeBlock(bytes: Uint8Array, at: number, block: ReportBlock): void {
  writeUint32(bytes, at, block.ssrc);
  writeUint32(bytes, at + 4, ((block.fractionLost << 24) | (block.cumulativeLost & 0xffffff)) >>> 0);
  writeUint32(bytes, at + 8, block.extendedHighestSequence);
  writeUint32(bytes, at + 12, block.jitterTicks);
  writeUint32(bytes, at + 16, block.lastSenderReport);
  writeUint32(bytes, at + 20, block.delaySinceLastSenderReport);
}
