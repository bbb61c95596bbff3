import { z } from 'zod';
import { wholeNumber } from './setting.js';

export const audit = z.strictObject({
  max_events: wholeNumber({
    min: 0,
    max: 10_000_000,
    default: 100_000,
    unit: 'events',
    description:
      'How many events of who did what are kept in the database, the newest; and a tenth as many of those who had no good credentials. 0: none, they are only logged.',
  }),
  max_age_days: wholeNumber({
    min: 1,
    max: 3650,
    default: 90,
    unit: 'days',
    description: 'How long.',
  }),
});
