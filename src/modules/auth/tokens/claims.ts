import { z } from 'zod';
import { Caller } from '../ports/caller.js';
import { rightsOfMode } from '../ports/right.js';
import { StreamScope } from '../ports/stream-scope.js';
import type { Bearer } from '../strategies/bearer.js';

/** The claim `use` of tokens that a log-in gave. */
export const LOGIN_USE = 'login';

/** Longest name of a stream, and of a pattern. */
const LONGEST_ID = 255;

/** The claims of live777, and those of RFC 7519 that mean something here. Others are left alone. */
const claims = z.object({
  id: z.string().min(1).max(LONGEST_ID),
  exp: z.number(),
  mode: z.int().min(0).max(255),
  sub: z.string().max(LONGEST_ID).optional(),
  jti: z.string().min(1).max(LONGEST_ID).optional(),
  use: z.string().optional(),
});

/**
 * @param payload of a token whose signature and times were checked
 * @returns false for one that does not say what it is for, or until when
 */
export function bearerOfClaims(payload: unknown): Bearer | false {
  const read = claims.safeParse(payload);
  if (!read.success) return false;
  const { id, exp, mode, sub, jti, use } = read.data;
  const kind = use === LOGIN_USE ? 'login' : 'jwt';
  const caller = new Caller(kind, sub ?? id, new StreamScope(id), rightsOfMode(mode), exp * 1000);
  return { caller, knownUntilMs: exp * 1000, tokenId: jti };
}
