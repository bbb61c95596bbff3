import { writeUint32 } from '../bytes.js';
import { unixMsToNtp } from '../ntp.js';
import { descriptionBytes, writeDescription, writeRtcpHeader } from './encode.js';
import { GOODBYE_TYPE, SENDER_REPORT_TYPE } from './packet.js';

const REPORT_BYTES = 28;
const MOST_SOURCES = 31;

/** What is told of a stream that we send: RFC 3550 section 6.4.1. */
export interface OutgoingReport {
  readonly ssrc: number;
  /** Milliseconds since 1970-01-01T00:00:00Z, with fractions. */
  readonly ntpMs: number;
  /** The same instant in RTP ticks of the stream. */
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  /** Payload bytes; its lower 32 bits are written. */
  readonly octetCount: number;
}

/**
 * A compound packet of a sender report and a canonical name for each stream (RFC 3550 sections 6.4.1 and 6.5). One name
 * for all: they are to be played together.
 *
 * @param reports at least one, at most 31
 * @param cname at most 255 bytes of UTF-8
 * @throws {RangeError} when a limit is passed
 */
export function encodeSenderReports(reports: readonly OutgoingReport[], cname: string): Uint8Array {
  const ssrcs = reports.map(({ ssrc }) => ssrc);
  const start = reports.length * REPORT_BYTES;
  const bytes = new Uint8Array(start + descriptionBytes(ssrcs, cname));
  reports.forEach((report, index) => {
    writeReport(bytes, index * REPORT_BYTES, report);
  });
  writeDescription(bytes, start, ssrcs, cname);
  return bytes;
}

/**
 * Streams end (RFC 3550 section 6.6). To be sent behind a report, or alone where reduced-size RTCP was agreed on.
 * @throws {RangeError} for more than 31
 */
export function encodeGoodbye(ssrcs: readonly number[]): Uint8Array {
  if (ssrcs.length > MOST_SOURCES) throw new RangeError('No room for so many sources.');
  const bytes = new Uint8Array(4 + ssrcs.length * 4);
  writeRtcpHeader(bytes, 0, ssrcs.length, GOODBYE_TYPE, bytes.length);
  ssrcs.forEach((ssrc, index) => {
    writeUint32(bytes, 4 + index * 4, ssrc);
  });
  return bytes;
}

function writeReport(bytes: Uint8Array, at: number, report: OutgoingReport): void {
  const { seconds, fraction } = unixMsToNtp(report.ntpMs);
  writeRtcpHeader(bytes, at, 0, SENDER_REPORT_TYPE, REPORT_BYTES);
  writeUint32(bytes, at + 4, report.ssrc);
  writeUint32(bytes, at + 8, seconds);
  writeUint32(bytes, at + 12, fraction);
  writeUint32(bytes, at + 16, report.rtpTimestamp);
  writeUint32(bytes, at + 20, report.packetCount);
  writeUint32(bytes, at + 24, report.octetCount);
}
