import { z } from 'zod';
import type { RecordingSession } from '../entities/index.js';
import { cursorInstant, idText, instant, isInOrder, nameText, ORDER_NEEDED } from '../../../platform/input/fields.js';
import { cursorOf, LIST_ORDERS, writeCursor } from '../queries/page-cursor.js';
import { RECORDING_SESSION_STATES } from './recording-session.js';

/** How many sessions a page has: at most, and where nothing is asked for. */
export const MOST_SESSIONS = 200;
export const USUAL_SESSIONS = 50;

/** The last session of a page: the next page begins behind it. */
export interface SessionCursor {
  readonly startedAt: string;
  readonly id: string;
}

const content = z.tuple([cursorInstant, idText]);

export const sessionCursorText = cursorOf(content.transform(([startedAt, id]): SessionCursor => ({ startedAt, id })));

/** Of `GET /api/v1/sessions`. */
export const sessionQuery = z
  .strictObject({
    stream: nameText.optional(),
    node: nameText.optional(),
    from: instant.optional(),
    to: instant.optional(),
    state: z.enum(RECORDING_SESSION_STATES).optional(),
    order: z.enum(LIST_ORDERS).default('newest-first'),
    limit: z.coerce.number().int().min(1).max(MOST_SESSIONS).default(USUAL_SESSIONS),
    cursor: sessionCursorText.optional(),
  })
  .refine(isInOrder, ORDER_NEEDED);

export type SessionQuery = z.output<typeof sessionQuery>;

export function sessionCursor({ startedAt, id }: Pick<RecordingSession, 'startedAt' | 'id'>): string {
  return writeCursor([startedAt.toISOString(), id]);
}
