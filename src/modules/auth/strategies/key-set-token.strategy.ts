import type { KeyObject } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { bearerOfClaims } from '../tokens/claims.js';
import { KeySet } from '../tokens/key-set.js';
import {
  bearerTokenOf,
  giveKey,
  headerOf,
  withLeeway,
  type Bearer,
  type Credentials,
  type KeyTaker,
} from './bearer.js';

/** How long a token goes on whose key is not in the set any more. */
const KNOWN_MS = 60_000;

const ALGORITHMS: ('RS256' | 'ES256')[] = ['RS256', 'ES256'];

/** Tokens that a key of the key set signed: an identity provider's. Its public keys are good for nothing symmetric. */
@Injectable()
export class KeySetTokenStrategy extends PassportStrategy(Strategy, 'key-set-token') {
  private readonly leewaySeconds: number;

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    const { jwks_url: url, issuer, audience, clock_leeway_seconds: leewaySeconds } = auth;
    const logger = new Logger(KeySet.name);
    const keys = new KeySet(url, (message) => {
      logger.warn(message);
    });
    super({
      jwtFromRequest: bearerTokenOf,
      secretOrKeyProvider: (_request: Credentials, token: string, done: KeyTaker) => {
        if (url === '') done(new Error('no key set'));
        else
          findKey(keys, token).then((key) => {
            giveKey(done, key);
          }, done);
      },
      algorithms: ALGORITHMS,
      ...withLeeway(leewaySeconds),
      ...(issuer !== '' && { issuer }),
      ...(audience.length > 0 && { audience: [...audience] }),
    });
    this.leewaySeconds = leewaySeconds;
  }

  validate(payload: unknown): Bearer | false {
    const bearer = bearerOfClaims(withoutOurs(payload), this.leewaySeconds);
    return bearer && { ...bearer, knownUntilMs: Math.min(bearer.knownUntilMs, Date.now() + KNOWN_MS) };
  }
}

/** No other server's log-in is one of ours, and nothing that it made was made here. */
function withoutOurs(payload: unknown): unknown {
  return typeof payload === 'object' ? { ...payload, use: undefined, ver: undefined, made_by: undefined } : payload;
}

/** Only tokens that could be taken have the keys looked for. */
async function findKey(keys: KeySet, token: string): Promise<KeyObject> {
  const header = headerOf(token);
  const isTaken = ALGORITHMS.some((algorithm) => algorithm === header.alg);
  if (!isTaken) throw new Error('another algorithm');
  return keys.find(header);
}
