/** Of one block in a sender's or receiver's report. */
export const REPORT_BLOCK_BYTES = 24;

/** What a receiver says of one source: RFC 3550 section 6.4.1. */
export interface ReportBlock {
  readonly ssrc: number;
  /** Since the last report, in 1/256: 0 to 255. */
  readonly fractionLost: number;
  /** -2^23 to 2^23 - 1; duplicates can make it negative. */
  readonly cumulativeLost: number;
  /** 32 bits: how often the sequence number wrapped, and the highest one received. */
  readonly extendedHighestSequence: number;
  /** Clock-rate ticks. */
  readonly jitterTicks: number;
  /** Middle 32 bits of the NTP time in the source's last sender report, 0 before the first. */
  readonly lastSenderReport: number;
  /** From that report's arrival to this one, in 1/65536 s. */
  readonly delaySinceLastSenderReport: number;
}
