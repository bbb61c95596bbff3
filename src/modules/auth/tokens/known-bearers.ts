import type { Bearer } from '../strategies/bearer.js';
import { forgetOldest } from '../../../shared/forget-oldest.js';

const MOST_KNOWN = 1000;

/** Tokens whose signatures were checked, so that a player does not have them checked with every segment. */
export class KnownBearers {
  private readonly known = new Map<string, Bearer>();

  find(token: string): Bearer | undefined {
    return this.known.get(token);
  }

  /** The one that was there longest goes when there are too many. */
  add(token: string, bearer: Bearer): void {
    this.known.set(token, bearer);
    forgetOldest(this.known, MOST_KNOWN);
  }

  delete(token: string): void {
    this.known.delete(token);
  }
}
