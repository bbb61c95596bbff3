import { z } from 'zod';
import type { ViewSelection } from './playback-view.service.js';
import { idText, instant } from '../../../platform/input/fields.js';
import { playerQuery } from '../../../platform/input/player-query.js';
import { LONGEST_WINDOW, SHORTEST_WINDOW } from './window-lengths.js';

/** Of `GET /play/{stream}/…`: a stretch of time, a session, or a window that ends now. */
export const viewQuery = playerQuery(
  z
    .strictObject({
      from: instant.optional(),
      to: instant.optional(),
      session: idText.optional(),
      dvr: z.coerce.number().int().min(SHORTEST_WINDOW).max(LONGEST_WINDOW).optional(),
      places: z.coerce.number().int().min(0).optional(),
      keyframes: z.enum(['true', 'false']).optional(),
    })
    .refine(({ from, session, dvr }) => [from, session, dvr].filter((one) => one !== undefined).length <= 1, {
      message: 'Expected one of `from`, `session` and `dvr`',
    })
    .refine(({ from, to }) => to === undefined || from !== undefined, { message: 'Expected `from` beside `to`' }),
);

export type ViewQuery = z.output<typeof viewQuery>;

/** @param usualSeconds length of the window where nothing is asked for */
export function selectionOf({ from, to, session, dvr }: ViewQuery, usualSeconds: number): ViewSelection {
  if (session !== undefined) return { sessionId: session };
  if (from !== undefined) return { fromMs: from.getTime(), toMs: to?.getTime() };
  return { windowMs: (dvr ?? usualSeconds) * 1000 };
}

/** @returns `?from=…&to=…`, one way to write what may be written in several, without `places`; empty when nothing was asked for */
export function writeViewQuery({ from, to, session, dvr, keyframes }: ViewQuery): string {
  const parameters = [
    ['from', from?.toISOString()],
    ['to', to?.toISOString()],
    ['session', session === undefined ? undefined : encodeURIComponent(session)],
    ['dvr', dvr?.toString()],
    ['keyframes', keyframes === 'true' ? keyframes : undefined],
  ].filter(([, value]) => value !== undefined);
  return parameters.length === 0 ? '' : `?${parameters.map((pair) => pair.join('=')).join('&')}`;
}
