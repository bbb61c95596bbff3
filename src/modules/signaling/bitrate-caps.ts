import type { Clock } from '../../shared/clock.js';
import type { StreamName } from './ports/stream-name.js';
import type { NodeLimits } from './node-quotas.js';
import { BitrateExceededError } from './signaling.errors.js';

/** Who was sent away waits as long: his stream is not to start and end all the time. */
const WAIT_SECONDS = 30;
const SECOND_MS = 1000;

/** Watches what publishers send against what one may send. */
export class BitrateCaps {
  /** Bits that a session has sent too much. */
  private readonly excess = new Map<string, number>();
  private readonly sentAwayMs = new Map<string, number>();

  constructor(
    private readonly limits: Pick<NodeLimits, 'publisherBps' | 'publisherBurstSeconds'>,
    private readonly clock: Clock,
  ) {}

  /** @throws {BitrateExceededError} while the stream's publisher was sent away a moment ago */
  admit(stream: StreamName): void {
    const sentAwayMs = this.sentAwayMs.get(stream);
    if (sentAwayMs === undefined) return;
    const waitedMs = this.clock.monotonicMs() - sentAwayMs;
    if (waitedMs < WAIT_SECONDS * SECOND_MS)
      throw new BitrateExceededError(Math.ceil(WAIT_SECONDS - waitedMs / SECOND_MS), this.limits.publisherBps);
    this.sentAwayMs.delete(stream);
  }

  /**
   * Call it with each second's reading.
   * @returns true when the session is to be sent away
   */
  isExceeded(stream: StreamName, sessionId: string, bitrateBps: number): boolean {
    const { publisherBps, publisherBurstSeconds } = this.limits;
    if (publisherBps === Infinity) return false;
    const excess = Math.max(0, (this.excess.get(sessionId) ?? 0) + bitrateBps - publisherBps);
    this.excess.set(sessionId, excess);
    if (excess < publisherBps * publisherBurstSeconds) return false;
    this.forget(sessionId);
    this.sentAwayMs.set(stream, this.clock.monotonicMs());
    return true;
  }

  /** It is closed. */
  forget(sessionId: string): void {
    this.excess.delete(sessionId);
  }
}
