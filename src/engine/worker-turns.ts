import type { Clock } from '../shared/clock.js';
import { TICK_MS, type TimerWheel } from './timer-wheel.js';
import type { UdpPort } from './udp/udp-port.js';

/** A turn that is so late was held up: whatever came meanwhile lies unread. */
const HELD_UP_MS = 200;

/**
 * Turns the wheel of a worker. After it was held up, what has arrived is heard first: peers that were not heard are not
 * silent, and what was asked for is perhaps there.
 */
export class WorkerTurns {
  private readonly timer: NodeJS.Timeout;
  private lastMs: number;
  private isHearing = false;
  private isClosed = false;

  constructor(
    private readonly wheel: Pick<TimerWheel, 'advance'>,
    private readonly clock: Clock,
    private readonly port: Pick<UdpPort, 'hearArrived'>,
  ) {
    this.lastMs = clock.monotonicMs();
    this.timer = setInterval(() => void this.turn(), TICK_MS);
  }

  /** What is due now; nothing after the end. */
  async turn(): Promise<void> {
    if (this.isHearing || this.isClosed) return;
    if (this.clock.monotonicMs() - this.lastMs >= HELD_UP_MS) await this.hear();
    if (this.isOver) return;
    this.lastMs = this.clock.monotonicMs();
    this.wheel.advance(this.lastMs);
  }

  /** A turn that is under way turns nothing any more. Idempotent. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
  }

  /** Changes while a turn waits. */
  private get isOver(): boolean {
    return this.isClosed;
  }

  private async hear(): Promise<void> {
    this.isHearing = true;
    try {
      await this.port.hearArrived();
    } finally {
      this.isHearing = false;
    }
  }
}
