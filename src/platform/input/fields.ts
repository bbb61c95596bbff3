import { z } from 'zod';

/** The largest number of a column of 32 bits. */
export const LARGEST_NUMBER = 2_147_483_647;

/** PostgreSQL has no year 0, and nothing was recorded before computers counted time. */
const EARLIEST_MS = 0;
/** The last instant whose year has four digits. */
const LATEST_MS = 253_402_300_799_999;

const CONTROL = /\p{Cc}/u;
const NO_CONTROL = 'Expected no control characters';

/** @returns false for text that no name, id or search can be, and that PostgreSQL refuses */
export function isPlainText(text: string): boolean {
  return !CONTROL.test(text);
}

/** @returns false for an instant that is none, or that not every database can keep */
export function isKnownInstant(date: Date): boolean {
  const ms = date.getTime();
  return ms >= EARLIEST_MS && ms <= LATEST_MS;
}

/** Name of a stream or of a node, or who somebody is. */
export const nameText = z.string().min(1).max(255).refine(isPlainText, NO_CONTROL);

/** Id of a session, of a recording or of an export. */
export const idText = z.string().min(1).max(64).refine(isPlainText, NO_CONTROL);

/** An instant as queries and bodies give it. */
export const instant = z.iso
  .datetime({ offset: true, message: 'Expected an RFC 3339 instant' })
  .transform((text) => new Date(text))
  .refine(isKnownInstant, 'Expected an instant from 1970 to 9999');

/** An instant as cursors have it: as it is written there. */
export const cursorInstant = z.iso
  .datetime()
  .refine((text) => isKnownInstant(new Date(text)), 'Expected an instant from 1970 to 9999');

/** A number of a cursor that is compared with a column of 32 bits. */
export const cursorNumber = z.number().int().min(0).max(LARGEST_NUMBER);

/** Open where there is none. */
export interface Range {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** @returns false when the range ends before it begins */
export function isInOrder({ from, to }: Range): boolean {
  return from === undefined || to === undefined || from <= to;
}

export const ORDER_NEEDED = { path: ['to'], error: 'Expected `to` not before `from`' };
