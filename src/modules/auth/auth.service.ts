import { Inject, Injectable } from '@nestjs/common';
import passport, { type AuthenticateCallback, type Strategy } from 'passport';
import { APP_CONFIG, hasCredentials, type AppConfig } from '../../config/index.js';
import { AppError } from '../../shared/errors.js';
import { TokenInvalidError, TokenMissingError } from './auth.errors.js';
import { Caller } from './ports/caller.js';
import { bearerTokenOf, type Bearer, type Credentials } from './strategies/bearer.js';
import { KeySetTokenStrategy } from './strategies/key-set-token.strategy.js';
import { SecretTokenStrategy } from './strategies/secret-token.strategy.js';
import { StaticTokenStrategy } from './strategies/static-token.strategy.js';
import { KnownBearers } from './tokens/known-bearers.js';
import { RevokedTokens } from './tokens/revoked-tokens.js';

type Middleware = (request: Credentials, response: object, next: (error: unknown) => void) => void;

/** How long what was allowed may go on after its token was revoked. */
const LOOK_AGAIN_MS = 5000;

/** Finds out who calls, over whatever way the credentials came. */
@Injectable()
export class AuthService {
  /** False when everyone may do everything. */
  readonly isOn: boolean;
  private readonly known = new KnownBearers();
  private readonly authenticator = new passport.Authenticator();
  private readonly names: string[] = [];

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    staticTokens: StaticTokenStrategy,
    secretTokens: SecretTokenStrategy,
    keySetTokens: KeySetTokenStrategy,
    private readonly revoked: RevokedTokens,
  ) {
    this.isOn = auth.mode !== 'none' && hasCredentials(auth);
    this.use('static-token', staticTokens);
    this.use('secret-token', secretTokens);
    this.use('key-set-token', keySetTokens);
  }

  /**
   * @param authorization the header of that name
   * @throws {TokenMissingError} without a bearer token, {TokenInvalidError} with one that is not good here, or not any more
   */
  async callerOf(authorization: string | undefined): Promise<Caller> {
    if (!this.isOn) return Caller.ANYONE;
    const credentials: Credentials = { headers: { authorization } };
    const token = bearerTokenOf(credentials);
    if (token === null) throw new TokenMissingError();
    const { caller, tokenId } = this.knownBearer(token) ?? (await this.authenticate(token, credentials));
    if (tokenId !== undefined && this.revoked.has(tokenId)) throw new TokenInvalidError();
    return caller;
  }

  /** @returns undefined for credentials that are not good, or none; {@link Caller.ANYONE} when none are configured */
  async findCaller(authorization: string | undefined): Promise<Caller | undefined> {
    try {
      return await this.callerOf(authorization);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
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
      const caller = await this.findCaller(authorization);
      if (isEnded) return;
      if (caller === undefined) {
        callback();
        return;
      }
      const delayMs = Math.min(LOOK_AGAIN_MS, caller.expiresAtMs - Date.now());
      timer = setTimeout(() => void look(), delayMs).unref();
    };
    void look();
    return () => {
      isEnded = true;
      clearTimeout(timer);
    };
  }

  private knownBearer(token: string): Bearer | undefined {
    const bearer = this.known.find(token);
    if (bearer === undefined) return undefined;
    if (Date.now() < bearer.knownUntilMs) return bearer;
    this.known.delete(token);
    return undefined;
  }

  /** By each strategy in turn: whose the token is, one of them knows or none. */
  private async authenticate(token: string, credentials: Credentials): Promise<Bearer> {
    const bearer = await new Promise<Bearer>((resolve, reject) => {
      const done: AuthenticateCallback = (error, found) => {
        if (error !== null && error !== undefined) reject(error as Error);
        else if (found) resolve(found as unknown as Bearer);
        else reject(new TokenInvalidError());
      };
      const run: unknown = this.authenticator.authenticate(this.names, { session: false }, done);
      (run as Middleware)(credentials, {}, reject);
    });
    this.known.add(token, bearer);
    return bearer;
  }

  private use(name: string, strategy: Strategy): void {
    this.authenticator.use(name, strategy);
    this.names.push(name);
  }
}
