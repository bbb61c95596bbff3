import { lookup as resolve, type LookupAddress } from 'node:dns';
import http, { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { ForbiddenAddresses } from './forbidden-addresses.js';

/** Enough to see what somebody meant; the rest is not read. */
const MOST_ANSWER_BYTES = 2048;
const MOST_HEADER_BYTES = 16_384;

/** What is asked of whoever a URL leads to. */
export interface OutgoingRequest {
  readonly method: 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For everything: name, connection, answer. */
  readonly timeoutMs: number;
  /** Ends it before. */
  readonly signal: AbortSignal;
  /** How much of the answer is read. */
  readonly mostAnswerBytes: number;
}

export type OutgoingPost = Omit<OutgoingRequest, 'method' | 'mostAnswerBytes'>;

export interface OutgoingAnswer {
  readonly status: number;
  /** The beginning of the answer. */
  readonly text: string;
}

export interface DescribedAnswer extends OutgoingAnswer {
  readonly headers: IncomingHttpHeaders;
}

/** The address that a URL leads to may not be asked. */
export class AddressForbiddenError extends Error {
  override readonly name = 'AddressForbiddenError';

  constructor(host: string) {
    super(`${host} leads to an address that requests of this kind may not be sent to.`);
  }
}

/** Posts to a URL that somebody else chose, as `guardedRequest`. @throws when there is no whole answer in time */
export async function guardedPost(post: OutgoingPost, forbidden: ForbiddenAddresses): Promise<OutgoingAnswer> {
  const request = { ...post, method: 'POST', mostAnswerBytes: MOST_ANSWER_BYTES } as const;
  const { status, text } = await guardedRequest(request, forbidden);
  return { status, text };
}

/**
 * Asks whoever a URL leads to that somebody else chose: no forbidden address, whatever its name leads to at this moment;
 * redirects are answers like others; nothing is waited for longer than said, and no more is read.
 *
 * @throws when there is no whole answer in time
 */
export async function guardedRequest(asked: OutgoingRequest, forbidden: ForbiddenAddresses): Promise<DescribedAnswer> {
  const url = new URL(asked.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && forbidden.isForbidden(host)) throw new AddressForbiddenError(host);
  const { request } = url.protocol === 'https:' ? https : http;
  let timer: NodeJS.Timeout | undefined;
  const answer = new Promise<DescribedAnswer>((settle, fail) => {
    const options: RequestOptions = {
      method: asked.method,
      headers: { ...asked.headers, 'Content-Length': Buffer.byteLength(asked.body) },
      // A connection of its own: what one target does to it concerns no other.
      agent: false,
      maxHeaderSize: MOST_HEADER_BYTES,
      lookup: guardedLookup(forbidden),
      signal: asked.signal,
    };
    const sent = request(url, options, (response) => {
      readBeginning(response, asked.mostAnswerBytes).then((text) => {
        settle({ status: response.statusCode ?? 0, headers: response.headers, text });
        sent.destroy();
      }, fail);
    });
    sent.on('error', fail);
    sent.once('upgrade', (_response, socket) => {
      fail(new Error('The answer was another protocol.'));
      socket.destroy();
    });
    timer = setTimeout(() => {
      fail(new Error(`No answer in ${asked.timeoutMs} ms.`));
      sent.destroy();
    }, asked.timeoutMs);
    sent.end(asked.body);
  });
  return answer.finally(() => {
    clearTimeout(timer);
  });
}

async function readBeginning(response: IncomingMessage, mostBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length >= mostBytes) break;
  }
  return Buffer.concat(parts).subarray(0, mostBytes).toString('utf8');
}

/** Of the addresses of a name, those that may be asked: judged where the connection is made, so a name cannot change in between. */
function guardedLookup(forbidden: ForbiddenAddresses): NonNullable<RequestOptions['lookup']> {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const [first, ...others] = addresses.filter(({ address }) => !forbidden.isForbidden(address));
      if (first === undefined) callback(new AddressForbiddenError(hostname), []);
      else if (options.all === true) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    });
  };
}
