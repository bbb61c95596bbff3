import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { Caller } from '../ports/caller.js';
import { ALL_RIGHTS } from '../ports/right.js';
import { StreamScope } from '../ports/stream-scope.js';
import { bearerTokenOf, type Bearer, type Credentials } from './bearer.js';

type Verify = (token: string, done: (error: unknown, bearer: Bearer | false | null) => void) => void;

/** A bearer token (RFC 6750) that means something by itself. */
class BearerStrategy extends Strategy {
  constructor(private readonly verify: Verify) {
    super();
  }

  override authenticate(request: Credentials): void {
    const token = bearerTokenOf(request);
    if (token === null) {
      this.fail();
      return;
    }
    this.verify(token, (error, bearer) => {
      if (error !== null) this.error(error);
      else if (bearer) this.success(bearer);
      else this.fail();
    });
  }
}

/** The tokens of the configuration: each may do everything. */
@Injectable()
export class StaticTokenStrategy extends PassportStrategy(BearerStrategy, 'static-token') {
  private readonly digests: readonly Buffer[];

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    super();
    this.digests = auth.tokens.map(digestOf);
  }

  /** Takes the same time whatever the token is. */
  validate(token: string): Bearer | false {
    const digest = digestOf(token);
    const matches = this.digests.map((known, index) => (timingSafeEqual(known, digest) ? [index + 1] : [])).flat();
    const [number] = matches;
    if (number === undefined) return false;
    const caller = new Caller('token', `auth.tokens #${String(number)}`, StreamScope.ALL, ALL_RIGHTS);
    return { caller, knownUntilMs: Infinity, isSigned: false, login: undefined };
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
