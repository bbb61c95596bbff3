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

/** Packets that were lost: RFC 4585 section 6.2.1. */
export interface Nack {
  readonly type: 'nack';
  readonly mediaSsrc: number;
  /** 16 bits each, in the order of the packet. */
  readonly sequenceNumbers: readonly number[];
}

/** A key frame is needed: RFC 4585 section 6.3.1. */
export interface PictureLossIndication {
  readonly type: 'picture-loss';
  readonly mediaSsrc: number;
}

/** A key frame is demanded: RFC 5104 section 4.3.1. */
export interface FullIntraRequest {
  readonly type: 'full-intra';
  /** A command with the number of the one before is that one repeated. */
  readonly commands: readonly { readonly ssrc: number; readonly number: number }[];
}

/** What the receiver believes that the way to it can carry: draft-alvestrand-rmcat-remb-03. */
export interface BitrateEstimate {
  readonly type: 'bitrate-estimate';
  readonly bitsPerSecond: number;
}

/** When packets arrived: draft-holmer-rmcat-transport-wide-cc-extensions-01. */
export interface TransportFeedback {
  readonly type: 'transport-feedback';
  /** 16 bits: the transport-wide number of the first packet that is told of. */
  readonly baseSequence: number;
  /** By the receiver's clock, whose zero means nothing and which wraps after 12 days; NaN for a packet that did not arrive. */
  readonly arrivalsMs: readonly number[];
}

export type FeedbackPacket = Nack | PictureLossIndication | FullIntraRequest | BitrateEstimate | TransportFeedback;

/** What is read of RTCP. */
export type RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Goodbye | FeedbackPacket;

/** Packet types on the wire: RFC 3550 section 12.1, RFC 4585 section 6.1. */
export const SENDER_REPORT_TYPE = 200;
export const RECEIVER_REPORT_TYPE = 201;
export const SOURCE_DESCRIPTION_TYPE = 202;
export const GOODBYE_TYPE = 203;
export const TRANSPORT_FEEDBACK_TYPE = 205;
export const PAYLOAD_FEEDBACK_TYPE = 206;
/** SDES item, RFC 3550 section 6.5.1. */
export const CNAME_ITEM = 1;
