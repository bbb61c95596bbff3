import { setTimeout } from 'node:timers/promises';
import type { FailureLog } from '../../signaling/ports/failure-log.js';
import type { HappenedEvent } from './event.js';

/** While the database is away, so many are kept: then the oldest go. */
const MOST_WAITING = 20_000;
const RETRY_MS = 1_000;
const MOST_AT_ONCE = 200;

/** Events that follow from no rows, on their way into the database: in their order, and nothing waits for them. */
export class EventQueue {
  private waiting: HappenedEvent[] = [];
  private writing: Promise<void> | undefined;
  private isBegun = false;
  private isEnding = false;

  constructor(
    private readonly write: (events: readonly HappenedEvent[]) => Promise<void>,
    private readonly log: FailureLog,
  ) {}

  /** What ends with the server is not added any more: it is written down by whoever ends it. */
  add(event: HappenedEvent): void {
    if (this.isEnding) return;
    this.waiting.push(event);
    if (this.waiting.length > MOST_WAITING) {
      this.waiting = this.waiting.slice(-MOST_WAITING);
      this.log.warn('Events are lost before they could be written down for webhooks: the database does not answer.');
    }
    if (this.isBegun) this.go();
  }

  /** What was added before is written now. */
  begin(): void {
    this.isBegun = true;
    this.go();
  }

  /** @returns when all that was added is written; one more try is made of what fails */
  async end(): Promise<void> {
    this.isEnding = true;
    await this.writing;
  }

  private go(): void {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = undefined;
    });
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, MOST_AT_ONCE);
      try {
        await this.write(batch);
        this.waiting = this.waiting.slice(batch.length);
      } catch (error) {
        this.log.warn('Events could not be written down for webhooks; this is tried again.', error);
        if (this.isEnding) return;
        await setTimeout(RETRY_MS, undefined, { ref: false });
      }
    }
  }
}
