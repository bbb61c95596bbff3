import { hash } from 'node:crypto';
import type { Bearer } from '../strategies/bearer.js';
import { forgetOldest } from '../../../shared/forget-oldest.js';

const MOST_KNOWN = 10_000;

/**
 * Tokens that were found good, by their digests, so that a player does not have its signature checked with every segment. What
 * can end a token before its time is not kept with it: that is asked for each request.
 */
export class KnownBearers {
  private readonly known = new Map<string, Bearer>();

  constructor(private readonly most = MOST_KNOWN) {}

  /** @returns undefined for one whose time is over, too */
  find(token: string): Bearer | undefined {
    const digest = digestOf(token);
    const bearer = this.known.get(digest);
    if (bearer === undefined) return undefined;
    this.known.delete(digest);
    if (Date.now() >= bearer.knownUntilMs) return undefined;
    this.known.set(digest, bearer);
    return bearer;
  }

  /** When there are too many, the one that was asked for longest ago goes. */
  add(token: string, bearer: Bearer): void {
    this.known.set(digestOf(token), bearer);
    forgetOldest(this.known, this.most);
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}
