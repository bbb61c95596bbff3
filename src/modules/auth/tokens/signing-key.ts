import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';

const KEY_BYTES = 32;

/** The key of HS256 tokens. Where none is configured, one that only this process knows: for what a log-in gives. */
@Injectable()
export class SigningKey {
  /** False for a key that ends with the process, which no token should be given out for. */
  readonly isLasting: boolean;
  readonly key: KeyObject;

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    this.isLasting = auth.secret !== '';
    this.key = createSecretKey(this.isLasting ? Buffer.from(auth.secret) : randomBytes(KEY_BYTES));
  }
}
