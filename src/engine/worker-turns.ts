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

  constructor(
    private readonly wheel: Pick<TimerWheel, 'advance'>,
    private readonly clock: Clock,
    private readonly port: Pick<UdpPort, 'hearArrived'>,
  ) {
    this.lastMs = clock.monotonicMs();
    this.timer = setInterval(() => void this.turn(), TICK_MS);
  }

  /** What is due now. */
  async turn(): Promise<void> {
    if (this.isHearing) return;
    if (this.clock.monotonicMs() - this.lastMs >= HELD_UP_MS) await this.hear();
    this.lastMs = this.clock.monotonicMs();
    this.wheel.advance(this.lastMs);
  }

  close(): void {
    clearInterval(this.timer);
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
