import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, createServer, request as openRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeBody, describeRequest, isPut, type BucketRequest } from './bucket-request.js';
import { pause } from '../wait.js';
import { signV4, type SigningKeys } from './sign-v4.js';

/** What a bucket can do to somebody who uses it. */
export type BucketFault =
  /** 500, 403 and 503 with the store's own words. */
  | 'internal-error'
  | 'forbidden'
  | 'slow-down'
  /** The connection ends in the middle of what is sent or answered. */
  | 'reset'
  /** Does what it is asked, and the connection ends before it says so. */
  | 'lost-answer'
  /** Takes everything and answers nothing. */
  | 'stall'
  /** Answers a PUT with 200 and the right tag, and has nothing, half of it, or another byte in it. */
  | 'lie-nothing'
  | 'lie-half'
  | 'lie-byte'
  /** Its clock is an hour ahead. */
  | 'skewed-clock'
  /** Nobody is there. */
  | 'away';

export interface BucketTarget extends SigningKeys {
  /** URL of an S3 server, without path. */
  readonly endpoint: string;
}

const SKEW_MS = 3600_000;
/** How far clocks may be apart for S3. */
const SKEW_ALLOWED_MS = 15 * 60_000;

const REFUSALS = {
  'internal-error': [500, 'InternalError', 'We encountered an internal error. Please try again.'],
  forbidden: [403, 'AccessDenied', 'Access Denied.'],
  'slow-down': [503, 'SlowDown', 'Please reduce your request rate.'],
} as const;
const SKEWED = [
  403,
  'RequestTimeTooSkewed',
  'The difference between the request time and the server is too large.',
] as const;

const HOP_BY_HOP = ['connection', 'expect', 'keep-alive', 'transfer-encoding'];
/** What says something of a body that is not sent as it came. */
const OF_THE_BODY =
  /^(content-(encoding|length|md5)|x-amz-(checksum-.*|sdk-checksum-algorithm|trailer|decoded-content-length))$/;

/** Stands before an S3 server and does to its clients what is asked for. */
export class BucketProxy implements AsyncDisposable {
  /** Everything that was asked of it, in that order, and what happened to it. */
  readonly requests: (BucketRequest & { readonly fault: BucketFault | undefined })[] = [];
  private delayMs = 0;
  private choose: (request: BucketRequest) => BucketFault | undefined = () => undefined;
  private readonly stalled = new Set<ServerResponse>();
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly server: Server,
    private readonly target: BucketTarget,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // A client that has gone has its reasons.
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(target: BucketTarget): Promise<BucketProxy> {
    const server = createServer({ keepAliveTimeout: 5000 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BucketProxy(server, target);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** From now on this happens to each request; without anything it is a good bucket. Whoever was stalled is let go. */
  become(fault?: BucketFault | ((request: BucketRequest) => BucketFault | undefined)): void {
    this.choose = typeof fault === 'function' ? fault : () => fault;
    for (const response of this.stalled) response.destroy();
    this.stalled.clear();
    if (fault === 'away') this.server.closeAllConnections();
  }

  /** From now on each answer takes so much longer. */
  slowDown(delayMs: number): void {
    this.delayMs = delayMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const described = describeRequest(request);
    const fault = this.choose(described);
    this.requests.push({ ...described, fault });
    if (this.delayMs > 0) await pause(this.delayMs);
    if (fault === 'away') request.socket.resetAndDestroy();
    else if (fault === 'reset' && described.method === 'PUT') await breakUpload(request);
    else if (fault === 'stall') this.stall(request, response);
    else if (fault === 'skewed-clock') await this.answerWithSkew(request, response);
    else if (fault === 'internal-error' || fault === 'forbidden' || fault === 'slow-down') {
      await readAll(request);
      refuse(response, REFUSALS[fault]);
    } else if (isPut(described) && (fault === 'lie-nothing' || fault === 'lie-half' || fault === 'lie-byte')) {
      await this.lie(request, response, fault);
    } else await this.pass(request, response, fault);
  }

  private async pass(request: IncomingMessage, response: ServerResponse, fault?: BucketFault): Promise<void> {
    const answer = await this.forward(request, await readAll(request), request.headers);
    const body = await readAll(answer);
    if (fault === 'lost-answer') request.socket.resetAndDestroy();
    else if (fault === 'reset') {
      response.writeHead(answer.statusCode ?? 0, withoutHops(answer.headers));
      response.write(body.subarray(0, body.length / 2), () => request.socket.resetAndDestroy());
    } else send(response, answer, body);
  }

  private stall(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    this.stalled.add(response);
    response.once('close', () => this.stalled.delete(response));
  }

  private async lie(
    request: IncomingMessage,
    response: ServerResponse,
    fault: 'lie-nothing' | 'lie-half' | 'lie-byte',
  ): Promise<void> {
    const body = decodeBody(await readAll(request), request);
    const stored = Buffer.from(fault === 'lie-half' ? body.subarray(0, body.length / 2) : body);
    if (fault === 'lie-byte') stored[stored.length >> 1] = (stored[stored.length >> 1] ?? 0) ^ 1;
    if (fault !== 'lie-nothing') {
      const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OF_THE_BODY.test(name)));
      const answer = await this.forward(request, stored, headers, true);
      const said = await readAll(answer);
      if (answer.statusCode !== 200) {
        send(response, answer, said);
        return;
      }
    }
    const tag = createHash('md5').update(body).digest('hex');
    response.writeHead(200, { etag: `"${tag}"`, 'content-length': 0, ...checksumsOf(request.headers) });
    response.end();
  }

  /** Takes only requests of its own time, and the store's clock is right. */
  private async answerWithSkew(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    response.sendDate = false;
    response.setHeader('date', new Date(Date.now() + SKEW_MS).toUTCString());
    if (Math.abs(signedAtMs(request) - Date.now() - SKEW_MS) > SKEW_ALLOWED_MS) {
      refuse(response, SKEWED);
      return;
    }
    const isChunked = String(request.headers['x-amz-content-sha256']).startsWith('STREAMING-');
    const headers = Object.entries(request.headers).filter(([name]) => !isChunked || !OF_THE_BODY.test(name));
    const answer = await this.forward(request, decodeBody(body, request), Object.fromEntries(headers), true);
    const { date: _, ...rest } = answer.headers;
    const said = await readAll(answer);
    response.writeHead(answer.statusCode ?? 0, withoutHops(rest));
    response.end(said);
  }

  /** @param isSignedAnew in the proxy's own name, as what is sent is not what was signed */
  private async forward(
    { method = 'GET', url = '/' }: IncomingMessage,
    body: Buffer,
    headers: IncomingHttpHeaders,
    isSignedAnew = false,
  ): Promise<IncomingMessage> {
    const plain = Object.fromEntries(
      Object.entries(withoutHops(headers)).map(([name, value]) => [name, String(value)]),
    );
    const sent: Record<string, string> = { ...plain, 'content-length': String(body.length) };
    const request = openRequest(new URL(url, this.target.endpoint), {
      method,
      agent: this.agent,
      headers: isSignedAnew ? signV4(method, url, sent, this.target) : sent,
    });
    request.end(body);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return answer;
  }
}

function signedAtMs({ headers, url = '' }: IncomingMessage): number {
  const text = headers['x-amz-date'] ?? new URLSearchParams(url.split('?')[1] ?? '').get('X-Amz-Date') ?? '';
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(text)) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** After half of what is sent. */
async function breakUpload(request: IncomingMessage): Promise<void> {
  const half = Number(request.headers['content-length'] ?? 0) / 2;
  let received = 0;
  for await (const chunk of request) {
    received += (chunk as Buffer).length;
    if (received >= half) break;
  }
  request.socket.resetAndDestroy();
}

function refuse(response: ServerResponse, [status, code, message]: readonly [number, string, string]): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
}

function send(response: ServerResponse, answer: IncomingMessage, body: Buffer): void {
  response.writeHead(answer.statusCode ?? 0, withoutHops(answer.headers));
  response.end(body);
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

function checksumsOf(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-checksum-')));
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
