import type { Clock } from '../../shared/clock.js';

/** Failures that are told apart; what comes beside so many others is one of the rest. */
const MOST_KINDS = 500;
const MINUTE_MS = 60_000;

interface Repeated<T> {
  latest: T;
  times: number;
  readonly sinceMs: number;
}

/** Makes one of what fails again and again: the first is told at once, those of the minute after it together. */
export class RepeatedFailures<T> {
  private readonly kinds = new Map<string, Repeated<T>>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  /** @param kind what is the same has the same @returns true for the first, which is to be told now */
  add(kind: string, failure: T): boolean {
    const known = this.kinds.get(kind) ?? (this.kinds.size >= MOST_KINDS ? this.kinds.get('') : undefined);
    if (known !== undefined) {
      known.latest = failure;
      known.times += 1;
      return false;
    }
    const name = this.kinds.size >= MOST_KINDS ? '' : kind;
    this.kinds.set(name, { latest: failure, times: 0, sinceMs: this.clock.monotonicMs() });
    return true;
  }

  /** @param isLast there will be no other minute @returns those whose minute is over, with how often they came beside the first */
  collect(isLast = false): { readonly failure: T; readonly times: number }[] {
    const nowMs = this.clock.monotonicMs();
    const over = [...this.kinds].filter(([, { sinceMs }]) => isLast || nowMs - sinceMs >= MINUTE_MS);
    for (const [kind] of over) this.kinds.delete(kind);
    return over.flatMap(([, { latest, times }]) => (times === 0 ? [] : [{ failure: latest, times }]));
  }
}
