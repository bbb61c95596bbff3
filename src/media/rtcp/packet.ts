import type { ReportBlock } from './report-block.js';

/** RFC 3550 section 6.4.1. */
export interface SenderReport {
  readonly type: 'sender-report';
  readonly ssrc: number;
  /**
   * Milliseconds since 1970-01-01T00:00:00Z by the sender's clock, with fractions. May be far from ours: any clock will do
   * for it. Undefined where the report tells no more than whole seconds.
   */
  readonly ntpMs: number | undefined;
  /** The middle 32 bits of the NTP time, which our report blocks give back. */
  readonly compactNtp: number;
  /** The same instant in RTP ticks. */
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  /** Payload bytes sent, modulo 2^32. */
  readonly octetCount: number;
  readonly blocks: readonly ReportBlock[];
}

/** RFC 3550 section 6.4.2. */
export interface ReceiverReport {
  readonly type: 'receiver-report';
  readonly ssrc: number;
  readonly blocks: readonly ReportBlock[];
}

/** RFC 3550 section 6.5: of each source only the canonical name. */
export interface SourceDescription {
  readonly type: 'source-description';
  readonly names: readonly { readonly ssrc: number; readonly cname: string }[];
}

/** RFC 3550 section 6.6. */
export interface Goodbye {
  readonly type: 'goodbye';
  readonly ssrcs: readonly number[];
}

/** What is read of RTCP. */
export type RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Goodbye;

/** Packet types on the wire: RFC 3550 section 12.1, RFC 4585 section 6.1. */
export const SENDER_REPORT_TYPE = 200;
export const RECEIVER_REPORT_TYPE = 201;
export const SOURCE_DESCRIPTION_TYPE = 202;
export const GOODBYE_TYPE = 203;
export const TRANSPORT_FEEDBACK_TYPE = 205;
export const PAYLOAD_FEEDBACK_TYPE = 206;
/** SDES item, RFC 3550 section 6.5.1. */
export const CNAME_ITEM = 1;
