import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeClip, type GapRule } from '../../src/media/clips/make-clip.js';
import type { Clip } from '../../src/media/clips/clip.js';
import type { ClipRange, SourceRun } from '../../src/media/clips/source.js';
import { clipFormats } from '../../src/media/containers/index.js';
import { ClipObjects } from '../support/clip-source.js';
import { finish } from '../../src/shared/steps.js';
import { encodeSegments, type EncodedOptions } from '../support/encoded-segments.js';
import { boxErrors } from '../support/judges/boxes.js';
import { decodedSizes } from '../support/judges/ffmpeg.js';
import { readShown } from '../support/judges/mediabunny.js';
import { describeWith } from '../support/tools.js';

const run = promisify(execFile);
const START = Date.UTC(2026, 10, 20, 12);
const KINDS = ['video', 'audio'] as const;

interface Decoded {
  readonly complaints: string;
  readonly startSeconds: Record<string, number>;
  readonly seconds: number;
  readonly pictures: number;
}

/** What FFmpeg shows of a file: pictures that an edit list hides are none. Of an MP4, complaints are also those of parsers of its boxes. */
async function decode(path: string): Promise<Decoded> {
  const entries = 'format=duration:stream=codec_type,start_time,nb_read_frames';
  const probing = run('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'json', path]);
  const decoding = run('ffmpeg', [
    '-nostdin',
    '-v',
    'warning',
    '-i',
    path,
    '-fps_mode',
    'passthrough',
    '-f',
    'null',
    '-',
  ]);
  const [{ stdout, stderr }, { stderr: complaints }] = await Promise.all([probing, decoding]);
  const ofBoxes = path.endsWith('.mp4') ? await boxErrors(path) : '';
  const { streams, format } = JSON.parse(stdout) as {
    streams: { codec_type: string; start_time: string; nb_read_frames: string }[];
    format: { duration: string };
  };
  return {
    complaints: stderr + complaints + ofBoxes,
    startSeconds: Object.fromEntries(streams.map(({ codec_type, start_time }) => [codec_type, Number(start_time)])),
    seconds: Number(format.duration),
    pictures: Number(streams.find(({ codec_type }) => codec_type === 'video')?.nb_read_frames ?? 0),
  };
}

function clipOf(runs: readonly SourceRun[], range: ClipRange, gaps: GapRule = 'keep'): Clip {
  const clip = finish(makeClip(runs, range, gaps));
  if ('fault' in clip) throw new Error(clip.fault);
  return clip;
}

const after = (fromMs: number, toMs: number): ClipRange => ({ fromEpochMs: START + fromMs, toEpochMs: START + toMs });

const sources: readonly EncodedOptions[] = [
  { codec: 'H264', seconds: 4, size: '160x90' },
  { codec: 'H264', seconds: 4, size: '160x90', bFrames: 2 },
  { codec: 'H265', seconds: 4, size: '160x90', bFrames: 2 },
  { codec: 'VP9', seconds: 4, size: '160x90' },
  { codec: 'AV1', seconds: 4, size: '160x90' },
];

describeWith('ffmpeg')('a clip', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-clips-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is sound alone as Ogg', async () => {
    const { video, audio } = await encodeSegments({ codec: 'H264', seconds: 4, size: '160x90' });
    const objects = new ClipObjects();
    const clip = clipOf([[...objects.add(video, START), ...objects.add(audio, START)]], after(1000, 3500));
    const ogg = clipFormats.find(({ name }) => name === 'ogg');
    const path = join(folder, 'clip.ogg');
    await writeFile(path, objects.make(ogg === undefined ? { parts: [], sizeBytes: 0 } : finish(ogg.plan(clip))));

    expect(await decode(path)).toMatchObject({ complaints: '', pictures: 0, startSeconds: { audio: 0 } });
    expect((await decode(path)).seconds).toBeCloseTo(2.58, 1);
    expect((await readShown(path)).map(({ kind }) => kind)).toEqual(['audio']);
  });

  it.each([
    ['ogg', ['H264'], false],
    ['ogg', ['H264', 'opus'], true],
    ['webm', ['H264', 'opus'], false],
    ['webm', ['VP9', 'opus'], true],
    ['mp4', ['H265', 'opus'], true],
  ])('as %s of %j can be made: %s', (name, codecs, isPossible) => {
    expect(clipFormats.find((format) => format.name === name)?.carries(codecs)).toBe(isPossible);
  });

  const cases = sources.flatMap((source) =>
    clipFormats
      .filter(({ name, carries }) => name !== 'ogg' && carries([source.codec, 'opus']))
      .map((format) => ({ bFrames: 0, ...source, format })),
  );

  describe.each(cases)('of $codec with $bFrames B-frames as $format.name', ({ format, ...options }) => {
    async function make(clip: Clip, objects: ClipObjects): Promise<string> {
      const path = join(folder, `clip.${format.extension}`);
      await writeFile(path, objects.make(finish(format.plan(clip))));
      return path;
    }

    it('begins and ends where it was asked to, between key frames', async () => {
      const { video, audio } = await encodeSegments(options);
      const objects = new ClipObjects();
      const source = [...objects.add(video, START), ...objects.add(audio, START)];

      const path = await make(clipOf([source], after(1500, 3200)), objects);

      const decoded = await decode(path);
      expect(decoded.complaints).toBe('');
      // FFmpeg does not hide what an edit list hides of fragments: it begins at the key frame there, before time 0. WebM
      // has none.
      const hiddenSeconds = format.name === 'mp4' ? 0 : 0.5;
      expect(decoded.startSeconds['video']).toBeCloseTo(format.name === 'fmp4' ? -hiddenSeconds : 0, 1);
      expect(decoded.seconds).toBeCloseTo(1.7 + hiddenSeconds, 0);
      const shown = await readShown(path);
      expect(shown.map(({ kind }) => kind)).toEqual(KINDS);
    });

    it('keeps a gap or closes it', async () => {
      const { video, audio } = await encodeSegments(options);
      const objects = new ClipObjects();
      const runs = [0, 10_000].map((laterMs, index) => [
        ...objects.add(video, START + laterMs, video.segments.slice(index, index + 1)),
        ...objects.add(audio, START + laterMs, audio.segments.slice(index, index + 1)),
      ]);

      const kept = await decode(await make(clipOf(runs, after(0, 20_000)), objects));
      const closed = await decode(await make(clipOf(runs, after(0, 20_000), 'close'), objects));

      expect([kept.complaints, closed.complaints]).toEqual(['', '']);
      expect([kept.pictures, closed.pictures]).toEqual([120, 120]);
      expect(kept.seconds).toBeCloseTo(14, 0);
      expect(closed.seconds).toBeCloseTo(4, 0);
    });

    it('goes on over a change of resolution', async () => {
      const before = await encodeSegments(options);
      const { video } = await encodeSegments({ ...options, size: '240x134' });
      const objects = new ClipObjects();
      const runs = [
        [...objects.add(before.video, START), ...objects.add(before.audio, START)],
        [...objects.add(video, START + 4000), ...objects.add(before.audio, START + 4000)],
      ];

      const path = await make(clipOf(runs, after(1000, 6000)), objects);

      expect(await decode(path)).toMatchObject({ complaints: '', pictures: 150 });
      expect([...new Set(await decodedSizes(path))]).toEqual(['160x90', '240x134']);
      expect(await readShown(path)).toHaveLength(2);
    });
  });
});
