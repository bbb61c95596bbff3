import type { IncomingHttpHeaders } from 'node:http';
import type { ForbiddenAddresses } from '../../platform/outgoing/forbidden-addresses.js';
import {
  AddressForbiddenError,
  guardedRequest,
  type DescribedAnswer,
  type OutgoingRequest,
} from '../../platform/outgoing/guarded-request.js';
import { HOPS_HEADER, readHops, writeHops } from '../signaling/ports/stream-hops.js';
import { CascadeAddressForbiddenError, CascadeUpstreamError, OfferRefusedError } from './cascade.errors.js';

const OFFER_TYPE = 'application/sdp';
const TIMEOUT_MS = 10_000;
/** What we read of an offer, too. */
const MOST_ANSWER_BYTES = 65_536;
const LONGEST_WAIT_SECONDS = 300;
/** `stream-busy`: what is fit to be told of a problem document that somebody else wrote. */
const PROBLEM_CODE = /^[a-z][a-z0-9-]{0,63}$/;
/** What servers say of an offer that they do not take. */
const REFUSALS: readonly number[] = [400, 406, 415, 422];
/** `Bearer abc`; without a scheme it is taken for a bearer token. */
const SCHEME = /^[A-Za-z][\w-]* +\S/;

/** A session of ours on another server. */
export interface RemoteSession {
  /** SDP. */
  readonly answer: string;
  readonly url: string;
  readonly hops: readonly string[];
}

/** Where a session is to be opened. */
export interface RemoteEndpoint {
  /** Of a WHIP or WHEP endpoint. */
  readonly url: string;
  /** As `Authorization` has it, or a token alone; undefined for none. Never shown or logged. */
  readonly token: string | undefined;
}

/** Speaks WHIP and WHEP to another server, as a client. */
export class WhipClient {
  private readonly end = new AbortController();

  constructor(private readonly forbidden: ForbiddenAddresses) {}

  /**
   * @param hops where the stream has come by so far, or who asks for it
   * @throws {CascadeAddressForbiddenError} @throws {CascadeUpstreamError}
   */
  async open(endpoint: RemoteEndpoint, offer: string, hops: readonly string[]): Promise<RemoteSession> {
    const headers = { 'Content-Type': OFFER_TYPE, Accept: OFFER_TYPE, [HOPS_HEADER]: writeHops(hops) };
    const answer = await this.ask({
      method: 'POST',
      url: endpoint.url,
      headers: { ...headers, ...authorizationOf(endpoint) },
      body: offer,
    });
    if (answer.status !== 201) throw refusal(answer);
    const { location } = answer.headers;
    const url = location === undefined ? null : URL.parse(location, endpoint.url);
    if (url === null) throw new CascadeUpstreamError('it said 201 and not where the session is');
    if (Buffer.byteLength(answer.text) >= MOST_ANSWER_BYTES) throw new CascadeUpstreamError('its answer is too long');
    return { answer: answer.text, url: url.href, hops: readHops(headerOf(answer.headers)) };
  }

  /** Says goodbye. A session elsewhere than its endpoint is not shown the token. @throws when it was not heard */
  async close({ url: endpointUrl, token }: RemoteEndpoint, sessionUrl: string): Promise<void> {
    const isSameServer = new URL(sessionUrl).origin === new URL(endpointUrl).origin;
    const headers = isSameServer ? authorizationOf({ token }) : {};
    await this.ask({ method: 'DELETE', url: sessionUrl, headers, body: '' });
  }

  /** Nothing is waited for any more. */
  stop(): void {
    this.end.abort();
  }

  private async ask(asked: Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'>): Promise<DescribedAnswer> {
    const limits = { timeoutMs: TIMEOUT_MS, mostAnswerBytes: MOST_ANSWER_BYTES, signal: this.end.signal };
    const headers = { 'User-Agent': 'Aircheck', ...asked.headers };
    try {
      return await guardedRequest({ ...asked, ...limits, headers }, this.forbidden);
    } catch (error) {
      if (error instanceof AddressForbiddenError) throw new CascadeAddressForbiddenError({ cause: error });
      throw new CascadeUpstreamError('it did not answer', undefined, { cause: error });
    }
  }
}

function authorizationOf({ token }: Pick<RemoteEndpoint, 'token'>): Record<string, string> {
  if (token === undefined) return {};
  return { Authorization: SCHEME.test(token) ? token : `Bearer ${token}` };
}

function headerOf(headers: IncomingHttpHeaders): string | readonly string[] | undefined {
  return headers[HOPS_HEADER.toLowerCase()];
}

function refusal({ status, headers, text }: DescribedAnswer): CascadeUpstreamError {
  const code = codeIn(text);
  const waitSeconds = Number(headers['retry-after']);
  const reason = `it said ${status}${code === undefined ? '' : ` ${code}`}`;
  return new (REFUSALS.includes(status) ? OfferRefusedError : CascadeUpstreamError)(
    reason,
    Number.isInteger(waitSeconds) && waitSeconds > 0 ? Math.min(waitSeconds, LONGEST_WAIT_SECONDS) : undefined,
  );
}

function codeIn(text: string): string | undefined {
  try {
    const { code } = JSON.parse(text) as { readonly code?: unknown };
    return typeof code === 'string' && PROBLEM_CODE.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
