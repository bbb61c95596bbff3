import { z } from 'zod';
import { isKnownInstant, nameText } from '../../../platform/input/fields.js';

/** How many sessions an answer has: at most, and where nothing or 0 is asked for. */
export const MOST_SYNCED = 1000;
export const USUAL_SYNCED = 100;

const LARGEST = Number.MAX_SAFE_INTEGER;

/** Of `GET /api/recordings`. */
export const syncQuery = z.object({
  stream: nameText.optional(),
  /** Microseconds since 1970. */
  since_ts: z.coerce.number().int().min(0).max(LARGEST).default(0),
  limit: z.coerce
    .number()
    .int()
    .min(0)
    .max(LARGEST)
    .default(USUAL_SYNCED)
    .transform((limit) => Math.min(limit === 0 ? USUAL_SYNCED : limit, MOST_SYNCED)),
});

export type SyncQuery = z.output<typeof syncQuery>;

const record = z.object({
  stream: nameText,
  /** Unix seconds of the session's start. */
  record: z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number)
    .refine((seconds) => isKnownInstant(new Date(seconds * 1000)), 'Expected an instant up to 9999'),
});

/** Of `PATCH` and `DELETE /api/recordings`. */
export const syncedRecords = z.object({ records: z.array(record).max(MOST_SYNCED) });

export type SyncedRecord = z.output<typeof record>;
export type SyncedRecords = z.output<typeof syncedRecords>;
