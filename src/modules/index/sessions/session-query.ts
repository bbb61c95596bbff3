import { z } from 'zod';
import { readCursor, writeCursor } from '../page-cursor.js';
import { RECORDING_SESSION_STATES } from '../recording-session.js';

/** How many sessions a page has: at most, and where nothing is asked for. */
export const MOST_SESSIONS = 200;
export const USUAL_SESSIONS = 50;

/** The last session of a page: the next page begins behind it. */
export interface SessionCursor {
  readonly startedAt: string;
  readonly id: string;
}

const cursorContent = z.tuple([z.iso.datetime(), z.string().min(1).max(64)]);

const cursor = z
  .string()
  .max(500)
  .transform((text, context): SessionCursor => {
    const content = cursorContent.safeParse(readCursor(text));
    if (content.success) return { startedAt: content.data[0], id: content.data[1] };
    context.addIssue('Expected the `nextCursor` of a page');
    return z.NEVER;
  });

export const instant = z.iso
  .datetime({ offset: true, message: 'Expected an RFC 3339 instant' })
  .transform((text) => new Date(text));

/** Of `GET /api/v1/sessions`. */
export const sessionQuery = z.object({
  stream: z.string().min(1).max(255).optional(),
  from: instant.optional(),
  to: instant.optional(),
  state: z.enum(RECORDING_SESSION_STATES).optional(),
  limit: z.coerce.number().int().min(1).max(MOST_SESSIONS).default(USUAL_SESSIONS),
  cursor: cursor.optional(),
});

export type SessionQuery = z.output<typeof sessionQuery>;

export function encodeCursor({ startedAt, id }: SessionCursor): string {
  return writeCursor([startedAt, id]);
}
