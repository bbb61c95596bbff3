import { z } from 'zod';
import { readCursor } from '../page-cursor.js';

/** How many days a page has: at most, and where nothing is asked for. */
export const MOST_RECORDINGS = 200;
export const USUAL_RECORDINGS = 50;

/** The last day of a page: the next page begins behind it. */
export interface RecordingCursor {
  /** `20261120` for the 20th of November 2026. */
  readonly day: number;
  readonly id: string;
}

const cursorContent = z.tuple([z.number().int(), z.string().min(1).max(64)]);

const cursor = z
  .string()
  .max(500)
  .transform((text, context): RecordingCursor => {
    const content = cursorContent.safeParse(readCursor(text));
    if (content.success) return { day: content.data[0], id: content.data[1] };
    context.addIssue('Expected the `nextCursor` of a page');
    return z.NEVER;
  });

/** Of `GET /api/v1/recordings`. */
export const recordingQuery = z.object({
  stream: z.string().min(1).max(255).optional(),
  limit: z.coerce.number().int().min(1).max(MOST_RECORDINGS).default(USUAL_RECORDINGS),
  cursor: cursor.optional(),
});

export type RecordingQuery = z.output<typeof recordingQuery>;
