import { TILE_COLUMNS, TILE_HEIGHT, TILE_ROWS, TILE_WIDTH } from '../../../../media/manifests/tiles.js';
import type { Ffmpeg, FfmpegOutput, FfmpegRun } from '../ffmpeg.js';
import { ThumbnailFailedError } from '../thumbnail.errors.js';
import { SHEET_HEIGHT, SHEET_WIDTH, TILE_BYTES, TileCanvas } from './tile-canvas.js';

/** Of ffmpeg, and of the reading that it waits for, for all films together. */
const LIMIT_MS = 30_000;
const ENCODE_LIMIT_MS = 10_000;
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

/** As `PictureMaker`. */
export interface TurnTaker {
  inTurn<T>(job: (ffmpeg: Pick<Ffmpeg, 'run'>) => Promise<T>, hasBegun?: boolean): Promise<T>;
}

export interface DrawnSheet {
  /** A JPEG, black where no key frame is or one does not decode. */
  readonly bytes: Buffer;
  /** There was time for all films. */
  readonly isWhole: boolean;
}

/**
 * Between two films others have their turn.
 *
 * @param signal nobody wants it any more
 * @param limitMs that all films may take together
 * @throws {ThumbnailFailedError} when no key frame decodes, or none in time
 * @throws {ThumbnailsUnavailableError | ThumbnailsBusyError}
 * @throws the reason of the signal, and what the films throw
 */
export async function drawSheet(
  maker: TurnTaker,
  films: readonly TileFilm[],
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<DrawnSheet> {
  const canvas = new TileCanvas();
  let hasBegun = false;
  let leftMs = limitMs;
  let shownCount = 0;
  const run = (order: Omit<FfmpegRun, 'signal'>): Promise<FfmpegOutput> => {
    const turn = maker.inTurn(async (ffmpeg) => {
      const startedAt = performance.now();
      const output = await ffmpeg.run({ ...order, signal });
      leftMs -= performance.now() - startedAt;
      return output;
    }, hasBegun);
    hasBegun = true;
    return turn;
  };
  let isWhole = true;
  for (const { mp4, places } of films) {
    const output = leftMs > 0 ? await run({ args: DECODE, input: mp4, limitMs: leftMs }) : undefined;
    if (output !== undefined) shownCount += putOn(canvas, output, places);
    isWhole = output?.isCut === false;
    if (!isWhole) break;
  }
  if (shownCount === 0) throw new ThumbnailFailedError(isWhole ? 'no picture decodes' : 'it took too long');
  const { bytes, isCut } = await run({ args: ENCODE, input: [canvas.bytes], limitMs: ENCODE_LIMIT_MS });
  if (isCut || bytes.length === 0) throw new ThumbnailFailedError('the sheet could not be written');
  return { bytes, isWhole };
}

/** @returns how many key frames were put there */
function putOn(canvas: TileCanvas, { bytes, log, isCut }: FfmpegOutput, places: TileFilm['places']): number {
  const said = [...log.matchAll(SHOWN)].map(([, time]) => Math.round(Number(time)));
  const seconds = isCut ? said.slice(0, Math.floor(bytes.length / TILE_BYTES)) : said;
  if (!isCut && bytes.length !== seconds.length * TILE_BYTES) throw new ThumbnailFailedError('a picture is missing');
  for (const [index, second] of seconds.entries()) {
    const tile = bytes.subarray(index * TILE_BYTES, (index + 1) * TILE_BYTES);
    for (const place of places[second - FIRST_SECOND] ?? []) canvas.put(place, tile);
  }
  return seconds.length;
}
