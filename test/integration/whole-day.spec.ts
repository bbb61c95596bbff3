import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SegmentClosed } from '../../src/engine/index.js';
import { SegmentRow } from '../../src/modules/index/entities/index.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { probe } from '../support/judges/ffmpeg.js';
import { itWith } from '../support/tools.js';
import {
  DIRECTORY,
  recordedTrack,
  segmentClosed,
  sessionInput,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

const run = promisify(execFile);
/** 24 h of 6 s. */
const SEGMENTS = 14_400;
const MEASURED = 100;

const segmentAt = (number: number): SegmentClosed => segmentClosed(number, { startMs: (number - 1) * 6000 });

/** Commits segments one after another as the recorder does. @returns median milliseconds of one */
async function commit({ index }: IndexFixture, from: number, count: number): Promise<number> {
  const times: number[] = [];
  for (let number = from; number < from + count; number++) {
    const startedAt = performance.now();
    await index.commitSegment(segmentAt(number));
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[Math.floor(count / 2)] ?? 0;
}

/** Rows of segments as if they had been committed, many at once. */
async function insert({ dataSource }: IndexFixture, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += 500) {
    const numbers = Array.from({ length: Math.min(500, to - first) }, (_, position) => first + position);
    await dataSource.manager.insert(
      SegmentRow,
      numbers.map((number) => ({
        ...{ directory: DIRECTORY, number, sessionId: 's1', period: 0, startMs: (number - 1) * 6000, durationMs: 6000 },
        ...{ sizeBytes: 1000, state: 'local' as const, objects: segmentAt(number).objects, createdAt: START },
      })),
    );
  }
  const endMs = (to - 1) * 6000;
  await dataSource.query(`UPDATE session_parts SET segment_count = ${to - 1}, end_ms = ${endMs}`);
  await dataSource.query(`UPDATE recording_sessions SET segment_count = ${to - 1}, end_ms = ${endMs}`);
}

/** The first segment, with its init, as FFmpeg makes them. */
async function putFirstSegment({ storage }: IndexFixture): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'aircheck-day-'));
  try {
    const media = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=5', '-t', '6', '-c:v', 'libx264', '-g', '30'];
    const hls = ['-f', 'hls', '-hls_time', '6', '-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'];
    await run('ffmpeg', ['-v', 'error', ...media, ...hls, '-hls_segment_filename', 'seg%d.m4s', 'list.m3u8'], {
      cwd: folder,
    });
    for (const [name, key] of [
      ['init.mp4', 'init.m4s'],
      ['seg0.m4s', 'seg_0001.m4s'],
    ] as const) {
      await storage.put(parseObjectKey(`${DIRECTORY}/${key}`), await readFile(join(folder, name)));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** How long manifests of any hour and of all of the day take, each asked for the first time. */
async function viewFigures({
  app,
}: IndexFixture): Promise<{ hourMs: number; dayMs: number; dayBytes: number; line: string }> {
  const url = `${await app.getUrl()}/play/cam/manifest.mpd`;
  const measure = async (count: number, hours: number): Promise<{ worstMs: number; bytes: number }> => {
    let [worstMs, bytes] = [0, 0];
    for (let turn = 0; turn < count; turn++) {
      const from = START.getTime() + 1 + turn * 7000;
      const startedAt = performance.now();
      const response = await fetch(`${url}?from=${instant(from)}&to=${instant(from + hours * 3_600_000)}`);
      bytes = (await response.text()).length;
      worstMs = Math.max(worstMs, performance.now() - startedAt);
    }
    return { worstMs, bytes };
  };
  await measure(3, 1);
  const hour = await measure(30, 1);
  const day = await measure(10, 24);
  const line = `views, the slowest: hour ${hour.worstMs.toFixed(0)} ms, day ${day.worstMs.toFixed(0)} ms and ${day.bytes} bytes`;
  return { hourMs: hour.worstMs, dayMs: day.worstMs, dayBytes: day.bytes, line };
}

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

describe('the index of a recording of 24 hours', () => {
  itWith('ffmpeg')(
    'commits in constant time, and its manifests stay small and are made at once',
    async () => {
      await using fixture = await startIndex();
      const { app, index, manifests, root, storage } = fixture;
      await putFirstSegment(fixture);
      await index.openSession(sessionInput());
      await index.anchorSession('s1', START.getTime());
      const sizeOf = async (name: string): Promise<number> =>
        (await storage.head(parseObjectKey(`${DIRECTORY}/${name}`)))?.sizeBytes ?? 0;
      await index.commitTrack('s1', { ...recordedTrack('v1'), initSizeBytes: await sizeOf('init.m4s') });
      await index.commitTrack('s1', recordedTrack('a1'));
      const [video, audio] = segmentAt(1).objects;
      if (video === undefined || audio === undefined) throw new Error('Two objects.');
      const real = { ...video, sizeBytes: await sizeOf('seg_0001.m4s') };
      await index.commitSegment({ ...segmentAt(1), objects: [real, audio] });

      const early = await commit(fixture, 2, MEASURED);
      await insert(fixture, MEASURED + 2, SEGMENTS - MEASURED + 1);
      manifests.setLive(DIRECTORY, true);
      await manifests.publish(DIRECTORY);
      const late = await commit(fixture, SEGMENTS - MEASURED + 1, MEASURED);
      const startedAt = performance.now();
      await manifests.publish(DIRECTORY);
      const publishMs = performance.now() - startedAt;

      const url = `${await app.getUrl()}/api/record/object/${DIRECTORY}`;
      const get = async (name: string): Promise<string> => (await fetch(`${url}/${name}`)).text();
      const mpdStartedAt = performance.now();
      const mpd = await get('manifest.mpd');
      const mpdMs = performance.now() - mpdStartedAt;
      const playlist = await get('video.m3u8');
      const figures = [
        `commit ${early.toFixed(2)} ms at the start, ${late.toFixed(2)} ms after ${SEGMENTS} segments;`,
        `publish ${publishMs.toFixed(0)} ms, MPD ${mpdMs.toFixed(0)} ms and ${mpd.length} bytes,`,
        `video.m3u8 ${playlist.length} bytes`,
      ];
      const views = await viewFigures(fixture);
      process.stdout.write(`${figures.join(' ')}\n${views.line}\n`);
      expect(views.dayBytes).toBeLessThan(200_000);
      expect(views.hourMs).toBeLessThan(views.dayMs);
      expect(late).toBeLessThan(3 * early + 1);
      expect(publishMs).toBeLessThan(3000);
      expect(mpdMs).toBeLessThan(3000);
      expect(mpd.length).toBeLessThan(10_000);
      expect(playlist.length).toBeLessThan(100 * SEGMENTS);
      expect(playlist).toContain('seg_14400.m4s');

      await index.setSessionState('s1', { state: 'completed', reason: 'requested', endedAt: new Date() });
      manifests.setLive(DIRECTORY, false);
      await manifests.publish(DIRECTORY);
      expect(await readFile(join(root, DIRECTORY, 'manifest.mpd'), 'utf8')).toContain('mediaPresentationDuration');
      const { format, streams } = await probe(`${url}/video.m3u8`);
      expect(Number(format.duration)).toBeCloseTo(SEGMENTS * 6, 0);
      expect(streams[0]?.codec_name).toBe('h264');
    },
    60_000,
  );
});
