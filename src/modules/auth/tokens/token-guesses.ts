import { systemClock, type Clock } from '../../../shared/clock.js';
import { forgetOldest } from '../../../shared/forget-oldest.js';
import { RateLimiter } from '../../../shared/rate-limiter.js';
import { TokenInvalidError, TokensThrottledError } from '../auth.errors.js';

/** So many wrong tokens an address may bring at once, as when a building of cameras has an old configuration. */
const BURST = 100;
const PER_SECOND = 1;
const MOST_ADDRESSES = 10_000;
/** Tokens of the configuration, each with an address that it came from. */
const MOST_FAMILIAR = 1000;

/**
 * Wrong tokens, by the address that they come from. Beyond the limit tokens that somebody could guess are not looked at, but
 * where they have come from the address before: who is behind the same address goes on.
 */
export class TokenGuesses {
  private readonly limiter: RateLimiter;
  private readonly familiar = new Set<string>();

  constructor(clock: Pick<Clock, 'monotonicMs'> = systemClock) {
    this.limiter = new RateLimiter({ perSecond: PER_SECOND, burst: BURST, mostKeys: MOST_ADDRESSES }, clock);
  }

  /** @param address whose the request counts as: see `platform/http/client-address` */
  isHeldBack(address: string, token: string): boolean {
    return !this.limiter.wouldTake(address) && !this.familiar.has(keyOf(address, token));
  }

  /** Counts a wrong one. @returns what to answer */
  failed(address: string): TokenInvalidError | TokensThrottledError {
    const waitSeconds = this.limiter.take(address);
    return waitSeconds === undefined ? new TokenInvalidError() : new TokensThrottledError(waitSeconds);
  }

  /** A token that could be guessed was right. */
  succeeded(address: string, token: string): void {
    this.familiar.add(keyOf(address, token));
    forgetOldest(this.familiar, MOST_FAMILIAR);
  }
}

function keyOf(address: string, token: string): string {
  return `${address} ${token}`;
}
