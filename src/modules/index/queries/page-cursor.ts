import { z } from 'zod';

export const LIST_ORDERS = ['newest-first', 'oldest-first'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

/** What a cursor of a list is made of, as clients see it: one word that means nothing to them. */
export function writeCursor(content: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @param content what a cursor of the list is made of @returns reads the word that clients give back */
export function cursorOf<T>(content: z.ZodType<T>): z.ZodType<T, string> {
  return z
    .string()
    .max(500)
    .transform((text, context): T => {
      const read = content.safeParse(readCursor(text));
      if (read.success) return read.data;
      context.addIssue('Expected a cursor of this list');
      return z.NEVER;
    });
}

function readCursor(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
