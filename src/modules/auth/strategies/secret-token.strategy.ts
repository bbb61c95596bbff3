import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { bearerOfClaims } from '../tokens/claims.js';
import { SigningKey } from '../tokens/signing-key.js';
import {
  bearerTokenOf,
  giveKey,
  headerOf,
  withLeeway,
  type Bearer,
  type Credentials,
  type KeyTaker,
} from './bearer.js';

/** Tokens that the secret of the configuration signed. The secret is good for HS256 and for nothing else. */
@Injectable()
export class SecretTokenStrategy extends PassportStrategy(Strategy, 'secret-token') {
  private readonly leewaySeconds: number;

  constructor({ key }: SigningKey, @Inject(APP_CONFIG) { auth }: AppConfig) {
    super({
      jwtFromRequest: bearerTokenOf,
      secretOrKeyProvider: (_request: Credentials, token: string, done: KeyTaker) => {
        try {
          headerOf(token);
        } catch (error) {
          done(error);
          return;
        }
        giveKey(done, key);
      },
      algorithms: ['HS256'],
      ...withLeeway(auth.clock_leeway_seconds),
    });
    this.leewaySeconds = auth.clock_leeway_seconds;
  }

  validate(payload: unknown): Bearer | false {
    return bearerOfClaims(payload, this.leewaySeconds);
  }
}
