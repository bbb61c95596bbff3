import type { EngineEvent } from '../../engine/index.js';
import { NodeOverloadedError } from './signaling.errors.js';

/** A worker that is as busy as this cannot be busier. */
const ALL_OF_A_CORE = 100;

/**
 * Refuses new streams before those that are here lose packets: overload is a cliff. Who comes back to a stream that is still
 * known is let in, as its recording waits.
 */
export class LoadAdmission {
  private readonly cpuPercent = new Map<number, number>();

  /** @param limitPercent of a core; 100: nobody is refused */
  constructor(private readonly limitPercent: number) {}

  hear(event: EngineEvent): void {
    if (event.type === 'worker-load') this.cpuPercent.set(event.worker, event.cpuPercent);
    else if (event.type === 'worker-lost') this.cpuPercent.delete(event.worker);
  }

  /** @throws {NodeOverloadedError} while every worker is busier than the limit */
  admit(): void {
    if (this.limitPercent >= ALL_OF_A_CORE || this.cpuPercent.size === 0) return;
    if (Math.min(...this.cpuPercent.values()) >= this.limitPercent) throw new NodeOverloadedError();
  }

  /**
   * A viewer is served where the stream is: what is recorded there would pay for one too many.
   *
   * @param worker of the stream, undefined for one that has none yet
   * @throws {NodeOverloadedError} while that worker is busier than the limit
   */
  admitViewer(worker: number | undefined): void {
    if (worker === undefined) this.admit();
    else if (this.limitPercent < ALL_OF_A_CORE && (this.cpuPercent.get(worker) ?? 0) >= this.limitPercent)
      throw new NodeOverloadedError();
  }
}
