import type { Clock } from './clock.js';
import { forgetOldest } from './forget-oldest.js';

export interface RateLimits {
  /** What comes back per second. */
  readonly perSecond: number;
  /** What may come at once after a silence. */
  readonly burst: number;
  /** Of this many keys something is remembered; beyond, the longest silent one is forgotten. */
  readonly mostKeys: number;
}

interface Bucket {
  tokens: number;
  /** Who was refused and told to come later, less those whose turn has come since. */
  waiting: number;
  atMs: number;
}

/** Nobody is sent away for longer. */
const LONGEST_WAIT_SECONDS = 30;

/**
 * How often what has a key may happen: a token bucket for each. Those who are refused are told times that lie as far apart as
 * the rate allows, so that they do not all come back at once.
 */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly limits: RateLimits,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  /** @returns whole seconds after which to try again; undefined for whoever is let in */
  take(key: string): number | undefined {
    const bucket = this.bucketOf(key);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return undefined;
    }
    const waitSeconds = 1 + Math.floor(bucket.waiting / this.limits.perSecond);
    if (waitSeconds >= LONGEST_WAIT_SECONDS) return LONGEST_WAIT_SECONDS;
    bucket.waiting += 1;
    return waitSeconds;
  }

  /** @returns whether {@link take} would let the key in; nothing is counted */
  wouldTake(key: string): boolean {
    const bucket = this.buckets.get(key);
    return bucket === undefined || bucket.tokens + this.gainOf(bucket) >= 1;
  }

  /** Keys that something is remembered of. */
  get size(): number {
    return this.buckets.size;
  }

  private bucketOf(key: string): Bucket {
    const { burst, mostKeys } = this.limits;
    const nowMs = this.clock.monotonicMs();
    const bucket = this.buckets.get(key) ?? { tokens: burst, waiting: 0, atMs: nowMs };
    const gained = this.gainOf(bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + gained);
    bucket.waiting = Math.max(0, bucket.waiting - gained);
    bucket.atMs = nowMs;
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    forgetOldest(this.buckets, mostKeys);
    return bucket;
  }

  private gainOf({ atMs }: Bucket): number {
    return ((this.clock.monotonicMs() - atMs) / 1000) * this.limits.perSecond;
  }
}
