import type { Clock } from '../../../shared/clock.js';
import { forgetOldest } from '../../../shared/forget-oldest.js';

/** So many log-ins of an account may fail, from wherever, before those of strangers are slowed. */
const FREE = 100;
const FORGET_AFTER_MS = 900_000;
const BETWEEN_MS = 500;
/** Slower than that nobody is made: whoever is refused for others' failures is locked out by them. */
const LONGEST_MS = 5000;
const MOST_ACCOUNTS = 10_000;

interface Pace {
  failures: number;
  latestMs: number;
  /** When the next may be checked. */
  nextMs: number;
}

/** Slows the log-ins of an account that very many try, and refuses none. */
export class AccountPace {
  private readonly paces = new Map<string, Pace>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  /** @returns milliseconds that this attempt has to wait before it is checked, which are counted for the ones after it */
  delayMs(account: string): number {
    const pace = this.find(account);
    if (pace === undefined || pace.failures < FREE) return 0;
    const nowMs = this.clock.monotonicMs();
    const delayMs = Math.min(LONGEST_MS, Math.max(0, pace.nextMs - nowMs));
    pace.nextMs = nowMs + delayMs + BETWEEN_MS;
    return delayMs;
  }

  addFailure(account: string): void {
    const latestMs = this.clock.monotonicMs();
    const { failures, nextMs } = this.find(account) ?? { failures: 0, nextMs: 0 };
    this.paces.delete(account);
    this.paces.set(account, { failures: failures + 1, latestMs, nextMs });
    forgetOldest(this.paces, MOST_ACCOUNTS);
  }

  private find(account: string): Pace | undefined {
    const pace = this.paces.get(account);
    return pace !== undefined && this.clock.monotonicMs() - pace.latestMs < FORGET_AFTER_MS ? pace : undefined;
  }
}
