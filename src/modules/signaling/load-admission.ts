import { isOverstrained, type EngineEvent } from '../../engine/index.js';
import { NodeOverloadedError } from './signaling.errors.js';

/** A worker that is as busy as this cannot be busier. */
const ALL_OF_A_CORE = 100;

/**
 * Refuses new streams before those that are here lose packets: overload is a cliff. Who comes back to a stream that is still
 * known is let in, as its recording waits.
 */
export class LoadAdmission {
  /** Workers that were heard of, and whether each has too much to do. */
  private readonly workers = new Map<number, boolean>();

  /** @param limitPercent of a core; 100: nobody is refused */
  constructor(private readonly limitPercent: number) {}

  hear(event: EngineEvent): void {
    if (event.type === 'worker-load')
      this.workers.set(event.worker, event.cpuPercent >= this.limitPercent || isOverstrained(event.strainedSeconds));
    else if (event.type === 'worker-lost') this.workers.delete(event.worker);
  }

  /** Every worker is busier than the limit, or overstrained. */
  get isOverloaded(): boolean {
    if (this.limitPercent >= ALL_OF_A_CORE || this.workers.size === 0) return false;
    return [...this.workers.values()].every(Boolean);
  }

  /** @throws {NodeOverloadedError} while the node is overloaded */
  admit(): void {
    if (this.isOverloaded) throw new NodeOverloadedError();
  }

  /**
   * A viewer is served where the stream is: what is recorded there would pay for one too many.
   *
   * @param worker of the stream, undefined for one that has none yet
   * @throws {NodeOverloadedError} while that worker is busier than the limit, or overstrained
   */
  admitViewer(worker: number | undefined): void {
    if (worker === undefined) this.admit();
    else if (this.limitPercent < ALL_OF_A_CORE && this.workers.get(worker) === true) throw new NodeOverloadedError();
  }
}
