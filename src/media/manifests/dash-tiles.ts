import type { TemplateRun } from './template-runs.js';
import { sheetMs, sheetName, TILE_COLUMNS, TILE_HEIGHT, TILE_ROWS, TILE_WIDTH, type TileStep } from './tiles.js';
import { escapeTemplate } from './track-run.js';
import { element } from './xml.js';

const SCHEME = 'http://dashif.org/thumbnail_tile';
/** After pictures and sound. */
const ADAPTATION_SET_ID = 3;
const MS_PER_SECOND = 1000;
/** More than most sheets have. */
const SHEET_BYTES = 256 * 1024;

/**
 * Small pictures of a run for those who look for a place, DASH-IF IOP version 4.3 section 6.2.6: sheets that are named by the
 * wall clock of their first picture.
 *
 * Sheets begin at multiples of their length on the presentation's timeline, the first and the last of a Period reach out of
 * it: dash.js 5.2 takes the picture inside a sheet by presentation time, wherever the Period began.
 *
 * @param query of the view, with its `?`
 */
export function tileSet(run: TemplateRun, step: TileStep, query: string): string[] {
  if (run.tracks.every(({ track }) => track.kind !== 'video' || track.isFiller === true)) return [];
  const lengthMs = sheetMs(step);
  const startMs = Math.round(run.startMs);
  const startEpochMs = Math.round(run.startEpochMs);
  const firstMs = Math.floor(startMs / lengthMs) * lengthMs;
  const count = Math.ceil((startMs + run.durationMs - firstMs) / lengthMs);
  const timeline = element('S', {
    t: startEpochMs - (startMs - firstMs),
    d: lengthMs,
    r: count > 1 ? count - 1 : undefined,
  });
  const template = {
    timescale: MS_PER_SECOND,
    presentationTimeOffset: startEpochMs,
    media: sheetName(step, '$Time$') + escapeTemplate(query),
  };
  const representation = {
    id: 'tiles',
    bandwidth: Math.ceil((SHEET_BYTES * 8 * MS_PER_SECOND) / lengthMs),
    width: TILE_COLUMNS * TILE_WIDTH,
    height: TILE_ROWS * TILE_HEIGHT,
  };
  return element('AdaptationSet', { id: ADAPTATION_SET_ID, contentType: 'image', mimeType: 'image/jpeg' }, [
    ...element('Representation', representation, [
      ...element('EssentialProperty', { schemeIdUri: SCHEME, value: `${String(TILE_COLUMNS)}x${String(TILE_ROWS)}` }),
      ...element('SegmentTemplate', template, element('SegmentTimeline', {}, timeline)),
    ]),
  ]);
}
