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

/** How long what was allowed may go on after its token has expired. */
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

  /** @returns true for a caller who may do something here: everyone when no credentials are configured */
  async isWelcome(authorization: string | undefined): Promise<boolean> {
    try {
      await this.callerOf(authorization);
      return true;
    } catch (error) {
      if (error instanceof AppError) return false;
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
    const check = async (): Promise<void> => {
      if (await this.isWelcome(authorization)) return;
      clearInterval(timer);
      callback();
    };
    const timer = setInterval(() => void check(), LOOK_AGAIN_MS).unref();
    return () => {
      clearInterval(timer);
    };
  }

  private knownBearer(token: string): Bearer | undefined {
    const bearer = this.known.find(token);
    if (bearer === undefined) return undefined;
    if (Date.now() < bearer.expiresAtMs) return bearer;
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
