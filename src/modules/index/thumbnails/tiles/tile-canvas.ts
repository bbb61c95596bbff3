import { TILE_COLUMNS, TILE_HEIGHT, TILE_ROWS, TILE_WIDTH } from '../../../../media/manifests/tiles.js';

export const SHEET_WIDTH = TILE_COLUMNS * TILE_WIDTH;
export const SHEET_HEIGHT = TILE_ROWS * TILE_HEIGHT;
/** Of a picture as ffmpeg's `yuvj420p`: a plane of luminance, and two of colour with half its width and height. */
export const TILE_BYTES = (TILE_WIDTH * TILE_HEIGHT * 3) / 2;

const NO_COLOUR = 128;

interface Plane {
  readonly scale: 1 | 2;
  readonly tileOffset: number;
  readonly sheetOffset: number;
}

const TILE_PIXELS = TILE_WIDTH * TILE_HEIGHT;
const SHEET_PIXELS = SHEET_WIDTH * SHEET_HEIGHT;
const PLANES: readonly Plane[] = [
  { scale: 1, tileOffset: 0, sheetOffset: 0 },
  { scale: 2, tileOffset: TILE_PIXELS, sheetOffset: SHEET_PIXELS },
  { scale: 2, tileOffset: (TILE_PIXELS * 5) / 4, sheetOffset: (SHEET_PIXELS * 5) / 4 },
];

/** A sheet that pictures are put on, black where none is, as ffmpeg's `yuvj420p`. */
export class TileCanvas {
  readonly bytes = new Uint8Array((SHEET_PIXELS * 3) / 2).fill(NO_COLOUR, SHEET_PIXELS);

  /** @param place 0 to 59, row by row */
  put(place: number, tile: Uint8Array): void {
    const column = place % TILE_COLUMNS;
    const row = Math.floor(place / TILE_COLUMNS);
    for (const { scale, tileOffset, sheetOffset } of PLANES) {
      const [width, height, stride] = [TILE_WIDTH / scale, TILE_HEIGHT / scale, SHEET_WIDTH / scale];
      for (let line = 0; line < height; line++) {
        const from = tileOffset + line * width;
        const to = sheetOffset + (row * height + line) * stride + column * width;
        this.bytes.set(tile.subarray(from, from + width), to);
      }
    }
  }
}
