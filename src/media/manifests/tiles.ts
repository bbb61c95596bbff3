/** How pictures lie on a sheet: row by row, each from left to right. */
export const TILE_COLUMNS = 10;
export const TILE_ROWS = 6;
/** Of each picture, in pixels, with black beside what has another shape. */
export const TILE_WIDTH = 160;
export const TILE_HEIGHT = 90;

/** Seconds from one picture to the next: a sheet lasts two minutes, ten minutes or an hour. */
export const TILE_STEPS = [2, 10, 60] as const;
export type TileStep = (typeof TILE_STEPS)[number];

/** Of what is shown with one step, unless none is longer: a timeline has no more pixels to point at. */
const MOST_TILES = 720;

/** @returns the step for a presentation of some length */
export function tileStepFor(lengthMs: number): TileStep {
  return TILE_STEPS.find((step) => lengthMs <= step * 1000 * MOST_TILES) ?? 60;
}

/** @returns how much time a sheet shows */
export function sheetMs(step: TileStep): number {
  return step * 1000 * TILE_COLUMNS * TILE_ROWS;
}

/**
 * @param start epoch milliseconds of the first picture, or what a template has in its place
 * @returns `tiles-10-1795176000000.jpg`
 */
export function sheetName(step: TileStep, start: number | '$Time$'): string {
  return `tiles-${String(step)}-${String(start)}.jpg`;
}
