import { KeyObject } from 'node:crypto';
import { createLocalJWKSet, errors, type JWSHeaderParameters } from 'jose';
import { z } from 'zod';

/** How old keys may be before they are read again, while the ones that are there do their work. */
const FRESH_MS = 600_000;
/** How old they may be before a token waits for the new ones: where nobody asked for long, they may be other ones by now. */
const STALE_MS = 2 * FRESH_MS;
/** A token of an unknown key has the keys read again no sooner: else whoever makes tokens up has us ask all the time. */
const COOLDOWN_MS = 30_000;
const PATIENCE_MS = 5000;
const MOST_BYTES = 256 * 1024;

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

  /** @param warn told each time that the keys cannot be read */
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
      this.keys = createLocalJWKSet(keySet.parse(JSON.parse(await this.load())));
      this.found = new Map();
      this.readAtMs = this.now();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.warn(`The keys of auth.jwks_url cannot be read (${reason}); those that were read before stay good.`);
    }
  }

  private async load(): Promise<string> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(this.url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
    if (!response.ok || response.body === null) throw new Error(`status ${String(response.status)}`);
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      parts.push(part);
      sizeBytes += part.length;
      if (sizeBytes > MOST_BYTES) throw new Error('more than 256 KiB');
    }
    return Buffer.concat(parts).toString();
  }
}
