import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, hasCredentials, type AppConfig } from '../../../config/index.js';
import { WrongCredentialsError } from '../auth.errors.js';
import type { Account } from '../entities/account.entity.js';
import type { AccountNames } from '../ports/account-names.js';
import { Caller } from '../ports/caller.js';
import { ALL_MODES, rightsOfMode } from '../ports/right.js';
import { StreamScope } from '../ports/stream-scope.js';
import type { LoginOf } from '../strategies/bearer.js';
import { SigningKey } from '../tokens/signing-key.js';
import type { WantedAccount } from './account-rows.js';
import {
  AccountConfiguredError,
  AccountExistsError,
  AccountNotFoundError,
  AccountsUnavailableError,
} from './account.errors.js';
import { ConfiguredAccounts } from './configured-accounts.js';
import { DecoyHashes } from './decoy-hashes.js';
import { KeptAccounts } from './kept-accounts.js';
import { isPassword } from './password.js';

/** What is told of an account. */
export interface AccountFacts {
  readonly username: string;
  /** A stream, a pattern or `*`. */
  readonly scope: string;
  /** The claim `mode` of what a log-in gives. */
  readonly mode: number;
  readonly source: 'configuration' | 'database';
  /** Null for one of the configuration. */
  readonly createdAt: Date | null;
  readonly changedAt: Date | null;
}

/** An account whose password was right. */
export interface CheckedAccount extends Pick<AccountFacts, 'scope' | 'mode'> {
  readonly version: string;
}

/** Those of the configuration may do everything. */
const EVERYTHING = { scope: '*', mode: ALL_MODES } as const;

/** Who may log in: the accounts of the configuration, and those of the database. */
@Injectable()
export class AccountsService implements AccountNames {
  private readonly isWanted: boolean;
  /** For who has no account: an answer takes as long as one about an account. */
  private readonly decoys: DecoyHashes;

  constructor(
    private readonly configured: ConfiguredAccounts,
    private readonly kept: KeptAccounts,
    @Inject(APP_CONFIG) { auth }: AppConfig,
    { key }: SigningKey,
  ) {
    this.decoys = new DecoyHashes(key);
    this.isWanted = hasCredentials(auth);
  }

  /** @throws {WrongCredentialsError} which does not tell which of the two is wrong */
  async check(username: string, password: string): Promise<CheckedAccount> {
    const configured = this.configured.find(username);
    const kept = this.kept.find(username);
    const hash = (await configured?.hash) ?? kept?.passwordHash;
    const isRight = await isPassword(password, hash ?? (await this.decoyFor(username)));
    const account = configured === undefined ? kept : { ...EVERYTHING, version: configured.version };
    if (!isRight || account === undefined) throw new WrongCredentialsError();
    const { scope, mode, version } = account;
    return { scope, mode, version };
  }

  has(username: string): boolean {
    return this.versionOf(username) !== undefined;
  }

  /** @returns another one for each password that the account had, never that of another account; undefined without an account */
  versionOf(username: string): string | undefined {
    return (this.configured.find(username) ?? this.kept.find(username))?.version;
  }

  /** @returns false once the account is gone, or has another password */
  isCurrent({ username, version }: LoginOf): boolean {
    const current = this.versionOf(username);
    return current !== undefined && current === version;
  }

  /** @param version of an account @returns false once it is gone, or has another password, or less rights than the other one */
  mayAsMuchAs(version: string, other: Caller): boolean {
    const isConfigured = this.configured.hasVersion(version);
    const account = isConfigured ? EVERYTHING : this.kept.findByVersion(version);
    if (account === undefined) return false;
    return other.isWithin(new Caller('login', '', new StreamScope(account.scope), rightsOfMode(account.mode)));
  }

  list(): AccountFacts[] {
    const configured = this.configured.usernames.map((username): AccountFacts => ({
      ...EVERYTHING,
      username,
      source: 'configuration',
      createdAt: null,
      changedAt: null,
    }));
    return [...configured, ...this.kept.all.map(factsOf)];
  }

  /**
   * @param maker whoever makes an account gives it no right that is not the maker's
   * @throws {AccountsUnavailableError | AccountExistsError | PasswordWeakError | PermissionDeniedError}
   */
  async create(wanted: WantedAccount, maker: Caller): Promise<AccountFacts> {
    if (!this.isWanted) throw new AccountsUnavailableError();
    maker.requireEach(rightsOfMode(wanted.mode));
    if (this.configured.find(wanted.username) !== undefined) throw new AccountExistsError(wanted.username);
    return factsOf(await this.kept.add(wanted));
  }

  /**
   * What log-ins gave before is good no longer.
   *
   * @throws {AccountNotFoundError | AccountConfiguredError | PasswordWeakError}
   * @throws {PermissionDeniedError} for an account that may do more than who asks
   */
  async changePassword(username: string, password: string, caller: Caller): Promise<void> {
    caller.requireEach(rightsOfMode(this.changeable(username).mode));
    await this.kept.changePassword(username, password);
  }

  /**
   * What log-ins gave is good no longer.
   *
   * @throws {AccountNotFoundError | AccountConfiguredError}
   * @throws {PermissionDeniedError} for an account that may do more than who asks
   */
  async remove(username: string, caller: Caller): Promise<void> {
    caller.requireEach(rightsOfMode(this.changeable(username).mode));
    await this.kept.remove(username);
  }

  private async decoyFor(username: string): Promise<string> {
    const configured = await Promise.all(this.configured.hashes);
    return this.decoys.hashFor(username, [...configured, ...this.kept.all.map(({ passwordHash }) => passwordHash)]);
  }

  private changeable(username: string): Pick<AccountFacts, 'mode'> {
    if (this.configured.find(username) !== undefined) throw new AccountConfiguredError(username);
    const kept = this.kept.find(username);
    if (kept === undefined) throw new AccountNotFoundError(username);
    return kept;
  }
}

function factsOf({ username, scope, mode, createdAt, changedAt }: Account): AccountFacts {
  return { username, scope, mode, source: 'database', createdAt, changedAt };
}
