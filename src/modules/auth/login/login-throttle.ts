import { setTimeout } from 'node:timers/promises';
import { systemClock, type Clock } from '../../../shared/clock.js';
import { WrongCredentialsError } from '../auth.errors.js';
import { AccountPace } from './account-pace.js';
import { FailureDelays, type DelayRule } from './failure-delays.js';
import { LoginBusyError, LoginThrottledError } from './login.errors.js';
import { PasswordQueue, type Standing } from './password-queue.js';
import { forgetOldest } from '../../../shared/forget-oldest.js';

/** Of an account from one address: what others fail at elsewhere keeps nobody out. */
const ACCOUNT_RULE: DelayRule = { free: 5, longestMs: 60_000 };
const ADDRESS_RULE: DelayRule = { free: 10, longestMs: 900_000 };
/** Addresses that people have logged in from, the latest. */
const MOST_FAMILIAR = 1000;
/** So many passwords a device may get wrong until it counts as a stranger, which ends by a right one. */
const MOST_WRONG_OF_DEVICE = 5;
const MOST_DEVICES = 10_000;
/** Log-ins that are slowed at a time: more are not, the queue bounds those. */
const MOST_SLOWED = 1000;

export interface LoginAttempt {
  /** As it was given: one that there is not is treated the same. */
  readonly account: string;
  /** Of the account as it is now: whoever was familiar with an earlier one is not with this one. */
  readonly version?: string | undefined;
  /** Whose it counts as: see `platform/http/client-address`. */
  readonly address: string;
  /** A name of the device, where it has shown that it has logged in to this version of the account before. */
  readonly device?: string | undefined;
}

type Pause = (delayMs: number) => Promise<unknown>;

/**
 * How often log-ins may fail, for an address and for an account from an address, and how many passwords are checked at once. An
 * account that very many try is slowed, but not where it has logged in from before, by device or address. What is failed at from
 * other addresses refuses nobody; while they fill the queue of strangers, only who comes from an address where nobody has ever
 * logged in is refused all the same, and told to come again.
 */
export class LoginThrottle {
  private readonly accounts: FailureDelays;
  private readonly addresses: FailureDelays;
  private readonly pace: AccountPace;
  /** Accounts and where they have logged in from. */
  private readonly familiar = new Set<string>();
  /** Addresses of {@link familiar}, whatever the account was. */
  private readonly inhabited = new Set<string>();
  /** How many passwords each device has got wrong since it last got one right. */
  private readonly wrongOfDevices = new Map<string, number>();
  private readonly queue = new PasswordQueue();
  private slowed = 0;

  constructor(
    clock: Pick<Clock, 'monotonicMs'> = systemClock,
    private readonly pause: Pause = (delayMs) => setTimeout(delayMs, undefined, { ref: false }),
  ) {
    this.accounts = new FailureDelays(ACCOUNT_RULE, clock);
    this.addresses = new FailureDelays(ADDRESS_RULE, clock);
    this.pace = new AccountPace(clock);
  }

  /**
   * @param check takes the same time for every account, also for one that there is not; throws when the log-in fails
   * @throws {LoginThrottledError | LoginBusyError} before anything is checked @throws what `check` throws
   */
  async attempt<T>(attempt: LoginAttempt, check: () => Promise<T>): Promise<T> {
    const standing = this.standingOf(attempt);
    this.enter(attempt);
    const delayMs = standing === 'familiar' || this.slowed >= MOST_SLOWED ? 0 : this.pace.delayMs(attempt.account);
    try {
      if (delayMs > 0) await this.slow(delayMs);
      const checked = await this.queue.run({ account: attempt.account, address: attempt.address, standing }, check);
      this.succeeded(attempt);
      return checked;
    } catch (error) {
      if (error instanceof LoginBusyError) this.withdraw(attempt);
      if (error instanceof WrongCredentialsError) this.failed(attempt);
      throw error;
    }
  }

  private standingOf(attempt: LoginAttempt): Standing {
    if (this.isFamiliarDevice(attempt) || this.familiar.has(familiarityOf(attempt))) return 'familiar';
    return this.inhabited.has(attempt.address) ? 'neighbour' : 'stranger';
  }

  private isFamiliarDevice({ device }: LoginAttempt): boolean {
    return device !== undefined && (this.wrongOfDevices.get(device) ?? 0) < MOST_WRONG_OF_DEVICE;
  }

  /** Counted before it is checked, or a thousand at once would all be let in. */
  private enter(attempt: LoginAttempt): void {
    const waitMs = Math.max(this.addresses.waitMs(attempt.address), this.accounts.waitMs(keyOf(attempt)));
    if (waitMs > 0) throw new LoginThrottledError(Math.ceil(waitMs / 1000));
    this.addresses.add(attempt.address);
    this.accounts.add(keyOf(attempt));
  }

  private async slow(delayMs: number): Promise<void> {
    this.slowed += 1;
    await this.pause(delayMs);
    this.slowed -= 1;
  }

  private succeeded(attempt: LoginAttempt): void {
    this.accounts.forget(keyOf(attempt));
    this.addresses.takeBack(attempt.address);
    if (attempt.device !== undefined) this.wrongOfDevices.delete(attempt.device);
    remember(this.familiar, familiarityOf(attempt));
    remember(this.inhabited, attempt.address);
  }

  private failed({ account, device }: LoginAttempt): void {
    this.pace.addFailure(account);
    if (device === undefined) return;
    const before = this.wrongOfDevices.get(device) ?? 0;
    this.wrongOfDevices.delete(device);
    this.wrongOfDevices.set(device, before + 1);
    forgetOldest(this.wrongOfDevices, MOST_DEVICES);
  }

  /** Nothing was checked. */
  private withdraw(attempt: LoginAttempt): void {
    this.accounts.takeBack(keyOf(attempt));
    this.addresses.takeBack(attempt.address);
  }
}

/** The latest are kept. */
function remember(kept: Set<string>, key: string): void {
  kept.delete(key);
  kept.add(key);
  forgetOldest(kept, MOST_FAMILIAR);
}

function keyOf({ account, address }: LoginAttempt): string {
  return JSON.stringify([account, address]);
}

function familiarityOf({ account, version, address }: LoginAttempt): string {
  return JSON.stringify([account, version, address]);
}
