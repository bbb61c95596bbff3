import { systemClock, type Clock } from '../../../shared/clock.js';
import { FailureDelays, type DelayRule } from './failure-delays.js';
import { LoginBusyError, LoginThrottledError } from './login.errors.js';
import { PasswordQueue } from './password-queue.js';

/** A stranger must not be able to keep a person out for long. */
const ACCOUNT_RULE: DelayRule = { free: 5, longestMs: 60_000 };
const ADDRESS_RULE: DelayRule = { free: 10, longestMs: 900_000 };
/** Addresses that people have logged in from, the latest. */
const MOST_FAMILIAR = 1000;

export interface LoginAttempt {
  /** As it was given: one that there is not is treated the same. */
  readonly account: string;
  /** Whose it counts as: see `platform/http/client-address`. */
  readonly address: string;
}

/**
 * How often log-ins may fail, for an account and for an address, and how many passwords are checked at once. An address that
 * the account has logged in from before waits for its own failures only: nobody is locked out by what others try elsewhere.
 */
export class LoginThrottle {
  private readonly accounts: FailureDelays;
  private readonly addresses: FailureDelays;
  private readonly familiar = new Set<string>();
  private readonly queue = new PasswordQueue();

  constructor(clock: Pick<Clock, 'monotonicMs'> = systemClock) {
    this.accounts = new FailureDelays(ACCOUNT_RULE, clock);
    this.addresses = new FailureDelays(ADDRESS_RULE, clock);
  }

  /**
   * @param check takes the same time for every account, also for one that there is not; throws when the log-in fails
   * @throws {LoginThrottledError | LoginBusyError} before anything is checked @throws what `check` throws
   */
  async attempt(attempt: LoginAttempt, check: () => Promise<void>): Promise<void> {
    this.enter(attempt);
    try {
      await this.queue.run(check);
    } catch (error) {
      if (error instanceof LoginBusyError) this.withdraw(attempt);
      throw error;
    }
    this.succeeded(attempt);
  }

  /** Counted before it is checked, or a thousand at once would all be let in. */
  private enter({ account, address }: LoginAttempt): void {
    const isFamiliar = this.familiar.has(keyOf(account, address));
    const waitMs = Math.max(this.addresses.waitMs(address), isFamiliar ? 0 : this.accounts.waitMs(account));
    if (waitMs > 0) throw new LoginThrottledError(Math.ceil(waitMs / 1000));
    this.addresses.add(address);
    this.accounts.add(account);
  }

  private succeeded({ account, address }: LoginAttempt): void {
    this.accounts.forget(account);
    this.addresses.takeBack(address);
    const key = keyOf(account, address);
    this.familiar.delete(key);
    this.familiar.add(key);
    const [oldest] = this.familiar;
    if (this.familiar.size > MOST_FAMILIAR && oldest !== undefined) this.familiar.delete(oldest);
  }

  /** Nothing was checked. */
  private withdraw({ account, address }: LoginAttempt): void {
    this.accounts.takeBack(account);
    this.addresses.takeBack(address);
  }
}

function keyOf(account: string, address: string): string {
  return JSON.stringify([account, address]);
}
