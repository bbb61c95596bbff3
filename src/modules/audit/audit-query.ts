import { z } from 'zod';

export const MOST_EVENTS = 200;
export const USUAL_EVENTS = 50;

const instant = z.iso
  .datetime({ offset: true, message: 'Expected an RFC 3339 instant' })
  .transform((text) => new Date(text));

/** The last event of a page: the next page begins behind it. */
const cursor = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z_[0-9a-f-]{36}$/, 'Expected a cursor of this list')
  .transform((text) => ({ happenedAt: text.slice(0, 24), id: text.slice(25) }));

/** Of `GET /api/v1/audit`. */
export const auditQuery = z.object({
  stream: z.string().min(1).max(255).optional(),
  event: z.string().min(1).max(40).optional(),
  actor: z.string().min(1).max(255).optional(),
  from: instant.optional(),
  to: instant.optional(),
  limit: z.coerce.number().int().min(1).max(MOST_EVENTS).default(USUAL_EVENTS),
  cursor: cursor.optional(),
});

export type AuditQuery = z.output<typeof auditQuery>;
