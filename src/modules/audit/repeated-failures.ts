import type { Clock } from '../../shared/clock.js';

/** Failures that are told apart; what comes beside so many others is counted by its reason alone. */
const MOST_KINDS = 500;
const MINUTE_MS = 60_000;

/** What a failure is taken for. None of it is a text that whoever fails may choose, other than the {@link example}. */
export interface FailureKind {
  /** What failed, and why: of few that there are. */
  readonly reason: string;
  /** Who failed, and from where. */
  readonly source: string;
  /** What it was about, as it was given. */
  readonly example: string;
}

interface Repeated<T> {
  latest: T;
  times: number;
  readonly isOfMany: boolean;
  readonly examples: Set<string>;
  readonly sinceMs: number;
}

/** Several failures of one kind. */
export interface Failures<T> {
  /** The last of them. */
  readonly failure: T;
  readonly times: number;
  /** They share the reason, and may come from anywhere. */
  readonly isOfMany: boolean;
}

/** Makes one of what fails again and again: the first is told at once, those of the minute after it together. */
export class RepeatedFailures<T> {
  private readonly kinds = new Map<string, Repeated<T>>();

  /** @param mostExamples of one kind so many different ones are told at once */
  constructor(
    private readonly mostExamples: number,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  /** @returns true for one that is to be told now: the first, and the first of a few examples */
  add({ reason, source, example }: FailureKind, failure: T): boolean {
    const own = JSON.stringify([reason, source]);
    const isOfMany = !this.kinds.has(own) && this.kinds.size >= MOST_KINDS;
    const name = isOfMany ? JSON.stringify([reason]) : own;
    const known = this.kinds.get(name);
    if (known === undefined) {
      const sinceMs = this.clock.monotonicMs();
      this.kinds.set(name, { latest: failure, times: 0, isOfMany, examples: new Set([example]), sinceMs });
      return true;
    }
    if (!isOfMany && !known.examples.has(example) && known.examples.size < this.mostExamples) {
      known.examples.add(example);
      return true;
    }
    known.latest = failure;
    known.times += 1;
    return false;
  }

  /** @param isLast there will be no other minute @returns those whose minute is over, with how often they came beside what was told */
  collect(isLast = false): Failures<T>[] {
    const nowMs = this.clock.monotonicMs();
    const over = [...this.kinds].filter(([, { sinceMs }]) => isLast || nowMs - sinceMs >= MINUTE_MS);
    for (const [kind] of over) this.kinds.delete(kind);
    return over.flatMap(([, { latest, times, isOfMany }]) =>
      times === 0 ? [] : [{ failure: latest, times, isOfMany }],
    );
  }
}
