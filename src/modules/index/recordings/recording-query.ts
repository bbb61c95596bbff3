import { z } from 'zod';
import { cursorOf, LIST_ORDERS, writeCursor } from '../queries/page-cursor.js';
import { cursorNumber, idText, instant, isInOrder, nameText, ORDER_NEEDED } from '../../../platform/input/fields.js';
import type { Recording } from '../entities/index.js';

/** How many days a page has: at most, and where nothing is asked for. */
export const MOST_RECORDINGS = 200;
export const USUAL_RECORDINGS = 50;

/** The last day of a page: the next page begins behind it. */
export interface RecordingCursor {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly id: string;
}

const content = z.tuple([cursorNumber, cursorNumber, cursorNumber, idText]);

export const recordingCursorText = cursorOf(
  content.transform(([year, month, day, id]): RecordingCursor => ({ year, month, day, id })),
);

/** Of `GET /api/v1/recordings`. A day is in a range that it overlaps. */
export const recordingQuery = z
  .strictObject({
    stream: nameText.optional(),
    from: instant.optional(),
    to: instant.optional(),
    order: z.enum(LIST_ORDERS).default('newest-first'),
    limit: z.coerce.number().int().min(1).max(MOST_RECORDINGS).default(USUAL_RECORDINGS),
    cursor: recordingCursorText.optional(),
  })
  .refine(isInOrder, ORDER_NEEDED);

export type RecordingQuery = z.output<typeof recordingQuery>;

export function recordingCursor({ year, month, day, id }: Recording): string {
  return writeCursor([year, month, day, id]);
}
