import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { LivemanStorageConfig } from '../../src/config/index.js';
import type { PresignedRequest, PresignInput } from '../../src/modules/storage/ports/storage-driver.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';

const SIGNING_SECRET = 'known to the manager alone';
const BUCKET_PATH = '/bucket/';

interface Refusal {
  readonly status: number;
  readonly body: string;
}

interface KeptObject {
  readonly bytes: Buffer;
  readonly headers: IncomingMessage['headers'];
}

interface PresignBody {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly ttl_seconds: number;
}

/** A live777 manager as far as its storage goes, with a bucket of its own that takes signed requests alone. */
export class LivemanServer implements AsyncDisposable {
  readonly token = 'token-of-the-node';
  readonly objects = new Map<string, KeptObject>();
  /** `POST /api/storage/presign` and so on, without queries, in the order in which they came. */
  readonly requests: string[] = [];
  readonly lifetimes: number[] = [];
  /** What the calls of the manager are refused with while it is set. */
  managerRefusal: Refusal | undefined;
  /** What the bucket refuses everything with while it is set. */
  bucketRefusal: Refusal | undefined;
  /** Whether requests are taken and never answered. */
  isSilent = false;
  /** What becomes of the bytes that the bucket takes. */
  keep = (bytes: Buffer): Buffer => bytes;
  private readonly server = createServer((request, response) => {
    void this.answer(request, response);
  });

  /** @param sign URLs of another bucket than its own */
  private constructor(private readonly sign?: (input: PresignInput) => Promise<PresignedRequest>) {}

  static async start(sign?: (input: PresignInput) => Promise<PresignedRequest>): Promise<LivemanServer> {
    const server = new LivemanServer(sign);
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What a driver needs to use it. */
  get config(): LivemanStorageConfig {
    return { type: 'liveman', url: this.url, token: this.token, presignSeconds: 300 };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => void this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method ?? ''} ${url.pathname}`);
    try {
      if (this.isSilent) return;
      if (url.pathname.startsWith(BUCKET_PATH)) await this.answerFromBucket(url, request, response);
      else await this.answerAsManager(url, request, response);
    } catch {
      // The body broke off: what came of it is not kept.
      response.destroy();
    }
  }

  private async answerAsManager(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      refuse(response, { status: 401, body: '' });
      return;
    }
    if (this.managerRefusal !== undefined) {
      refuse(response, this.managerRefusal);
      return;
    }
    if (url.pathname === '/api/storage/ping') return void response.end('ok');
    const { method, path, ttl_seconds: lifetimeSeconds } = JSON.parse(body.toString()) as PresignBody;
    this.lifetimes.push(lifetimeSeconds);
    const input = { method, key: parseObjectKey(path), lifetimeSeconds };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(this.sign === undefined ? this.ownUrl(input) : await this.sign(input)));
  }

  private ownUrl({ method, key, lifetimeSeconds }: PresignInput): PresignedRequest {
    const expiresMs = Date.now() + lifetimeSeconds * 1000;
    const url = new URL(`${BUCKET_PATH}${encodeURIComponent(key)}`, this.url);
    url.searchParams.set('expires', String(expiresMs));
    url.searchParams.set('signature', signatureOf(method, url.pathname, String(expiresMs)));
    return { url: url.href, headers: method === 'PUT' ? { 'X-Signed-Field': 'kept' } : {} };
  }

  private async answerFromBucket(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const expires = url.searchParams.get('expires') ?? '';
    const isSigned = url.searchParams.get('signature') === signatureOf(method, url.pathname, expires);
    if (this.bucketRefusal !== undefined) {
      refuse(response, this.bucketRefusal);
      return;
    }
    if (!isSigned || Number(expires) < Date.now()) {
      refuse(response, { status: 403, body: xml('AccessDenied') });
      return;
    }
    const key = decodeURIComponent(url.pathname.slice(BUCKET_PATH.length));
    if (method === 'GET') {
      this.give(key, request, response);
      return;
    }
    if (request.headers['content-length'] === undefined) {
      refuse(response, { status: 411, body: xml('MissingContentLength') });
      return;
    }
    const bytes = await buffer(request);
    this.objects.set(key, { bytes: this.keep(bytes), headers: request.headers });
    response.end();
  }

  private give(key: string, request: IncomingMessage, response: ServerResponse): void {
    const bytes = this.objects.get(key)?.bytes;
    if (bytes === undefined) {
      refuse(response, { status: 404, body: xml('NoSuchKey') });
      return;
    }
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (from !== undefined && Number(from) >= bytes.length) {
      refuse(response, { status: 416, body: xml('InvalidRange') });
      return;
    }
    response.setHeader('etag', `"${createHash('md5').update(bytes).digest('hex')}"`);
    response.setHeader('last-modified', new Date(0).toUTCString());
    if (from === undefined) return void response.end(bytes);
    const end = Math.min(Number(to), bytes.length - 1);
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${from}-${String(end)}/${String(bytes.length)}`);
    response.end(bytes.subarray(Number(from), end + 1));
  }
}

function signatureOf(method: string, path: string, expires: string): string {
  return createHmac('sha256', SIGNING_SECRET).update(`${method}\n${path}\n${expires}`).digest('hex');
}

function xml(code: string): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;
}

function refuse(response: ServerResponse, { status, body }: Refusal): void {
  response.statusCode = status;
  response.end(body);
}
