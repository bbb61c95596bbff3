import { z } from 'zod';
import { CursorInvalidError } from '../../../platform/graphql/graphql.errors.js';
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

const number = z.number().int();
const kind = z.enum(['audio', 'video']);

export const segmentCursor = cursorOf(
  z.tuple([z.string().max(1024), number]).transform(([directory, no]) => ({ directory, number: no })),
);

export const gapCursor = cursorOf(z.tuple([number, kind]).transform(([startMs, of]) => ({ startMs, kind: of })));

export const aliasCursor = cursorOf(z.tuple([z.string().min(1).max(255)]).transform(([alias]) => alias));
