import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { whyMissing } from '../support/tools.js';
import { type Cell, Cells, SECONDS } from './cells.js';
import type { CellReport } from './cell.js';
import { table, writeTable } from './report.js';
import { senders } from './senders/index.js';

const DOCUMENT = resolve(__dirname, '../../docs/interop.md');
const OFFSET_LIMIT_MS = 40;
/** A sender may have to be compiled first. */
const BUILD_LIMIT_MS = 300_000;

const only = process.env['AIRCHECK_INTEROP_ONLY']?.split(',');
const all = senders.flatMap((sender) => sender.codecs.map((codec): Cell => ({ sender, codec })));
const cells = all.filter(({ sender }) => only?.includes(sender.name) ?? true);
const order = all.map(({ sender, codec }) => [sender.name, codec] as const);
const title = ({ sender, codec }: Cell): string =>
  codec === 'VP8'
    ? `sound of ${sender.name} is recorded whole beside VP8, of which the session says why it is not`
    : `${codec} of ${sender.name} is recorded whole, and sound keeps to the picture`;

/** Everything that a recording owes, judged by software that others wrote. */
function expectWhole({ sent, video, audio, lipSync, unrecorded }: CellReport): void {
  expect(sent.videoFrames).toBeGreaterThan(SECONDS * 24);
  expect(video.recorded).toBe(sent.videoFrames);
  expect(audio.recorded).toBeGreaterThanOrEqual(sent.audioFrames - (sent.audioFramesBeforePicture ?? 0));
  expect(audio.recorded).toBeLessThanOrEqual(sent.audioFrames);
  expect(video.decodedByFfmpeg).toBe(video.recorded);
  expect(audio.decodedByFfmpeg).toBe(audio.recorded);
  expect(video.decodedByChromium ?? video.recorded).toBe(video.recorded);
  expect(video.complaints + audio.complaints).toBe('');
  expect(lipSync.length).toBeGreaterThanOrEqual(SECONDS - 2);
  for (const { offsetMs } of lipSync) expect(Math.abs(offsetMs)).toBeLessThanOrEqual(OFFSET_LIMIT_MS);
  expect(unrecorded).toEqual([]);
}

/** VP8 goes live, and CMAF has no place for it. */
function expectSoundOnly({ sent, video, audio, unrecorded }: CellReport): void {
  expect(unrecorded).toEqual(['unsupported-codec']);
  expect(video.periods).toBe(0);
  expect(sent.videoFrames).toBeGreaterThan(SECONDS * 24);
  expect(audio.recorded).toBe(sent.audioFrames);
  expect(audio.decodedByFfmpeg).toBe(audio.recorded);
  expect(audio.complaints).toBe('');
}

describe('a sender', () => {
  let running: Cells;

  beforeAll(async () => {
    const reasons = await Promise.all(
      [...new Set(cells.map(({ sender }) => sender))].map(
        async (sender) => [sender, whyMissing('ffmpeg') ?? (await sender.missing())] as const,
      ),
    );
    const missing = new Map(reasons);
    const isMissing = ({ sender }: Cell): boolean => missing.get(sender) !== undefined;
    Object.assign(globalThis, { skippedTests: new Set(cells.filter(isMissing).map(title)) });
    running = await Cells.start(cells, missing);
  }, BUILD_LIMIT_MS);

  afterAll(async () => {
    const rows = running.rows();
    process.stdout.write(`\n${table(rows)}\n`);
    if (process.env['AIRCHECK_INTEROP_WRITE'] !== undefined) await writeTable(DOCUMENT, rows, order, judges());
    await running[Symbol.asyncDispose]();
  });

  for (const cell of cells)
    it(title(cell), async () => {
      const report = await running.report(cell);
      if (cell.codec === 'VP8') expectSoundOnly(report);
      else expectWhole(report);
    });
});

/** Which versions looked. */
function judges(): string {
  const first = (command: string, pattern: RegExp): string =>
    pattern.exec(execFileSync(command, ['-version'], { encoding: 'utf8' }))?.[1] ?? 'unknown';
  return `Judged by FFmpeg ${first('ffmpeg', /version (\d[\d.]*)/)} and Chromium ${first('chromium', /Chromium (\d+)/)}.`;
}
