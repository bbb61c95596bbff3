import type { SenderClock } from './sender-clock.js';

/** How fast a new message changes what the earlier ones said. */
const WEIGHT = 1 / 2;
/** A track's RTP time and its sender's clock never part so far between two messages: the clock was set. */
const STEP_MS = 150;
/** What was told longer ago is not relied on: the two clocks drift apart by 0.5 ms per second. */
const STALE_MS = 15_000;

/** Where one track lies on a clock of its sender, as messages of one kind tell it. */
export class SenderTimes {
  private offsetMs = 0;
  private epoch = -1;
  /** When something was told last; -Infinity before the first. */
  toldMs = -Infinity;

  constructor(private readonly clock: SenderClock) {}

  /** Something was told, and the clock has not been set since. */
  get isTold(): boolean {
    return this.epoch === this.clock.epoch;
  }

  /** Server clock at RTP time 0; of use while `isFresh`. */
  get targetMs(): number {
    return this.offsetMs + this.clock.offsetMs;
  }

  /** Sender clock at RTP time 0. */
  get senderMs(): number {
    return this.offsetMs;
  }

  isFresh(nowMs: number): boolean {
    return this.isTold && nowMs - this.toldMs <= STALE_MS;
  }

  /** @param rtpMs RTP time, in milliseconds on the track's endless line. @param senderMs the sender's clock at it */
  take(rtpMs: number, senderMs: number, arrivalMs: number): void {
    const offsetMs = senderMs - rtpMs;
    const disagrees = this.isTold
      ? Math.abs(offsetMs - this.offsetMs) > STEP_MS
      : this.clock.isStep(senderMs, arrivalMs);
    if (disagrees) this.clock.restart();
    this.offsetMs += (offsetMs - this.offsetMs) * (this.isFresh(arrivalMs) ? WEIGHT : 1);
    this.epoch = this.clock.epoch;
    this.toldMs = arrivalMs;
    this.clock.heard(senderMs, arrivalMs);
  }

  /** An access unit came: it may have come a shorter way than the messages. */
  arrived(rtpMs: number, arrivalMs: number): void {
    if (this.isFresh(arrivalMs)) this.clock.heard(this.offsetMs + rtpMs, arrivalMs);
  }

  forget(): void {
    this.epoch = -1;
  }
}
