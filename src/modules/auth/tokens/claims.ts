import { z } from 'zod';
import { Caller } from '../ports/caller.js';
import { rightsOfMode } from '../ports/right.js';
import { StreamScope } from '../ports/stream-scope.js';
import { revocationIdOf } from './revocation-id.js';
import type { Bearer } from '../strategies/bearer.js';

/** The claim `use` of tokens that a log-in gave. */
export const LOGIN_USE = 'login';

/** Longest name of a stream, of a pattern, and of a token. */
export const LONGEST_ID = 255;

/** Tokens that make tokens that make tokens: of so many each knows. */
export const LONGEST_CHAIN = 8;

/** The claim `made_by` of tokens that were made by request: {@link Origin}. */
const madeBy = z.strictObject({
  account: z.string().max(64).optional(),
  tokens: z.array(z.string().max(64)).max(LONGEST_CHAIN),
});

export type MadeBy = z.output<typeof madeBy>;

/** The claims of live777, and those of RFC 7519 that mean something here. Others are left alone. */
const claims = z.object({
  id: z.string().min(1).max(LONGEST_ID),
  exp: z.number(),
  mode: z.int().min(0).max(255),
  sub: z.string().max(LONGEST_ID).optional(),
  jti: z.string().min(1).max(LONGEST_ID).optional(),
  use: z.unknown().optional(),
  ver: z.unknown().optional(),
  made_by: madeBy.optional(),
});

/**
 * @param payload of a token whose signature and times were checked
 * @param leewaySeconds how much longer than it says it is taken
 * @returns false for one that does not say what it is for, or until when, or whose maker cannot be told
 */
export function bearerOfClaims(payload: unknown, leewaySeconds: number): Bearer | false {
  const read = claims.safeParse(payload);
  if (!read.success) return false;
  const { id, exp, mode, sub, jti, use, ver: version, made_by: maker } = read.data;
  const subject = sub ?? id;
  const login = use === LOGIN_USE ? { username: subject, version } : undefined;
  const kind = login === undefined ? 'jwt' : 'login';
  const caller = new Caller(kind, subject, new StreamScope(id), rightsOfMode(mode), exp * 1000, {
    accountVersion: login === undefined ? maker?.account : textOrNothing(version),
    tokenIds: [...(maker?.tokens ?? []), ...(jti === undefined ? [] : [revocationIdOf(jti)])],
  });
  return { caller, knownUntilMs: (exp + leewaySeconds) * 1000, isSigned: true, login };
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
