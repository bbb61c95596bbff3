import { z } from 'zod';
import { instant, nameText } from '../../../platform/input/fields.js';

/** To be said each time, so that nobody deletes media by leaving something out. */
const removeObjects = z
  .enum(['true', 'false'], 'Expected removeObjects=true or removeObjects=false')
  .transform((text) => text === 'true');

export const deletionQuery = z.strictObject({ removeObjects });

export type DeletionQuery = z.output<typeof deletionQuery>;

/** Of `DELETE /api/v1/sessions`: what is not known here would be ignored, and more be deleted than was meant. */
export const filteredDeletionQuery = z
  .strictObject({
    removeObjects,
    stream: nameText.optional(),
    from: instant.optional(),
    to: instant.optional(),
  })
  .refine(({ stream, from, to }) => (stream ?? from ?? to) !== undefined, 'Expected stream, from or to')
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, 'Expected `from` before `to`');

export type FilteredDeletionQuery = z.output<typeof filteredDeletionQuery>;
