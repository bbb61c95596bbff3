import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { recoverOpenSegments } from '../../src/engine/recording/recover-segments.js';
import { StreamRecorder } from '../../src/engine/recording/stream-recorder.js';
import type { EngineEvent, RecordedTrack, RecordingOrder, SegmentClosed } from '../../src/engine/protocol.js';
import { findCodec } from '../../src/media/codecs/index.js';
import { MediaMemory } from '../../src/media/memory.js';
import type { NegotiatedTrack } from '../../src/media/sdp/session.js';
import type { Clock } from '../../src/shared/clock.js';
import { accessUnits } from './support/annex-b.js';

const run = promisify(execFile);
const DIRECTORY = 'cam/2026/11/20';
const FRAME_MS = 1000 / 30;
const SECONDS = 8;

class StepClock implements Clock {
  nowMs = 0;

  epochMs(): number {
    return 1_800_000_000_000 + this.nowMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }
}

/** A temporary folder, a recorder that writes into it, and a sender of an H.264 byte stream. */
class Bench {
  readonly clock = new StepClock();
  readonly events: EngineEvent[] = [];
  readonly recorder: StreamRecorder;

  constructor(readonly rootPath: string) {
    const events = {
      emit: (event: EngineEvent) => void this.events.push(event),
      requestKeyframe: () => undefined,
    };
    const environment = { memory: new MediaMemory(new ArrayBuffer(1 << 26)), clock: this.clock };
    this.recorder = new StreamRecorder(order(rootPath), environment, events);
  }

  get segments(): SegmentClosed[] {
    return this.events.flatMap((event) => (event.type === 'segment-closed' ? [event.segment] : []));
  }

  get tracks(): RecordedTrack[] {
    return this.events.flatMap((event) => (event.type === 'track-recorded' ? [event.track] : []));
  }

  /** @param shownAt place in showing order of each access unit */
  async send(units: readonly Uint8Array[][], shownAt: readonly number[]): Promise<void> {
    this.recorder.attach([VIDEO_TRACK]);
    const source = this.recorder.open('0', { ssrc: 1, codecName: 'H264' });
    const depacketizer = findCodec('H264', 'video')?.createDepacketizer(source.sink, {});
    for (const [index, unit] of units.entries()) {
      this.clock.nowMs = index * FRAME_MS;
      this.recorder.tick(this.clock.nowMs);
      const timestamp = 1_000_000 + (shownAt[index] ?? 0) * 3_000;
      for (const [place, bytes] of unit.entries()) {
        source.arrival(this.clock.nowMs, false);
        const marker = place === unit.length - 1;
        depacketizer?.push({ bytes, offset: 0, length: bytes.length, timestamp, marker });
      }
      if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  path(name: string): string {
    return join(this.rootPath, DIRECTORY, name);
  }

  /** @returns the recording as one file, as a player would put it together */
  async joined(): Promise<string> {
    const names = (await readdir(join(this.rootPath, DIRECTORY))).filter((name) => /^seg_\d+\.m4s$/.test(name)).sort();
    const parts = await Promise.all(['init.m4s', ...names].map((name) => readFile(this.path(name))));
    const path = join(this.rootPath, 'joined.mp4');
    await writeFile(path, Buffer.concat(parts));
    return path;
  }
}

const VIDEO_TRACK: NegotiatedTrack = {
  mid: '0',
  kind: 'video',
  formats: [
    {
      codecName: 'H264',
      payloadType: 96,
      clockRate: 90_000,
      channels: 0,
      format: '',
      answerFormat: undefined,
      rtxPayloadType: undefined,
    },
  ],
  feedback: { nack: true, pli: true, transportCc: true },
  extensions: {
    mid: undefined,
    transportSequenceNumber: undefined,
    absoluteCaptureTime: undefined,
    rid: undefined,
    repairedRid: undefined,
  },
  sources: [],
  rids: [],
};

function order(rootPath: string): RecordingOrder {
  return {
    recordingSessionId: 'session',
    streamId: 'cam',
    rootPath,
    directory: DIRECTORY,
    nextSegmentNumber: 1,
    nextInitNumber: { video: 1, audio: 1 },
    knownInits: [],
    nextPeriod: 0,
    anchorEpochMs: undefined,
    endMs: 0,
    reception: [],
    segmentDurationMs: 2_000,
    fragmentDurationMs: 1_000,
    fsync: 'segment',
    maxDurationMs: Infinity,
  };
}

async function encode(path: string, bFrames: number): Promise<Uint8Array> {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30', '-t', String(SECONDS), '-pix_fmt', 'yuv420p'];
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-threads', '1', '-g', '60', '-bf', String(bFrames)];
  await run('ffmpeg', ['-v', 'error', '-y', ...source, ...codec, '-x264-params', 'aud=1:repeat-headers=1', path]);
  return readFile(path);
}

/** @returns for each packet in the order of the file, its place in showing order */
async function showingOrder(path: string): Promise<number[]> {
  const args = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts', '-of', 'csv=p=0', path];
  const { stdout } = await run('ffprobe', args);
  const times = stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number.parseInt(line, 10)]));
  const sorted = [...times].sort((one, other) => one - other);
  return times.map((time) => sorted.indexOf(time));
}

/** @returns one hash per decoded picture, in showing order; fails when FFmpeg complains about anything */
async function pictureHashes(path: string): Promise<string[]> {
  const args = [
    '-v',
    'warning',
    '-xerror',
    '-i',
    path,
    '-map',
    '0:v',
    '-fps_mode',
    'passthrough',
    '-f',
    'framemd5',
    '-',
  ];
  const { stdout, stderr } = await run('ffmpeg', args, { maxBuffer: 64 << 20 });
  expect(stderr).toBe('');
  return stdout.split('\n').flatMap((line) => (line.startsWith('0,') ? [line.split(',').at(-1)?.trim() ?? ''] : []));
}

describe.each([0, 2])('a recording of H.264 with %i B-frames', (bFrames) => {
  let folder: string;
  let bench: Bench;
  let source: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-recording-'));
    bench = new Bench(folder);
    source = join(folder, 'source.mp4');
    await encode(source, bFrames);
    const stream = join(folder, 'source.h264');
    await run('ffmpeg', ['-v', 'error', '-i', source, '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', stream]);
    await bench.send(accessUnits(await readFile(stream)), await showingOrder(source));
    await bench.recorder.stop();
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('decodes to the very pictures that were sent, without a complaint', async () => {
    expect(await pictureHashes(await bench.joined())).toEqual(await pictureHashes(source));
  });

  it('shows each picture at its time', async () => {
    const args = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
    const { stdout } = await run('ffprobe', [...args, await bench.joined()]);
    const times = stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number.parseFloat(line)]));

    const [first = NaN, ...others] = times.sort((one, other) => one - other);
    expect(others).toHaveLength(SECONDS * 30 - 1);
    for (const [index, time] of others.entries()) expect(time - first).toBeCloseTo((index + 1) / 30, 3);
  });

  it('is cut at key frames, and told as it is on disk', async () => {
    expect(bench.segments.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    for (const { objects } of bench.segments) {
      const [object] = objects;
      const bytes = await readFile(join(folder, object?.objectKey ?? ''));
      expect(object).toMatchObject({
        independent: true,
        samples: 60,
        durationTicks: 180_000,
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    }
  });

  it('can be played after a crash cut its last file short', async () => {
    const last = bench.path('seg_0004.m4s');
    await truncate(last, (await stat(last)).size - 700);
    await writeFile(bench.path('seg_0005.m4s'), 'styp');

    const { objects, quarantined } = await recoverOpenSegments({
      rootPath: folder,
      directory: DIRECTORY,
      fromNumber: 4,
      committedNumbers: new Set(),
      tracks: bench.tracks,
      knownInits: [],
      sessionStartedMs: 0,
    });

    const object = objects.get(4)?.[0];
    const bytes = await readFile(last);
    expect(object?.sizeBytes).toBe(bytes.length);
    expect(object?.samples).toBeGreaterThanOrEqual(30);
    expect(object?.samples).toBeLessThan(60);
    expect(object?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(quarantined).toEqual([`${DIRECTORY}/seg_0005.m4s.quarantined`]);
    expect(await pictureHashes(await bench.joined())).toHaveLength(180 + (object?.samples ?? 0));
  });
});

describe('a recording into a folder that cannot be written', () => {
  it('fails with a code', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-recording-'));
    const file = join(folder, 'file');
    await writeFile(file, '');
    const bench = new Bench(file);
    const stream = join(folder, 'source.h264');
    const units = accessUnits(await encode(stream, 0));
    await bench.send(
      units.slice(0, 60),
      Array.from(units, (_, index) => index),
    );
    await bench.recorder.stop();

    expect(bench.events).toContainEqual(expect.objectContaining({ type: 'recording-failed', code: 'io-error' }));
    await rm(folder, { recursive: true });
  });
});
