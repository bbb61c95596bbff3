import { DELAY_WINDOW_MS, type ClockedTrack, type RecordingClock } from './recording-clock.js';
import { SlidingMinimum } from './sliding-minimum.js';
import { msToTicks, ticksToMs } from './ticks.js';
import { TimestampUnwrapper } from './timestamp-unwrapper.js';

/** Media time moves by at most this share of its own length: 5 ms per second. */
const SLEW_RATIO = 0.005;
/** A placement this near to the right one is left alone, so that durations stay what the sender meant. */
const REPORT_TOLERANCE_MS = 10;
const ARRIVAL_TOLERANCE_MS = 40;
/** A sender report speaks of the present: its RTP time differs from the packets' by less. */
const SANE_REPORT_MS = 1_000;
/** How fast a new report changes what the earlier ones said. */
const REPORT_WEIGHT = 1 / 8;
const LONGEST_STEP_FORWARD_MS = 10_000;
/** Pictures may come out of order, but not by so much. */
const LONGEST_STEP_BACK_MS = 1_000;

/**
 * Places one track's RTP timestamps on the recording's time.
 *
 * Milliseconds here are the server's monotonic clock. Where a track stands on it is told by sender reports, and until
 * all tracks have them by the packet that was least late. `start` takes that mapping outright; what is learned later is
 * slewed in, never jumped.
 */
export class TrackClock implements ClockedTrack {
  private readonly unwrapper = new TimestampUnwrapper();
  private readonly arrivalOffset = new SlidingMinimum(DELAY_WINDOW_MS);
  private reportOffsetMs = 0;
  private reportDelayMs = 0;
  private reportEpoch = -1;
  private isReportChecked = false;
  private lastTicks = 0;
  private lastArrivalMs = 0;
  private mediaSeen = false;
  private originMs = 0;
  private shiftTicks = 0;
  private slewedToTicks = -Infinity;
  private slewBudgetTicks = 0;
  private isSlewing = false;

  /** @param clockRate RTP ticks per second, also the timescale of what is written */
  constructor(
    readonly clockRate: number,
    private readonly shared: RecordingClock,
  ) {
    shared.register(this);
  }

  get hasMedia(): boolean {
    return this.mediaSeen;
  }

  get hasReport(): boolean {
    return this.reportEpoch === this.shared.epoch;
  }

  /** @returns ticks on this track's endless line; see TimestampUnwrapper */
  unwrap(timestamp: number): number {
    return this.unwrapper.unwrap(timestamp);
  }

  /** RTP time went where no packet can: over 10 s further than time itself, or back by more than reordering explains. */
  isJump(ticks: number, arrivalMs: number): boolean {
    if (!this.mediaSeen) return false;
    const stepMs = this.toMs(ticks - this.lastTicks);
    return stepMs < -LONGEST_STEP_BACK_MS || stepMs - (arrivalMs - this.lastArrivalMs) > LONGEST_STEP_FORWARD_MS;
  }

  /** @returns how long before `arrivalMs` the newest access unit came */
  sinceLastMs(arrivalMs: number): number {
    return Math.max(0, arrivalMs - this.lastArrivalMs);
  }

  /** An access unit's first packet came at `arrivalMs`. */
  arrived(ticks: number, arrivalMs: number): void {
    const delayMs = arrivalMs - this.toMs(ticks);
    this.arrivalOffset.add(delayMs, arrivalMs);
    if (!this.isReportChecked && this.hasReport) this.checkReport(delayMs);
    if (!this.mediaSeen || ticks > this.lastTicks) {
      this.lastTicks = ticks;
      this.lastArrivalMs = arrivalMs;
    }
    this.mediaSeen = true;
  }

  /**
   * @param rtpTimestamp the report's RTP time, 32 bits
   * @param ntpMs its NTP time in milliseconds of any epoch
   * @returns false when it was ignored: no time, or an RTP time that is not the packets'
   */
  senderReport(rtpTimestamp: number, ntpMs: number, arrivalMs: number): boolean {
    if (!Number.isFinite(ntpMs) || ntpMs <= 0) return false;
    const ticks = this.mediaSeen ? this.unwrapper.near(rtpTimestamp) : this.unwrapper.unwrap(rtpTimestamp);
    const delayMs = arrivalMs - this.toMs(ticks);
    if (this.mediaSeen && Math.abs(delayMs - this.arrivalOffset.value) > SANE_REPORT_MS) return false;
    this.shared.report(ntpMs, arrivalMs);
    this.takeReport(ntpMs - this.toMs(ticks), delayMs);
    this.shared.reportTaken();
    return true;
  }

  /** @returns the server's monotonic clock at `ticks`, by all that is known now */
  monotonicMs(ticks: number): number {
    return this.toMs(ticks) + (this.targetOffsetMs() ?? this.arrivalOffset.value);
  }

  /** Takes the mapping known now outright. @param originMs monotonic clock at recording time 0 */
  start(originMs: number): void {
    this.originMs = originMs;
    this.shiftTicks = this.shiftFor(this.targetOffsetMs() ?? this.arrivalOffset.value);
    this.restartSlewing(-Infinity);
  }

  /** Moves everything that follows. What that makes wrong is slewed back. */
  shiftBy(ticks: number): void {
    this.shiftTicks += ticks;
  }

  /** RTP time starts anew at `ticks`, which is `recordingTicks` of recording time. */
  jumpTo(ticks: number, recordingTicks: number): void {
    this.arrivalOffset.clear();
    this.reportEpoch = -1;
    this.mediaSeen = false;
    this.shiftTicks = recordingTicks - ticks;
    this.restartSlewing(ticks);
  }

  /** @returns recording time of `ticks` in this track's clock rate, by the placement in force */
  peek(ticks: number): number {
    return ticks + this.shiftTicks;
  }

  /** As `peek`, for the next access unit in decoding order: what was learned is slewed in on the way. */
  place(ticks: number): number {
    if (this.slewedToTicks === -Infinity) this.slewedToTicks = ticks;
    const advance = ticks - this.slewedToTicks;
    if (advance > 0) {
      this.slewedToTicks = ticks;
      this.slew(advance);
    }
    return ticks + this.shiftTicks;
  }

  private takeReport(offsetMs: number, delayMs: number): void {
    const changeMs = offsetMs - this.reportOffsetMs;
    const isFirst = !this.hasReport || Math.abs(changeMs) > SANE_REPORT_MS;
    this.reportOffsetMs += isFirst ? changeMs : changeMs * REPORT_WEIGHT;
    this.reportDelayMs = delayMs;
    this.reportEpoch = this.shared.epoch;
    this.isReportChecked = this.mediaSeen;
  }

  /** A report from before the first packet shows with it whether it was sane. */
  private checkReport(packetDelayMs: number): void {
    this.isReportChecked = true;
    if (Math.abs(this.reportDelayMs - packetDelayMs) > SANE_REPORT_MS) this.reportEpoch = -1;
  }

  /** @returns server clock at tick 0, undefined while what is in force must hold */
  private targetOffsetMs(): number | undefined {
    if (this.shared.isReported && this.hasReport) return this.reportOffsetMs + this.shared.senderOffsetMs;
    if (this.shared.hasBeenReported || !this.mediaSeen) return undefined;
    return this.arrivalOffset.value;
  }

  private slew(advance: number): void {
    const target = this.targetOffsetMs();
    if (target === undefined) return;
    const error = this.shiftFor(target) - this.shiftTicks;
    if (!this.isSlewing && Math.abs(error) <= this.toleranceTicks()) return;
    this.slewBudgetTicks += advance * SLEW_RATIO;
    const most = Math.trunc(this.slewBudgetTicks);
    const step = Math.max(-most, Math.min(most, error));
    this.shiftTicks += step;
    this.slewBudgetTicks -= most;
    this.isSlewing = step !== error;
  }

  private restartSlewing(ticks: number): void {
    this.slewedToTicks = ticks;
    this.slewBudgetTicks = 0;
    this.isSlewing = false;
  }

  private toleranceTicks(): number {
    const toleranceMs = this.shared.hasBeenReported ? REPORT_TOLERANCE_MS : ARRIVAL_TOLERANCE_MS;
    return (toleranceMs * this.clockRate) / 1000;
  }

  private shiftFor(offsetMs: number): number {
    return msToTicks(offsetMs - this.originMs, this.clockRate);
  }

  private toMs(ticks: number): number {
    return ticksToMs(ticks, this.clockRate);
  }
}
