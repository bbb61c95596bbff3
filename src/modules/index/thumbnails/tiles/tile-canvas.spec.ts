import { SHEET_HEIGHT, SHEET_WIDTH, TILE_BYTES, TileCanvas } from './tile-canvas.js';

const PIXELS = SHEET_WIDTH * SHEET_HEIGHT;

/** Luminance and colours at a point of the sheet. */
function at({ bytes }: TileCanvas, x: number, y: number): number[] {
  const colour = Math.floor(y / 2) * (SHEET_WIDTH / 2) + Math.floor(x / 2);
  return [y * SHEET_WIDTH + x, PIXELS + colour, (PIXELS * 5) / 4 + colour].map((place) => bytes[place] ?? -1);
}

it('is black where no picture was put, and shows each where it belongs', () => {
  const canvas = new TileCanvas();
  const tile = new Uint8Array(TILE_BYTES).fill(200, 0, 14_400).fill(90, 14_400, 18_000).fill(60, 18_000);

  canvas.put(13, tile);

  expect(canvas.bytes).toHaveLength((1600 * 540 * 3) / 2);
  for (const [x, y] of [
    [480, 90],
    [639, 179],
    [560, 120],
  ] as const)
    expect(at(canvas, x, y)).toEqual([200, 90, 60]);
  for (const [x, y] of [
    [0, 0],
    [479, 90],
    [640, 179],
    [480, 89],
    [500, 180],
  ] as const) {
    expect(at(canvas, x, y)).toEqual([0, 128, 128]);
  }
});
