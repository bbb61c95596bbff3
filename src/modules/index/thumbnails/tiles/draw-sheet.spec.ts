import type { FfmpegOutput, FfmpegRun } from '../ffmpeg.js';
import { drawSheet, type TileFilm } from './draw-sheet.js';
import { TILE_BYTES } from './tile-canvas.js';

const NEVER = new AbortController().signal;
const film = (place: number): TileFilm => ({ mp4: emptyFilm(), places: [[place]] });
const shown = (isCut = false): FfmpegOutput => ({
  bytes: Buffer.alloc(TILE_BYTES, 200),
  log: '[Parsed_showinfo_4 @ 0x1] n:   0 pts:  1 pts_time:1 duration: 1\n',
  isCut,
});
const jpeg: FfmpegOutput = { bytes: Buffer.from('jpeg'), log: '', isCut: false };

async function* emptyFilm(): AsyncGenerator<Uint8Array> {
  // The runs are told beforehand.
}

/** Answers runs of ffmpeg one after another. */
class ToldMaker {
  readonly turns: boolean[] = [];
  readonly limitsMs: number[] = [];
  canvas: Uint8Array = new Uint8Array();

  constructor(private readonly outputs: FfmpegOutput[]) {}

  inTurn<T>(
    job: (ffmpeg: { run: (order: FfmpegRun) => Promise<FfmpegOutput> }) => Promise<T>,
    hasBegun = false,
  ): Promise<T> {
    this.turns.push(hasBegun);
    return job({
      run: ({ limitMs, input }) => {
        this.limitsMs.push(limitMs);
        if (Array.isArray(input)) [this.canvas] = input as [Uint8Array];
        const output = this.outputs.shift();
        return output === undefined ? Promise.reject(new Error('One run too many.')) : Promise.resolve(output);
      },
    });
  }
}

describe('drawSheet', () => {
  it('gives up its turn between two films, and all of them have one limit', async () => {
    const maker = new ToldMaker([shown(), shown(), jpeg]);

    const sheet = await drawSheet(maker, [film(0), film(1)], NEVER, 1000);

    expect(sheet).toEqual({ bytes: jpeg.bytes, isWhole: true });
    expect(maker.turns).toEqual([false, true, true]);
    expect(maker.limitsMs[0]).toBe(1000);
    expect(maker.limitsMs[1]).toBeLessThan(1000);
  });

  it('shows what there is when the time is up, and begins no other film', async () => {
    const maker = new ToldMaker([shown(), shown(true), jpeg]);

    const sheet = await drawSheet(maker, [film(0), film(1), film(2)], NEVER);

    expect(sheet).toEqual({ bytes: jpeg.bytes, isWhole: false });
    const white = maker.canvas.filter((value) => value === 200).length;
    expect(white).toBe(2 * TILE_BYTES);
  });

  it('fails when nothing is there by then', async () => {
    const maker = new ToldMaker([{ ...shown(true), bytes: Buffer.alloc(TILE_BYTES - 1) }]);

    await expect(drawSheet(maker, [film(0), film(1)], NEVER)).rejects.toMatchObject({ code: 'thumbnail-failed' });
  });
});
