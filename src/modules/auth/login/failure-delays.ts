import type { Clock } from '../../../shared/clock.js';
import { forgetOldest } from '../../../shared/forget-oldest.js';

export interface DelayRule {
  /** So many may fail before anyone waits. */
  readonly free: number;
  /** The first wait is a second, each further failure doubles it up to this. */
  readonly longestMs: number;
}

interface Failures {
  count: number;
  untilMs: number;
  latestMs: number;
}

/** After that long without another attempt everything is forgotten. */
const FORGET_AFTER_MS = 900_000;
/** Of this many names something is remembered; beyond, the longest silent one is forgotten. */
const MOST_NAMES = 10_000;
const FIRST_DELAY_MS = 1000;

/** How long each name has to wait for having failed. */
export class FailureDelays {
  private readonly failures = new Map<string, Failures>();

  constructor(
    private readonly rule: DelayRule,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  /** @returns milliseconds until the name may try again; 0: now */
  waitMs(name: string): number {
    return Math.max(0, (this.find(name)?.untilMs ?? 0) - this.clock.monotonicMs());
  }

  /** Counts an attempt as failed. */
  add(name: string): void {
    const nowMs = this.clock.monotonicMs();
    const count = (this.find(name)?.count ?? 0) + 1;
    const excess = count - this.rule.free;
    const delayMs = excess <= 0 ? 0 : Math.min(this.rule.longestMs, FIRST_DELAY_MS * 2 ** (excess - 1));
    this.failures.delete(name);
    this.failures.set(name, { count, untilMs: nowMs + delayMs, latestMs: nowMs });
    forgetOldest(this.failures, MOST_NAMES);
  }

  /** Takes back one that was counted and has not failed, and the wait for it. */
  takeBack(name: string): void {
    const failures = this.failures.get(name);
    if (failures === undefined) return;
    failures.count -= 1;
    failures.untilMs = 0;
  }

  forget(name: string): void {
    this.failures.delete(name);
  }

  get size(): number {
    return this.failures.size;
  }

  private find(name: string): Failures | undefined {
    const failures = this.failures.get(name);
    if (failures === undefined) return undefined;
    return this.clock.monotonicMs() - failures.latestMs < FORGET_AFTER_MS + this.rule.longestMs ? failures : undefined;
  }
}
