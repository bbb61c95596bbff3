import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { bearerOfClaims } from '../tokens/claims.js';
import { SigningKey } from '../tokens/signing-key.js';
import { bearerTokenOf, type Bearer } from './bearer.js';

/** Tokens that the secret of the configuration signed. The secret is good for HS256 and for nothing else. */
@Injectable()
export class SecretTokenStrategy extends PassportStrategy(Strategy, 'secret-token') {
  constructor({ key }: SigningKey) {
    super({ jwtFromRequest: bearerTokenOf, secretOrKey: key.export(), algorithms: ['HS256'] });
  }

  validate(payload: unknown): Bearer | false {
    return bearerOfClaims(payload);
  }
}
