import { KeyObject } from 'node:crypto';
import { createLocalJWKSet, errors, type JWSHeaderParameters } from 'jose';
import { z } from 'zod';
import { limitedText } from '../../../shared/limited-text.js';

/** How old keys may be before they are read again, while the ones that are there do their work. */
const FRESH_MS = 600_000;
/** How old they may be before a token waits for the new ones: where nobody asked for long, they may be other ones by now. */
const STALE_MS = 2 * FRESH_MS;
/** A token of an unknown key has the keys read again no sooner: else whoever makes tokens up has us ask all the time. */
const COOLDOWN_MS = 30_000;
const PATIENCE_MS = 5000;
const MOST_BYTES = 256 * 1024;
/** RFC 7518 section 3.3. */
const SHORTEST_RSA_BITS = 2048;

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

type LocalKeys = ReturnType<typeof createLocalJWKSet>;

/** Public keys behind a URL (RFC 7517). Those that were read stay good while it is away. */
export class KeySet {
  private keys: LocalKeys | undefined;
  /** Those that were found among `keys`, by what headers say of them. */
  private found = new Map<string, KeyObject>();
  private readAtMs = -Infinity;
  private askedAtMs = -Infinity;
  private reading: Promise<void> | undefined;

  /** @param warn told each time that the keys, or some of them, cannot be read or taken */
  constructor(
    private readonly url: string,
    private readonly warn: (message: string) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * @param header of a token: `alg` and `kid` say which key; of a key that has an `alg` no other is taken
   * @throws {Error} when there is no such key
   */
  async find(header: JWSHeaderParameters): Promise<KeyObject> {
    if (this.now() - this.readAtMs > FRESH_MS) {
      const reading = this.read();
      if (this.now() - this.readAtMs > STALE_MS) await reading;
    }
    try {
      return await this.known(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.read();
      return this.known(header);
    }
  }

  private async known(header: JWSHeaderParameters): Promise<KeyObject> {
    if (this.keys === undefined) throw new errors.JWKSNoMatchingKey();
    const { keys, found } = this;
    const name = JSON.stringify([header.alg, header.kid]);
    const key = found.get(name) ?? KeyObject.from(await keys(header));
    found.set(name, key);
    return key;
  }

  /** At most one at a time, and not again too soon. */
  private async read(): Promise<void> {
    if (this.reading === undefined && this.now() - this.askedAtMs < COOLDOWN_MS) return;
    this.reading ??= this.ask().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
  }

  private async ask(): Promise<void> {
    this.askedAtMs = this.now();
    try {
      const { keys } = keySet.parse(JSON.parse(await this.load()));
      const good = keys.filter((key) => !isShort(key));
      this.keys = createLocalJWKSet({ keys: good });
      this.found = new Map();
      this.readAtMs = this.now();
      if (good.length < keys.length)
        this.warn(`RSA keys of auth.jwks_url have fewer than ${String(SHORTEST_RSA_BITS)} bits, and are not taken.`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.warn(`The keys of auth.jwks_url cannot be read (${reason}); those that were read before stay good.`);
    }
  }

  private async load(): Promise<string> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(this.url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`status ${String(response.status)}`);
    return limitedText(response, MOST_BYTES);
  }
}

function isShort({ kty, n }: z.output<typeof keySet>['keys'][number]): boolean {
  if (kty !== 'RSA' || typeof n !== 'string') return false;
  return BigInt(`0x0${Buffer.from(n, 'base64url').toString('hex')}`).toString(2).length < SHORTEST_RSA_BITS;
}
