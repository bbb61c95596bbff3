import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CellReport, TrackReport } from './cell.js';
import { table, writeTable } from './report.js';
import { senders } from './senders/index.js';

const track = (frames: number, decodedByChromium?: number): TrackReport => ({
  periods: 1,
  recorded: frames,
  decodedByFfmpeg: frames,
  decodedByChromium,
  complaints: '',
});
const whole: CellReport = {
  sent: { videoFrames: 270, audioFrames: 450 },
  video: track(270, 270),
  audio: track(449),
  unrecorded: [],
  lipSync: [
    { flashSeconds: 1, offsetMs: 8.04 },
    { flashSeconds: 8.001, offsetMs: -0.3 },
  ],
};

describe('the table of interop', () => {
  it('gives the figures of a cell, with the offset at its first flash and at its last', () => {
    const [, , row] = table([{ sender: 'Pion', codec: 'VP9', outcome: whole }]).split('\n');

    expect(row).toBe('| Pion | VP9 | 270 + 450 | 270 + 449 | 270 + 449 | 270 | 8 ms at 1 s, 0 ms at 8 s |');
  });

  it('says of VP8 why its pictures are not recorded', () => {
    const outcome = { ...whole, video: track(0), unrecorded: ['unsupported-codec'], lipSync: [] };

    expect(table([{ sender: 'Pion', codec: 'VP8', outcome }])).toContain('| unsupported-codec + 449 |');
  });

  it('quotes the install command that failed in a cell that was skipped', () => {
    const skipped = 'apt-get install -y python3-aiortc:\n E: Unable to locate package `python3-aiortc`';

    expect(table([{ sender: 'aiortc', codec: 'H264', outcome: { skipped } }])).toContain(
      "skipped: `apt-get install -y python3-aiortc: E: Unable to locate package 'python3-aiortc'`",
    );
  });

  it('takes the place of the one before, but for cells that were not run, and leaves the rest of the document as it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-report-'));
    const path = join(folder, 'interop.md');
    const old = table([
      { sender: 'Pion', codec: 'VP9', outcome: { skipped: 'go version: not found' } },
      { sender: 'aiortc', codec: 'VP8', outcome: { failed: 'kept' } },
    ]);
    const begin = '<!-- written by the run: begin -->';
    const end = '<!-- written by the run: end -->';
    await writeFile(path, `before\n${begin}\n\nBy none.\n\n${old}\n${end}\nafter\n`);

    const order = [
      ['aiortc', 'VP8'],
      ['Pion', 'VP9'],
    ] as const;
    await writeTable(path, [{ sender: 'Pion', codec: 'VP9', outcome: whole }], order, 'By FFmpeg.');
    const written = await readFile(path, 'utf8');
    await rm(folder, { recursive: true });

    const row = '| Pion | VP9 | 270 + 450 | 270 + 449 | 270 + 449 | 270 | 8 ms at 1 s, 0 ms at 8 s |';
    const kept = '| aiortc | VP8 | failed: kept |  |  |  |  |';
    const [head, rule] = old.split('\n');
    expect(written).toBe(`before\n${begin}\n\nBy FFmpeg.\n\n${[head, rule, kept, row].join('\n')}\n\n${end}\nafter\n`);
  });

  it('has, in docs/interop.md, a full row of every sender and codec', async () => {
    const document = await readFile(resolve(__dirname, '../../docs/interop.md'), 'utf8');
    const rows = document.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));

    for (const { name, codecs } of senders)
      for (const codec of codecs) {
        const row = rows.find(([, sender, named]) => sender === name && named === codec);
        expect([name, codec, row?.[3]]).toEqual([name, codec, expect.stringMatching(/^\d+ \+ \d+$/)]);
      }
  });
});
