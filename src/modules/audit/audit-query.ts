import { z } from 'zod';
import { instant, isInOrder, isKnownInstant, nameText, ORDER_NEEDED } from '../../platform/input/fields.js';

export const MOST_EVENTS = 200;
export const USUAL_EVENTS = 50;

/** The last event of a page: the next page begins behind it. */
const cursor = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z_[0-9a-f-]{36}$/, 'Expected a cursor of this list')
  .transform((text) => ({ happenedAt: text.slice(0, 24), id: text.slice(25) }))
  .refine(({ happenedAt }) => isKnownInstant(new Date(happenedAt)), 'Expected a cursor of this list');

/** Of `GET /api/v1/audit`. */
export const auditQuery = z
  .strictObject({
    stream: nameText.optional(),
    event: nameText.max(40).optional(),
    actor: nameText.optional(),
    from: instant.optional(),
    to: instant.optional(),
    limit: z.coerce.number().int().min(1).max(MOST_EVENTS).default(USUAL_EVENTS),
    cursor: cursor.optional(),
  })
  .refine(isInOrder, ORDER_NEEDED);

export type AuditQuery = z.output<typeof auditQuery>;
