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
  use: z.unknown().optional(),
  ver: z.unknown().optional(),
});

/**
 * @param payload of a token whose signature and times were checked
 * @param leewaySeconds how much longer than it says it is taken
 * @returns false for one that does not say what it is for, or until when
 */
export function bearerOfClaims(payload: unknown, leewaySeconds: number): Bearer | false {
  const read = claims.safeParse(payload);
  if (!read.success) return false;
  const { id, exp, mode, sub, jti, use, ver: version } = read.data;
  const subject = sub ?? id;
  const login = use === LOGIN_USE ? { username: subject, version } : undefined;
  const kind = login === undefined ? 'jwt' : 'login';
  const caller = new Caller(kind, subject, new StreamScope(id), rightsOfMode(mode), exp * 1000);
  return { caller, knownUntilMs: (exp + leewaySeconds) * 1000, isSigned: true, tokenId: jti, login };
}
