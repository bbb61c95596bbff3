import { z } from 'zod';
import type { ClipRequest } from './planned-clip.js';

export const GAP_RULES = ['keep', 'close'] as const;

const instant = z.iso
  .datetime({ offset: true, message: 'Expected an RFC 3339 instant' })
  .transform((text) => new Date(text));

/** What of a stream is wanted: a range of time, or a session. */
export const rangeFields = {
  from: instant.optional(),
  to: instant.optional(),
  session: z.string().min(1).max(64).optional(),
  gaps: z.enum(GAP_RULES).default('keep'),
};

interface RangeFields {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly session?: string | undefined;
}

export function hasRange({ from, to, session }: RangeFields): boolean {
  return session === undefined ? from !== undefined && to !== undefined : from === undefined && to === undefined;
}

export const RANGE_NEEDED = { path: ['from'], error: 'Expected `from` and `to`, or `session`' };

/** Of `/play/{stream}/clip.mp4`. */
export const clipQuery = z.object(rangeFields).refine(hasRange, RANGE_NEEDED);

export type ClipQuery = z.output<typeof clipQuery>;

/** @param fields that `hasRange` has passed */
export function selectionOf({ from, to, session }: RangeFields): ClipRequest['selection'] {
  if (session !== undefined) return { sessionId: session };
  return { fromMs: from?.getTime() ?? 0, toMs: to?.getTime() };
}
