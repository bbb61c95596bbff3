import { LeastDelay } from './least-delay.js';
import type { ClockedTrack, RecordingClock } from './recording-clock.js';
import { SenderTimes } from './sender-times.js';
import { msToTicks, ticksToMs } from './ticks.js';
import { TimestampUnwrapper } from './timestamp-unwrapper.js';

/** Media time moves by at most this share of its own length: 5 ms per second. */
const SLEW_RATIO = 0.005;
/** A placement this near to the right one is left alone, so that durations stay what the sender meant. */
const TOLERANCE_MS = 10;
/** A message that tells the time speaks of the present, or of what is still being encoded, which can take seconds. */
const LATEST_TOLD_MS = 1_000;
const EARLIEST_TOLD_MS = 5_000;
/** No packet comes so much earlier than the fastest before it. */
const EARLY_MS = 250;
/** So late, for so long, no queue in a network makes packets: RTP time stood still, as while a sender sleeps. */
const LATE_MS = 1_000;
const LATE_FOR_MS = 3_000;
/** As long, while another track comes in time. Retransmissions are late too, but all at once. */
const LATE_ALONE_FOR_MS = 500;
/** B-frames come out of order, but not by so much; nothing else does. */
const LONGEST_REORDER_MS = 1_000;
const LONGEST_STEP_BACK_MS = 100;

/**
 * Places one track's RTP timestamps on the recording's time.
 *
 * Milliseconds here are the server's monotonic clock. Where a track stands on it is told by capture times or sender
 * reports, and until all tracks have them by the packet that took the shortest way. When they end, the distance they had
 * from arrival times stays. `start` takes that mapping outright; what is learned later is slewed in, never jumped.
 */
export class TrackClock implements ClockedTrack {
  readonly captures: SenderTimes;
  readonly reports: SenderTimes;
  private readonly unwrapper = new TimestampUnwrapper();
  private readonly delay = new LeastDelay();
  /** What was told last, as a distance from what arrival says. */
  private correctionMs = 0;
  private correctedMs = -Infinity;
  /** How much earlier than the first packet the time came that was told before it. */
  private earlyToldDelayMs: number | undefined;
  private lateSinceMs = Infinity;
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
    this.captures = new SenderTimes(shared.captures);
    this.reports = new SenderTimes(shared.reports);
    shared.register(this);
  }

  get hasMedia(): boolean {
    return this.mediaSeen;
  }

  /** Messages of the sender tell where this track and all others stand: its place is not a guess by arrival. */
  isTold(nowMs: number): boolean {
    const source = this.shared.source(nowMs);
    return source !== undefined && this[source].isFresh(nowMs);
  }

  /** From now on the tracks are placed by it too. A clock begins so. */
  join(): void {
    this.shared.register(this);
  }

  /** What it is told is of no use for the other tracks: it waits to take a track over, or another has taken its track over. */
  leave(): void {
    this.shared.forget(this);
  }

  /** @returns ticks on this track's endless line; see TimestampUnwrapper */
  unwrap(timestamp: number): number {
    return this.unwrapper.unwrap(timestamp);
  }

  /**
   * RTP time went where no packet can: ahead of time itself, back by more than reordering explains, or nowhere for long.
   * To be called for each access unit in turn.
   *
   * @param mayReorder pictures come in another order than they are shown in
   */
  isJump(ticks: number, arrivalMs: number, mayReorder: boolean): boolean {
    if (!this.mediaSeen) return false;
    const stepMs = this.toMs(ticks - this.lastTicks);
    if (stepMs < -(mayReorder ? LONGEST_REORDER_MS : LONGEST_STEP_BACK_MS)) return true;
    const lateMs = arrivalMs - this.toMs(ticks) - this.delay.value;
    if (lateMs < -EARLY_MS && stepMs - (arrivalMs - this.lastArrivalMs) > EARLY_MS) return true;
    this.lateSinceMs = lateMs < LATE_MS ? Infinity : Math.min(this.lateSinceMs, arrivalMs);
    const lateForMs = arrivalMs - this.lateSinceMs;
    return lateForMs >= LATE_FOR_MS || (lateForMs >= LATE_ALONE_FOR_MS && this.shared.isAnyInTime(arrivalMs));
  }

  /** It came lately, and not late. */
  isInTime(nowMs: number): boolean {
    return this.mediaSeen && this.lateSinceMs === Infinity && nowMs - this.lastArrivalMs < LATE_ALONE_FOR_MS;
  }

  /** @returns how long before `arrivalMs` the newest access unit would have come by the shortest way */
  sinceLastMs(arrivalMs: number): number {
    return Math.max(0, arrivalMs - this.toMs(this.lastTicks) - this.delay.value);
  }

  /** @returns how long before `nowMs` an access unit came */
  silentMs(nowMs: number): number {
    return nowMs - this.lastArrivalMs;
  }

  /** An access unit's first packet came at `arrivalMs`. */
  arrived(ticks: number, arrivalMs: number): void {
    const rtpMs = this.toMs(ticks);
    this.delay.add(arrivalMs - rtpMs, arrivalMs);
    this.checkEarlyTold(arrivalMs - rtpMs);
    this.captures.arrived(rtpMs, arrivalMs);
    this.reports.arrived(rtpMs, arrivalMs);
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
    return this.told(this.reports, rtpTimestamp, ntpMs, arrivalMs);
  }

  /** As `senderReport`, for a packet that said when its content was captured. */
  captureTime(rtpTimestamp: number, captureMs: number, arrivalMs: number): boolean {
    return this.told(this.captures, rtpTimestamp, captureMs, arrivalMs);
  }

  /** @returns the server's monotonic clock at `ticks`, by all that is known now */
  monotonicMs(ticks: number): number {
    return this.toMs(ticks) + this.targetOffsetMs();
  }

  /** How much later than where it belongs the track is placed at present: what is to be slewed. */
  get misplacedMs(): number {
    return this.toMs(this.shiftTicks - this.shiftFor(this.targetOffsetMs()));
  }

  /**
   * Takes the mapping known now outright.
   *
   * @param originMs monotonic clock at recording time 0
   * @param misplacedMs of the tracks that have started before: all are to be right to each other first, and slewed together
   */
  start(originMs: number, misplacedMs = 0): void {
    this.originMs = originMs;
    this.shiftTicks = this.shiftFor(this.targetOffsetMs() + misplacedMs);
    this.restartSlewing(-Infinity);
  }

  /** Moves everything that follows. What that makes wrong is slewed back. */
  shiftBy(ticks: number): void {
    this.shiftTicks += ticks;
  }

  /** Nothing comes for a while: RTP time may stand still meanwhile, so all is to be learnt anew. */
  pause(): void {
    this.delay.clear();
    this.captures.forget();
    this.reports.forget();
    this.mediaSeen = false;
    this.earlyToldDelayMs = undefined;
    this.lateSinceMs = Infinity;
  }

  /** RTP time starts anew at `ticks`, which is `recordingTicks` of recording time. */
  jumpTo(ticks: number, recordingTicks: number): void {
    this.pause();
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

  private told(times: SenderTimes, rtpTimestamp: number, senderMs: number, arrivalMs: number): boolean {
    if (!Number.isFinite(senderMs) || senderMs <= 0) return false;
    const ticks = this.mediaSeen ? this.unwrapper.near(rtpTimestamp) : this.unwrapper.unwrap(rtpTimestamp);
    const delayMs = arrivalMs - this.toMs(ticks);
    if (!this.mediaSeen) this.earlyToldDelayMs = delayMs;
    else if (!isOfThePresent(delayMs - this.delay.at(arrivalMs))) return false;
    times.take(this.toMs(ticks), senderMs, arrivalMs);
    return true;
  }

  /** What was told before the first packet shows with it whether it was sane. */
  private checkEarlyTold(packetDelayMs: number): void {
    if (this.earlyToldDelayMs === undefined) return;
    const isSane = isOfThePresent(this.earlyToldDelayMs - packetDelayMs);
    this.earlyToldDelayMs = undefined;
    if (isSane) return;
    this.captures.forget();
    this.reports.forget();
  }

  /** @returns server clock at tick 0 */
  private targetOffsetMs(): number {
    const source = this.mediaSeen ? this.shared.source(this.lastArrivalMs) : undefined;
    if (source === undefined) return this.delay.value + this.correctionMs;
    const { targetMs, toldMs } = this[source];
    if (toldMs !== this.correctedMs) this.correctionMs = targetMs - this.delay.value;
    this.correctedMs = toldMs;
    return targetMs;
  }

  private slew(advance: number): void {
    if (!this.mediaSeen) return;
    const error = this.shiftFor(this.targetOffsetMs()) - this.shiftTicks;
    if (!this.isSlewing && Math.abs(this.toMs(error)) <= TOLERANCE_MS) return;
    this.slewBudgetTicks += advance * SLEW_RATIO;
    const most = Math.min(Math.trunc(this.slewBudgetTicks), advance - 1);
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

  private shiftFor(offsetMs: number): number {
    return msToTicks(offsetMs - this.originMs, this.clockRate);
  }

  private toMs(ticks: number): number {
    return ticksToMs(ticks, this.clockRate);
  }
}

/** @param laterMs how much later than the packets the time that was told lies behind its own arrival */
function isOfThePresent(laterMs: number): boolean {
  return laterMs >= -EARLIEST_TOLD_MS && laterMs <= LATEST_TOLD_MS;
}
