import { z } from 'zod';
import { instant } from '../../../platform/input/fields.js';

/** A day. */
const MOST_SECONDS = 86_400;

/** Seconds. */
export const timelineResolution = z.coerce.number().min(0).max(MOST_SECONDS).optional();

/** Of `GET /api/v1/streams/{stream}/timeline`. */
export const timelineQuery = z.object({
  from: instant,
  to: instant,
  resolution: timelineResolution,
});

export type TimelineQuery = z.output<typeof timelineQuery>;
