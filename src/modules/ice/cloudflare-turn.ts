import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { limitedText } from '../../shared/limited-text.js';
import type { IceServer } from './ice-server.js';

export interface CloudflareKey {
  readonly keyId: string;
  readonly apiToken: string;
  readonly ttlSeconds: number;
}

const ENDPOINT = 'https://rtc.live.cloudflare.com';
const LIMIT_MS = 5000;
const MOST_BYTES = 64 * 1024;
/** After a failure nobody asks again so soon. */
const PAUSE_MS = 10_000;
/** A client is given credentials that are good for at least this part of their life. */
const FRESH_PART = 0.5;

const url = z.string().regex(/^(stun|turn)s?:[\x21-\x7e]+$/i);
const text = z
  .string()
  .regex(/^[\x20-\x7e]*$/)
  .default('');
const iceServer = z.object({
  urls: z.union([z.array(url), url.transform((only) => [only])]),
  username: text,
  credential: text,
});
const answerContent = z.object({ iceServers: z.union([z.array(iceServer), iceServer.transform((only) => [only])]) });

interface Credentials {
  readonly servers: readonly IceServer[];
  readonly madeAtMs: number;
}

/**
 * TURN credentials of Cloudflare, one request for many sessions:
 * https://developers.cloudflare.com/realtime/turn/generate-credentials/
 */
export class CloudflareTurn {
  private credentials: Credentials | undefined;
  private request: Promise<void> | undefined;
  private pausedUntilMs = 0;

  /** @param warn told once for each failure, without secrets */
  constructor(
    private readonly key: CloudflareKey,
    private readonly warn: (message: string) => void,
    private readonly endpoint = ENDPOINT,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * @param patienceMs how long to wait for Cloudflare when there are no good credentials
   * @returns servers whose credentials are good for half of their life at least; older ones while Cloudflare fails,
   *   nothing when there are none
   */
  async servers(patienceMs: number): Promise<readonly IceServer[]> {
    if (this.ageMs() < this.lifeMs * FRESH_PART) return this.credentials?.servers ?? [];
    await waitAtMost(this.renew(), patienceMs);
    return this.ageMs() < this.lifeMs ? (this.credentials?.servers ?? []) : [];
  }

  private get lifeMs(): number {
    return this.key.ttlSeconds * 1000;
  }

  private ageMs(): number {
    return this.credentials === undefined ? Infinity : this.now() - this.credentials.madeAtMs;
  }

  private renew(): Promise<void> {
    if (this.now() < this.pausedUntilMs) return Promise.resolve();
    this.request ??= this.ask().finally(() => {
      this.request = undefined;
    });
    return this.request;
  }

  private async ask(): Promise<void> {
    const madeAtMs = this.now();
    const signal = AbortSignal.timeout(LIMIT_MS);
    const answer = await this.answer(signal).catch((error: unknown) => {
      if (signal.aborted) return 'it did not answer in time';
      return error instanceof RangeError ? `it sent ${error.message}` : 'it cannot be reached';
    });
    if (typeof answer !== 'string') {
      this.credentials = { servers: answer, madeAtMs };
      return;
    }
    this.pausedUntilMs = this.now() + PAUSE_MS;
    this.warn(`Cloudflare gave no TURN credentials: ${answer}. Clients get the other servers.`);
  }

  /** @returns the servers, or what is wrong in words of ours: those of the answer might carry the token */
  private async answer(signal: AbortSignal): Promise<readonly IceServer[] | string> {
    const { keyId, apiToken, ttlSeconds } = this.key;
    const path = `/v1/turn/keys/${encodeURIComponent(keyId)}/credentials/generate-ice-servers`;
    const response = await fetch(`${this.endpoint}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ttl: ttlSeconds }),
      redirect: 'error',
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      return `it answered ${String(response.status)}`;
    }
    return (
      answerContent.safeParse(jsonOf(await limitedText(response, MOST_BYTES))).data?.iceServers ??
      'its answer is not understood'
    );
  }
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

async function waitAtMost(work: Promise<void>, limitMs: number): Promise<void> {
  const end = new AbortController();
  await Promise.race([work, setTimeout(limitMs, undefined, { signal: end.signal })]);
  end.abort();
}
