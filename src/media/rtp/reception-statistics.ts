import type { ReportBlock } from '../rtcp/report-block.js';
import { ticksToMs } from '../timeline/ticks.js';

/** A difference of transit times beyond this is a jump of the sender's clock and says nothing of the network. */
const LARGEST_TRANSIT_CHANGE_S = 5;

/** What receiver reports say of one source: RFC 3550 section 6.4.1, appendices A.3 (loss) and A.8 (jitter). */
export class ReceptionStatistics {
  private base = 0;
  private received = 0;
  private expectedBefore = 0;
  private receivedBefore = 0;
  private jitter = 0;
  private hasTransit = false;
  private lastTimestamp = 0;
  private lastArrivalMs = 0;
  private lastSenderReport = 0;
  private senderReportArrivalMs = 0;

  constructor(
    private readonly ssrc: number,
    private readonly clockRate: number,
  ) {}

  get jitterMs(): number {
    return ticksToMs(this.jitter, this.clockRate);
  }

  /** Counting starts, or starts again, with this extended sequence number. */
  start(base: number): void {
    this.base = base;
    this.received = 0;
    this.expectedBefore = 0;
    this.receivedBefore = 0;
    this.hasTransit = false;
  }

  /** An older packet than the first one came. */
  extendBack(base: number): void {
    this.base = base;
  }

  /** A packet came that was sent for the first time; repairs do not count, reports tell of the network. */
  count(): void {
    this.received++;
  }

  /** The arrival of a packet newer than all before. */
  measure(timestamp: number, arrivalMs: number): void {
    if (this.hasTransit) {
      const sent = (timestamp - this.lastTimestamp) | 0;
      const change = Math.abs(((arrivalMs - this.lastArrivalMs) * this.clockRate) / 1000 - sent);
      if (change < LARGEST_TRANSIT_CHANGE_S * this.clockRate) this.jitter += (change - this.jitter) / 16;
    }
    this.hasTransit = true;
    this.lastTimestamp = timestamp;
    this.lastArrivalMs = arrivalMs;
  }

  /** The sender's clock went on as ours did: what lies between the packet before and this one was sent, and lost. */
  goesOn(timestamp: number, arrivalMs: number): boolean {
    const sent = (timestamp - this.lastTimestamp) | 0;
    const difference = Math.abs(((arrivalMs - this.lastArrivalMs) * this.clockRate) / 1000 - sent);
    return this.hasTransit && difference < LARGEST_TRANSIT_CHANGE_S * this.clockRate;
  }

  /** @param compactNtp the middle 32 bits of the report's NTP time */
  senderReported(compactNtp: number, arrivalMs: number): void {
    this.lastSenderReport = compactNtp;
    this.senderReportArrivalMs = arrivalMs;
  }

  /** @param highest extended sequence number. Fractions count from one call to the next */
  report(highest: number, nowMs: number): ReportBlock {
    const expected = highest - this.base + 1;
    const expectedNow = expected - this.expectedBefore;
    const lostNow = expectedNow - (this.received - this.receivedBefore);
    this.expectedBefore = expected;
    this.receivedBefore = this.received;
    const hasReport = this.lastSenderReport !== 0;
    return {
      ssrc: this.ssrc,
      fractionLost: lostNow > 0 ? Math.min(255, Math.floor((lostNow * 256) / expectedNow)) : 0,
      cumulativeLost: Math.max(-0x800000, Math.min(0x7fffff, expected - this.received)),
      extendedHighestSequence: highest >>> 0,
      jitterTicks: Math.floor(this.jitter),
      lastSenderReport: this.lastSenderReport,
      delaySinceLastSenderReport: hasReport ? Math.round((nowMs - this.senderReportArrivalMs) * 65.536) >>> 0 : 0,
    };
  }
}
