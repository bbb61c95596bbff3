import { z } from 'zod';

/** An instant as queries give it. */
export const instant = z.iso
  .datetime({ offset: true, message: 'Expected an RFC 3339 instant' })
  .transform((text) => new Date(text));
