import { z } from 'zod';
import { clipFormats } from '../../media/containers/index.js';
import { cursorInstant, idText, nameText } from '../../platform/input/fields.js';
import { hasRange, RANGE_NEEDED, rangeFields } from './clips/clip-query.js';

/** How many exports a page has: at most, and where nothing is asked for. */
export const MOST_EXPORTS = 200;
export const USUAL_EXPORTS = 50;

export const FORMAT_NAMES = clipFormats.map(({ name }) => name);

/** Of `POST /api/v1/exports`. */
export const exportInput = z
  .strictObject({
    stream: nameText,
    ...rangeFields,
    format: z.enum(FORMAT_NAMES).default('mp4'),
  })
  .refine(hasRange, RANGE_NEEDED);

export type ExportInput = z.output<typeof exportInput>;

/** The last export of a page: the next page begins behind it. */
interface ExportCursor {
  readonly createdAt: string;
  readonly id: string;
}

const cursorContent = z.tuple([cursorInstant, idText]);

const cursor = z
  .string()
  .max(500)
  .transform((text, context): ExportCursor => {
    const content = cursorContent.safeParse(readJson(text));
    if (content.success) return { createdAt: content.data[0], id: content.data[1] };
    context.addIssue('Expected the `nextCursor` of a page');
    return z.NEVER;
  });

/** Of `GET /api/v1/exports`. */
export const exportQuery = z.strictObject({
  stream: nameText.optional(),
  limit: z.coerce.number().int().min(1).max(MOST_EXPORTS).default(USUAL_EXPORTS),
  cursor: cursor.optional(),
});

export type ExportQuery = z.output<typeof exportQuery>;

export function encodeCursor({ createdAt, id }: { readonly createdAt: Date; readonly id: string }): string {
  return Buffer.from(JSON.stringify([createdAt.toISOString(), id])).toString('base64url');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
