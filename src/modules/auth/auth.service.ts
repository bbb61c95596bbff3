import { Inject, Injectable } from '@nestjs/common';
import passport, { type AuthenticateCallback, type Strategy } from 'passport';
import { APP_CONFIG, hasCredentials, type AppConfig } from '../../config/index.js';
import { AppError } from '../../shared/errors.js';
import { TokenInvalidError, TokenMissingError } from './auth.errors.js';
import { Caller } from './ports/caller.js';
import { Credential } from './ports/credential.js';
import { bearerTokenOf, headerOf, type Bearer, type Credentials } from './strategies/bearer.js';
import { KeySetTokenStrategy } from './strategies/key-set-token.strategy.js';
import { SecretTokenStrategy } from './strategies/secret-token.strategy.js';
import { StaticTokenStrategy } from './strategies/static-token.strategy.js';
import { KnownBearers } from './tokens/known-bearers.js';
import { TokenGuesses } from './tokens/token-guesses.js';
import { Withdrawals } from './tokens/withdrawals.js';

type Middleware = (request: Credentials, response: object, next: (error: unknown) => void) => void;

/** Says whose a request counts as; asked only where it matters. */
export type AddressOf = () => string;

/** `over`: one that was good once, as its signature shows. */
type Verdict = Bearer | 'over' | 'unknown';

/** How long what was allowed may go on after its token was revoked. */
const LOOK_AGAIN_MS = 5000;

const STATIC = 'static-token';
const ALL = [STATIC, 'secret-token', 'key-set-token'];
/** Who knows tokens of an algorithm, of which nobody can guess one. How these are checked they say for themselves. */
const SIGNED_BY: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['HS256', ['secret-token']],
  ['RS256', ['key-set-token']],
  ['ES256', ['key-set-token']],
]);

/** What jsonwebtoken says once it has found the signature right. */
const OUT_OF_TIME: readonly string[] = ['TokenExpiredError', 'NotBeforeError'];

/** Finds out who calls, over whatever way the credentials came. */
@Injectable()
export class AuthService {
  /** False when everyone may do everything. */
  readonly isOn: boolean;
  private readonly known = new KnownBearers();
  private readonly guesses = new TokenGuesses();
  private readonly authenticator = new passport.Authenticator();

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    staticTokens: StaticTokenStrategy,
    secretTokens: SecretTokenStrategy,
    keySetTokens: KeySetTokenStrategy,
    private readonly withdrawals: Withdrawals,
  ) {
    this.isOn = auth.mode !== 'none' && hasCredentials(auth);
    const strategies: readonly Strategy[] = [staticTokens, secretTokens, keySetTokens];
    for (const [index, strategy] of strategies.entries()) this.authenticator.use(ALL[index] ?? '', strategy);
  }

  /**
   * @param authorization the header of that name
   * @param addressOf undefined for credentials that were judged before: wrong ones are not counted then
   * @throws {TokenMissingError} without a bearer token, {TokenInvalidError} with one that is not good here, or not any more,
   * {TokensThrottledError} after too many wrong ones from the address
   */
  async callerOf(authorization: string | undefined, addressOf?: AddressOf): Promise<Caller> {
    if (!this.isOn) return Caller.ANYONE;
    return (await this.bearerOf(authorization, addressOf)).caller;
  }

  /** @returns undefined for credentials that are not good, or none; {@link Caller.ANYONE} when none are configured */
  async findCaller(authorization: string | undefined, addressOf?: AddressOf): Promise<Caller | undefined> {
    if (!this.isOn) return Caller.ANYONE;
    return (await this.findBearer(authorization, addressOf))?.caller;
  }

  /**
   * For what goes on after a request that was allowed.
   *
   * @returns undefined when nobody has to show who one is
   * @throws {TokenMissingError | TokenInvalidError} also where the credentials were good when the request came
   */
  async credentialOf(authorization: string | undefined): Promise<Credential | undefined> {
    if (!this.isOn) return undefined;
    const token = bearerTokenOf({ headers: { authorization } });
    if (token === null) throw new TokenMissingError();
    return new Credential(await this.bearerOf(authorization, undefined), token);
  }

  /** @returns true when the token was revoked, or its account is gone: not when its time is over */
  isWithdrawn({ bearer }: Credential): boolean {
    return this.withdrawals.has(bearer);
  }

  /** @returns true for what was made with credentials that were withdrawn since: see {@link Caller.origin} */
  isTakenBack(caller: Caller): boolean {
    return this.withdrawals.hasOriginOf(caller);
  }

  /**
   * For what goes on after it was allowed, such as a feed: calls back once the credentials are not good any more, because
   * their time is over or they were revoked.
   *
   * @returns ends it
   */
  whenOver(authorization: string | undefined, callback: () => void): () => void {
    if (!this.isOn) return () => undefined;
    let timer: NodeJS.Timeout | undefined;
    let isEnded = false;
    const look = async (): Promise<void> => {
      const bearer = await this.findBearer(authorization);
      if (isEnded) return;
      if (bearer === undefined) {
        callback();
        return;
      }
      const delayMs = Math.min(LOOK_AGAIN_MS, bearer.knownUntilMs - Date.now());
      timer = setTimeout(() => void look(), delayMs).unref();
    };
    void look();
    return () => {
      isEnded = true;
      clearTimeout(timer);
    };
  }

  private async findBearer(authorization: string | undefined, addressOf?: AddressOf): Promise<Bearer | undefined> {
    try {
      return await this.bearerOf(authorization, addressOf);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  private async bearerOf(authorization: string | undefined, addressOf: AddressOf | undefined): Promise<Bearer> {
    const credentials: Credentials = { headers: { authorization } };
    const token = bearerTokenOf(credentials);
    if (token === null) throw new TokenMissingError();
    const known = this.known.find(token);
    const bearer = known?.isSigned === true ? known : await this.judge(token, credentials, known, addressOf?.());
    if (this.withdrawals.has(bearer)) throw new TokenInvalidError();
    return bearer;
  }

  /** One that is known and could be guessed is looked at like one that is not where too many wrong ones come from. */
  private async judge(
    token: string,
    credentials: Credentials,
    known: Bearer | undefined,
    address: string | undefined,
  ): Promise<Bearer> {
    const isHeldBack = address !== undefined && this.guesses.isHeldBack(address, token);
    const verdict = isHeldBack
      ? await this.authenticate(token, credentials, signedWaysOf(token))
      : (known ?? (await this.authenticate(token, credentials, [...signedWaysOf(token), STATIC])));
    if (verdict === 'unknown' && address !== undefined) throw this.guesses.failed(address);
    if (typeof verdict === 'string') throw new TokenInvalidError();
    if (!verdict.isSigned && address !== undefined) this.guesses.succeeded(address, token);
    return verdict;
  }

  /** By each strategy in turn: whose the token is, one of them knows or none. */
  private async authenticate(token: string, credentials: Credentials, names: string[]): Promise<Verdict> {
    const verdict = await new Promise<Verdict>((resolve, reject) => {
      const done: AuthenticateCallback = (error, found, complaints) => {
        if (error !== null && error !== undefined) reject(error as Error);
        else if (found) resolve(found as unknown as Bearer);
        else resolve(isOutOfTime(complaints) ? 'over' : 'unknown');
      };
      const run: unknown = this.authenticator.authenticate(names, { session: false }, done);
      (run as Middleware)(credentials, {}, reject);
    });
    if (typeof verdict !== 'string') this.known.add(token, verdict);
    return verdict;
  }
}

/** @returns those that may know the token: to ask the others costs as much again */
function signedWaysOf(token: string): string[] {
  try {
    return [...(SIGNED_BY.get(headerOf(token).alg) ?? [])];
  } catch {
    return [];
  }
}

/** @param complaints of each strategy that was asked */
function isOutOfTime(complaints: unknown): boolean {
  return [complaints].flat().some((each) => each instanceof Error && OUT_OF_TIME.includes(each.name));
}
