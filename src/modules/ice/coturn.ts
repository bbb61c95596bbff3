import { createHmac } from 'node:crypto';
import type { IceServer } from './ice-server.js';

/** A coturn server with `use-auth-secret`. */
export interface CoturnServer {
  readonly urls: readonly string[];
  readonly secret: string;
  readonly ttlSeconds: number;
}

/**
 * Credentials that coturn checks without having been told of them: "A REST API For Access To TURN Services"
 * (draft-uberti-behave-turn-rest-00 section 2.2), with nothing but the end of their life for a user name.
 */
export function coturnIceServer({ urls, secret, ttlSeconds }: CoturnServer, nowMs: number): IceServer {
  const username = String(Math.floor(nowMs / 1000) + ttlSeconds);
  return { urls, username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
