import { Injectable } from '@nestjs/common';
import { LONGEST_SECONDS } from '../token-input.js';
import { AccountsService } from '../accounts/accounts.service.js';
import {
  SigningUnavailableError,
  TokenChainTooLongError,
  TokenIdInvalidError,
  TokenInvalidError,
} from '../auth.errors.js';
import { LoginDevices } from '../login/login-devices.js';
import { LoginThrottle } from '../login/login-throttle.js';
import type { Caller } from '../ports/caller.js';
import { NO_ORIGIN } from '../ports/origin.js';
import { rightsOfMode } from '../ports/right.js';
import { LONGEST_CHAIN, LONGEST_ID } from './claims.js';
import { makeToken, type MadeToken } from './make-token.js';
import { expiryOfId, revocationIdOf } from './revocation-id.js';
import { RevokedTokens } from './revoked-tokens.js';
import { SigningKey } from './signing-key.js';

const LOGIN_SECONDS = 86_400;

/** What a token is to be good for. */
export interface WantedToken {
  /** A stream, a pattern or `*`. */
  readonly scope: string;
  readonly mode: number;
  readonly durationSeconds: number;
}

/** What somebody brings who logs in. */
export interface GivenLogin {
  readonly username: string;
  readonly password: string;
  /** Whose the request counts as. */
  readonly address: string;
  /** What an earlier log-in left on the device, if anything. */
  readonly mark: string | undefined;
}

/** What a log-in gives. */
export interface MadeLogin {
  readonly token: MadeToken;
  /** For the device, to be shown the next time. */
  readonly mark: string;
}

/** Gives tokens out, and takes them back. */
@Injectable()
export class TokensService {
  constructor(
    private readonly signing: SigningKey,
    private readonly accounts: AccountsService,
    private readonly revoked: RevokedTokens,
    private readonly throttle: LoginThrottle,
    private readonly devices: LoginDevices,
  ) {}

  /**
   * @returns a token that may do what the account may, for a day
   * @throws {WrongCredentialsError | LoginThrottledError | LoginBusyError}
   */
  async logIn({ username, password, address, mark }: GivenLogin): Promise<MadeLogin> {
    const known = this.accounts.versionOf(username);
    const device = known === undefined ? undefined : this.devices.nameOf(known, mark);
    const attempt = { account: username, version: known, address, device };
    const account = await this.throttle.attempt(attempt, () => this.accounts.check(username, password));
    const { scope, mode, version: accountVersion } = account;
    const durationSeconds = LOGIN_SECONDS;
    const content = { scope, mode, durationSeconds, subject: username, accountVersion, origin: NO_ORIGIN };
    return { token: await makeToken(this.signing.key, content), mark: this.devices.mark(accountVersion, device) };
  }

  /**
   * @param maker who has all streams; the token ends with the maker's at the latest, and is revoked with it
   * @throws {SigningUnavailableError} where the key would not outlive the process
   * @throws {PermissionDeniedError} for a token that may do more than its maker
   * @throws {TokenChainTooLongError} where the maker was made by one that was made, and so on
   * @throws {TokenInvalidError} for a maker that is taken for the clocks' sake only
   */
  async create(wanted: WantedToken, maker: Caller): Promise<MadeToken> {
    if (!this.signing.isLasting) throw new SigningUnavailableError();
    maker.requireEach(rightsOfMode(wanted.mode));
    if (maker.origin.tokenIds.length > LONGEST_CHAIN) throw new TokenChainTooLongError();
    const nowMs = Date.now();
    const leftSeconds = Math.floor(maker.expiresAtMs / 1000) - Math.floor(nowMs / 1000);
    if (leftSeconds < 1) throw new TokenInvalidError();
    const durationSeconds = Math.min(wanted.durationSeconds, leftSeconds);
    const { origin } = maker;
    const content = { ...wanted, durationSeconds, subject: undefined, accountVersion: undefined, origin };
    return makeToken(this.signing.key, content, nowMs);
  }

  /**
   * From now on the token, and what was made with it, is refused here, and by other nodes of the same database a few seconds
   * later. Of a token that was made elsewhere nothing tells when it expires, so it is remembered for as long as tokens are good at
   * most.
   *
   * @param id the claim `jti`
   * @returns false for one that has expired, and is refused anyway
   * @throws {TokenIdInvalidError} for what cannot be an id
   */
  async revoke(id: string): Promise<boolean> {
    if (id === '' || id.length > LONGEST_ID) throw new TokenIdInvalidError();
    const expiresAt = expiryOfId(id) ?? new Date(Date.now() + LONGEST_SECONDS * 1000);
    return this.revoked.add(revocationIdOf(id), expiresAt);
  }
}
