import { LeastDelay } from './least-delay.js';

/**
 * A clock of the sender, as messages of one kind tell it for all its tracks, laid onto the server's monotonic clock by
 * whatever took the shortest way.
 */
export class SenderClock {
  private readonly delay = new LeastDelay();
  private restarts = 0;

  /** @param stepMs messages that disagree by more speak of different clocks, or of one that was set */
  constructor(private readonly stepMs: number) {}

  /** Changes when the clock was set: what was told before means nothing any more. */
  get epoch(): number {
    return this.restarts;
  }

  /** Server clock minus sender clock and the shortest way, milliseconds; Infinity before anything was heard. */
  get offsetMs(): number {
    return this.delay.value;
  }

  isStep(senderMs: number, arrivalMs: number): boolean {
    const expected = this.delay.at(arrivalMs);
    return expected !== Infinity && Math.abs(arrivalMs - senderMs - expected) > this.stepMs;
  }

  /** Something that was sent, or captured, when this clock showed `senderMs`. */
  heard(senderMs: number, arrivalMs: number): void {
    this.delay.add(arrivalMs - senderMs, arrivalMs);
  }

  restart(): void {
    this.restarts += 1;
    this.delay.clear();
  }
}
