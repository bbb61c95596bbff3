import type { Clock } from '../../../shared/clock.js';
import { StorageUnavailableError } from '../storage.errors.js';
import { retryDelayMs, type RetryTiming } from './retry-delay.js';

/** Leave to use a store, to be given back by {@link StoreCircuit.leave}. */
export interface Admission {
  /** Whether this one finds out for all others. */
  readonly isTrial: boolean;
}

/** Told once when a store stops to answer and once when it answers again. */
export interface CircuitListener {
  failed(error: StorageUnavailableError): void;
  answered(): void;
}

/**
 * Whether a store answers. While it does not, one job at a time finds out, with growing pauses, and all others wait. So it
 * is before the first answer.
 */
export class StoreCircuit {
  private isAnswering = false;
  private isTrying = false;
  private failures = 0;
  private retryAtMs = 0;
  private failingSinceMs: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly timing: RetryTiming,
    private readonly listener: CircuitListener,
  ) {}

  /** Whether somebody may use the store now. */
  get isOpen(): boolean {
    return this.isAnswering || (!this.isTrying && this.waitMs === 0);
  }

  /** @returns undefined when the store has to be left alone now */
  enter(): Admission | undefined {
    if (!this.isOpen) return undefined;
    const isTrial = !this.isAnswering;
    if (isTrial) this.isTrying = true;
    return { isTrial };
  }

  leave(admission: Admission): void {
    if (admission.isTrial) this.isTrying = false;
  }

  /** Does something with the store and learns from how that went. What is wrong with a single object says nothing. */
  async through<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.answered();
      return result;
    } catch (error) {
      if (error instanceof StorageUnavailableError) this.failed(error);
      throw error;
    }
  }

  /** True after a failure, until something goes well. */
  get isFailing(): boolean {
    return this.failingSinceMs !== undefined;
  }

  /** Since the first failure of those in a row. */
  get failingForMs(): number {
    return this.failingSinceMs === undefined ? 0 : this.clock.monotonicMs() - this.failingSinceMs;
  }

  /** Until the next trial may begin; 0 when anything may. */
  get waitMs(): number {
    return this.isAnswering ? 0 : Math.max(0, this.retryAtMs - this.clock.monotonicMs());
  }

  private answered(): void {
    const wasFailing = this.isFailing;
    this.isAnswering = true;
    this.failures = 0;
    this.failingSinceMs = undefined;
    if (wasFailing) this.listener.answered();
  }

  private failed(error: StorageUnavailableError): void {
    const wasFailing = this.isFailing;
    this.isAnswering = false;
    this.failingSinceMs ??= this.clock.monotonicMs();
    // Several that were under way together fail as one.
    if (this.waitMs > 0) return;
    this.failures += 1;
    this.retryAtMs = this.clock.monotonicMs() + retryDelayMs(this.failures, this.timing);
    if (!wasFailing) this.listener.failed(error);
  }
}
