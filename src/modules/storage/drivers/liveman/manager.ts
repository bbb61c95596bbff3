import { z } from 'zod';
import type { LivemanStorageConfig } from '../../../../config/index.js';
import { inTime } from '../../../../shared/in-time.js';
import type { PresignedRequest, PresignInput } from '../../ports/storage-driver.js';
import { StorageUnavailableError } from '../../storage.errors.js';
import { exchange, textOf, type HttpRequest } from './exchange.js';
import { connectionFault, managerFault } from './faults.js';

const PING_PATH = '/api/storage/ping';
const PRESIGN_PATH = '/api/storage/presign';

const presigned = z.object({
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()).default({}),
});

/** The calls of a live777 manager that have to do with its storage. */
export class LivemanManager {
  constructor(
    private readonly config: LivemanStorageConfig,
    /** Until a call is answered. */
    private readonly answerMs: number,
  ) {}

  /** @throws {StorageUnavailableError} unless the manager has a storage and knows the token */
  async ping(): Promise<void> {
    await this.call('GET', PING_PATH);
  }

  /** @throws {StorageUnavailableError} */
  async presign({ method, key, lifetimeSeconds }: PresignInput): Promise<PresignedRequest> {
    const answer = await this.call('POST', PRESIGN_PATH, { method, path: key, ttl_seconds: lifetimeSeconds });
    const request = presigned.safeParse(parseJson(answer));
    if (request.success) return request.data;
    throw new StorageUnavailableError('failed', `the manager at ${this.config.url} answers with no signed URL.`);
  }

  private async call(method: 'GET' | 'POST', path: string, input?: object): Promise<string> {
    const body = input === undefined ? undefined : Buffer.from(JSON.stringify(input));
    const { status, text } = await this.answerTo({
      method,
      url: new URL(path, this.config.url),
      headers: this.headersFor(body),
      body: body && [body],
    });
    if (status >= 200 && status < 300) return text;
    throw managerFault(this.config.url, path, status);
  }

  private async answerTo(request: HttpRequest): Promise<{ readonly status: number; readonly text: string }> {
    const answer = async (): Promise<{ status: number; text: string }> => {
      const response = await exchange(request, this.answerMs);
      return { status: response.statusCode ?? 0, text: await textOf(response) };
    };
    try {
      return await inTime(answer(), this.answerMs);
    } catch (error) {
      throw connectionFault(`the manager at ${this.config.url}`, error);
    }
  }

  private headersFor(body: Buffer | undefined): Record<string, string> {
    const { token } = this.config;
    return {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }),
    };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
