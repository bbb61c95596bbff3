import { TILE_COLUMNS, TILE_HEIGHT, TILE_ROWS, TILE_WIDTH } from '../../../../media/manifests/tiles.js';
import type { Ffmpeg } from '../ffmpeg.js';
import { ThumbnailFailedError } from '../thumbnail.errors.js';
import { SHEET_HEIGHT, SHEET_WIDTH, TILE_BYTES, TileCanvas } from './tile-canvas.js';

const LIMIT_MS = 30_000;
/** Of the first picture in a film, so that no edit list leads before its beginning. */
export const FIRST_SECOND = 1;

const [WIDTH, HEIGHT] = [String(TILE_WIDTH), String(TILE_HEIGHT)];
const FILTERS = [
  `scale=w=${WIDTH}:h=${HEIGHT}:force_original_aspect_ratio=decrease:force_divisible_by=2:out_range=pc`,
  'format=yuvj420p',
  `pad=${WIDTH}:${HEIGHT}:(ow-iw)/2:(oh-ih)/2`,
  // It would be said too, as long as the sender likes it.
  'sidedata=mode=delete',
  // Says of each picture that decodes when it is shown; those that do not decode leave no hole in what is written.
  'showinfo',
  'setpts=N/TB',
];
const DECODE = [
  // Times are those of the film also where its first pictures are missing.
  ...[
    '-v',
    'info',
    '-copyts',
    '-threads',
    '1',
    '-f',
    'mp4',
    '-i',
    'pipe:0',
    '-an',
    '-vf',
    FILTERS.join(','),
    '-r',
    '1',
  ],
  ...['-frames:v', String(TILE_COLUMNS * TILE_ROWS), '-threads', '1', '-pix_fmt', 'yuvj420p'],
  ...['-f', 'rawvideo', 'pipe:1'],
];
const ENCODE = [
  ...['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'yuvj420p', '-s', `${String(SHEET_WIDTH)}x${String(SHEET_HEIGHT)}`],
  ...['-i', 'pipe:0', '-frames:v', '1', '-threads', '1', '-c:v', 'mjpeg', '-q:v', '5', '-f', 'image2pipe', 'pipe:1'],
];
const SHOWN = /^\[Parsed_showinfo\S* @ [^\]]*\] n: *\d+ pts: *\S+ +pts_time: *(\d+(?:\.\d+)?)/gm;

/** Key frames of one track, and where each is put. */
export interface TileFilm {
  /** A whole MP4 with a key frame each second, from {@link FIRST_SECOND} on; some may be missing. */
  readonly mp4: AsyncIterable<Uint8Array>;
  /** Of the key frames in order. */
  readonly places: readonly (readonly number[])[];
}

/**
 * @returns a sheet as a JPEG, black where no key frame is or one does not decode
 * @throws {ThumbnailFailedError} when none does, or it takes too long
 * @throws {ThumbnailsUnavailableError}
 * @throws what the films throw
 */
export async function drawSheet(ffmpeg: Ffmpeg, films: readonly TileFilm[]): Promise<Buffer> {
  const canvas = new TileCanvas();
  let shownCount = 0;
  for (const { mp4, places } of films) {
    const { bytes, log } = await ffmpeg.run({ args: DECODE, input: mp4, limitMs: LIMIT_MS });
    const seconds = [...log.matchAll(SHOWN)].map(([, time]) => Math.round(Number(time)));
    if (bytes.length !== seconds.length * TILE_BYTES) throw new ThumbnailFailedError('a picture is missing');
    for (const [index, second] of seconds.entries()) {
      const tile = bytes.subarray(index * TILE_BYTES, (index + 1) * TILE_BYTES);
      for (const place of places[second - FIRST_SECOND] ?? []) canvas.put(place, tile);
      shownCount += 1;
    }
  }
  if (shownCount === 0) throw new ThumbnailFailedError('no picture decodes');
  const { bytes } = await ffmpeg.run({ args: ENCODE, input: [canvas.bytes], limitMs: LIMIT_MS });
  if (bytes.length === 0) throw new ThumbnailFailedError('the sheet could not be written');
  return bytes;
}
