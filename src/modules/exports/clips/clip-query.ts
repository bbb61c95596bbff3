import { z } from 'zod';
import { idText, instant } from '../../../platform/input/fields.js';
import { playerQuery } from '../../../platform/input/player-query.js';
import type { ClipRequest } from './planned-clip.js';

export const GAP_RULES = ['keep', 'close'] as const;

/** What of a stream is wanted: a range of time, or a session. */
export const rangeFields = {
  from: instant.optional(),
  to: instant.optional(),
  session: idText.optional(),
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
export const clipQuery = playerQuery(z.strictObject(rangeFields).refine(hasRange, RANGE_NEEDED));

export type ClipQuery = z.output<typeof clipQuery>;

/** @param fields that `hasRange` has passed */
export function selectionOf({ from, to, session }: RangeFields): ClipRequest['selection'] {
  if (session !== undefined) return { sessionId: session };
  return { fromMs: from?.getTime() ?? 0, toMs: to?.getTime() };
}
