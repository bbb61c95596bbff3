import { z } from 'zod';
import { CursorInvalidError } from '../../../platform/graphql/graphql.errors.js';
import { cursorNumber, isPlainText, nameText } from '../../../platform/input/fields.js';
import { cursorOf } from '../queries/page-cursor.js';

/**
 * @param after as clients give it
 * @returns what the cursor is made of; undefined without one
 * @throws {CursorInvalidError}
 */
export function readAfter<T>(cursor: z.ZodType<T, string>, after: string | null | undefined): T | undefined {
  if (after === null || after === undefined) return undefined;
  const read = cursor.safeParse(after);
  if (!read.success) throw new CursorInvalidError();
  return read.data;
}

const kind = z.enum(['audio', 'video']);

export const segmentCursor = cursorOf(
  z
    .tuple([z.string().max(1024).refine(isPlainText), cursorNumber])
    .transform(([directory, no]) => ({ directory, number: no })),
);

export const gapCursor = cursorOf(
  z.tuple([z.number().int(), kind]).transform(([startMs, of]) => ({ startMs, kind: of })),
);

export const aliasCursor = cursorOf(z.tuple([nameText]).transform(([alias]) => alias));
