import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { TokenInvalidError, TokenMissingError } from './auth.errors.js';
import { ALL_RIGHTS, type Right } from './ports/right.js';

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

@Injectable()
export class AuthService {
  /** False when everyone may do everything. */
  readonly isOn: boolean;
  private readonly tokenDigests: readonly Buffer[];

  constructor(@Inject(APP_CONFIG) config: AppConfig) {
    this.isOn = config.auth.mode !== 'none' && config.auth.tokens.length > 0;
    this.tokenDigests = config.auth.tokens.map(digestOf);
  }

  /**
   * @param authorization the header of that name
   * @returns what its bearer may do
   * @throws {TokenMissingError} without a bearer token, {TokenInvalidError} with one that nobody gave out
   */
  rightsOf(authorization: string | undefined): readonly Right[] {
    if (!this.isOn) return ALL_RIGHTS;
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new TokenMissingError();
    if (!this.isStaticToken(token)) throw new TokenInvalidError();
    return ALL_RIGHTS;
  }

  /** @returns true for a caller who may do something here: everyone when no token is configured */
  isWelcome(authorization: string | undefined): boolean {
    try {
      return this.rightsOf(authorization).length > 0;
    } catch {
      return false;
    }
  }

  /** Takes the same time whatever the token is. */
  private isStaticToken(token: string): boolean {
    const digest = digestOf(token);
    return this.tokenDigests.filter((known) => timingSafeEqual(known, digest)).length > 0;
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
