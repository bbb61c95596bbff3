import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import {
  CompletenessRow,
  GapRow,
  GapSumRow,
  Recording,
  RecordingSession,
  SegmentRow,
  SessionPart,
} from '../../src/modules/index/entities/index.js';
import { RetentionRun, type RetentionReport } from '../../src/modules/index/retention/retention.js';
import { RetentionPolicy } from '../../src/modules/index/retention/retention-policy.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/index.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import {
  DIRECTORY,
  record,
  recordedTrack,
  segmentClosed,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';
import { untrueRows } from './support/untrue-rows.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases(() => {
  const HOUR_MS = 3_600_000;
  const NOTHING = {
    max_age_hours: 0,
    max_bytes: 0,
    min_free_bytes: 0,
    delete_before_upload: false,
    trim_running: false,
    every_seconds: 60,
    rules: [],
  };
  /** Of one segment of the fixture: two tracks. */
  const SEGMENT_BYTES = segmentClosed(1, { startMs: 0 }).objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

  function hoursAfter(hours: number): Date {
    return new Date(START.getTime() + hours * HOUR_MS);
  }

  /** Sessions of one segment each, an hour apart, that have ended. */
  async function recordSessions(fixture: IndexFixture, ids: readonly string[], stream = 'cam'): Promise<void> {
    for (const [hours, id] of ids.entries()) {
      const startedAt = hoursAfter(hours);
      await record(fixture, { id, stream, directory: `${stream}/2026/11/20`, startedAt, segments: [hours + 1] });
      const endedAt = new Date(startedAt.getTime() + 6000);
      await fixture.index.setSessionState(id, { state: 'completed', reason: 'requested', endedAt });
    }
  }

  interface Circumstances {
    readonly now?: Date;
    readonly freeBytes?: () => number;
  }

  function run(
    { app, dataSource }: IndexFixture,
    limits: Partial<ConstructorParameters<typeof RetentionPolicy>[0]>,
    { now = hoursAfter(1000), freeBytes = () => 0 }: Circumstances = {},
  ): Promise<RetentionReport> {
    const context = {
      manager: dataSource.manager,
      deletion: app.get(RecordingDeletionService),
      outbox: app.get(OutboxService),
      freeBytes: () => Promise.resolve(freeBytes()),
      clock: { epochMs: () => now.getTime() },
    };
    return new RetentionRun(context, new RetentionPolicy({ ...NOTHING, ...limits }), () => false).run();
  }

  async function idsLeft({ dataSource }: IndexFixture): Promise<string[]> {
    const sessions = await dataSource.manager.find(RecordingSession, { order: { id: 'ASC' } });
    return sessions.map(({ id }) => id);
  }

  describe('by age', () => {
    it('deletes sessions that ended too long ago, and no others', async () => {
      await using fixture = await startIndex();
      await recordSessions(fixture, ['a', 'b', 'c']);

      const report = await run(fixture, { max_age_hours: 10 }, { now: hoursAfter(11.01) });

      expect(report).toEqual({ sessions: 2, segments: 2, bytes: 2 * SEGMENT_BYTES });
      expect(await idsLeft(fixture)).toEqual(['c']);
      await expect(run(fixture, { max_age_hours: 10 }, { now: hoursAfter(11.01) })).resolves.toMatchObject({
        sessions: 0,
      });
    });

    it('goes by the rule of the stream', async () => {
      await using fixture = await startIndex();
      await recordSessions(fixture, ['a'], 'cam-1');
      await recordSessions(fixture, ['b'], 'studio');
      await recordSessions(fixture, ['c'], 'yard');

      const rules = [
        { streams: 'cam-*', max_age_hours: 2 },
        { streams: 'studio', max_age_hours: 0 },
      ];
      await run(fixture, { max_age_hours: 48, rules }, { now: hoursAfter(3) });
      expect(await idsLeft(fixture)).toEqual(['b', 'c']);
      await run(fixture, { max_age_hours: 48, rules }, { now: hoursAfter(49) });
      expect(await idsLeft(fixture)).toEqual(['b']);
    });

    it('deletes the old segments of a session that records, and keeps it true', async () => {
      await using fixture = await startIndex();
      const { dataSource, sessions, index, manifests } = fixture;
      await record(fixture, { segments: [1, 2, 3, 4] });
      await index.commitGap('s1', { kind: 'audio', startMs: 5000, durationMs: 500, cause: 'loss' });
      await index.commitGap('s1', { kind: 'audio', startMs: 13_000, durationMs: 40, cause: 'loss' });
      await index.countReception('s1', [
        { kind: 'video', packetsReceived: 9, packetsRepaired: 0, packetsLost: 0, framesDropped: 0 },
      ]);
      const tooOldMs = 12_000;
      // A piece is a 24th of the age: two and a half minutes of an hour.
      await dataSource.manager.update(RecordingSession, { id: 's1' }, { firstMediaMs: -200_000 });

      const now = new Date(START.getTime() + HOUR_MS + tooOldMs);
      await expect(run(fixture, { max_age_hours: 1 }, { now })).resolves.toMatchObject({ sessions: 0, segments: 2 });

      await expect(sessions.session('s1')).resolves.toMatchObject({
        state: 'waiting',
        firstMediaMs: 12_000,
        endMs: 24_000,
        durationMs: 12_000,
        sizeBytes: 2 * SEGMENT_BYTES,
        segmentCount: 2,
        gapCount: 1,
        gapMs: 40,
      });
      await expect(dataSource.manager.find(SessionPart)).resolves.toMatchObject([
        {
          firstNumber: 3,
          segmentCount: 2,
          startMs: 12_000,
          endMs: 24_000,
          startedAt: new Date('2026-11-20T12:00:12Z'),
        },
      ]);
      await expect(dataSource.manager.find(GapRow)).resolves.toMatchObject([{ startMs: 13_000 }]);
      await expect(dataSource.manager.find(GapSumRow)).resolves.toMatchObject([{ gapCount: 1, gapMs: 40 }]);
      await expect(dataSource.manager.findOneBy(CompletenessRow, { kind: 'video' })).resolves.toMatchObject({
        framesRecorded: 360,
        packetsReceived: 9,
      });
      const keys = (await dataSource.manager.findBy(Job, { kind: 'delete' })).map(({ objectKey }) => objectKey).sort();
      const media = ['audio_seg_0001', 'audio_seg_0002', 'seg_0001', 'seg_0002'];
      expect(keys).toEqual(media.map((name) => `${DIRECTORY}/${name}.m4s`));
      const playlist = (await manifests.document(DIRECTORY, 'video.m3u8'))?.body.toString();
      expect(playlist).toContain('seg_0003.m4s');
      expect(playlist).not.toContain('seg_0002.m4s');
      expect(await untrueRows(fixture)).toEqual([]);
      // The next segment adds to what is left.
      await index.commitSegment(segmentClosed(5, { startMs: 24_000 }));
      await expect(sessions.session('s1')).resolves.toMatchObject({ segmentCount: 3, endMs: 30_000 });
    });

    it('leaves the last segment to a session that waits for its publisher', async () => {
      await using fixture = await startIndex();
      await record(fixture, { segments: [1, 2] });

      await run(fixture, { max_age_hours: 1 });

      await expect(fixture.dataSource.manager.find(SegmentRow)).resolves.toMatchObject([{ number: 2 }]);
    });

    it('deletes the earlier days of a long session with their files', async () => {
      await using fixture = await startIndex();
      const { dataSource, sessions, index } = fixture;
      await record(fixture, { segments: [1, 2] });
      const directory = 'cam/2026/11/21';
      await index.commitTrack('s1', recordedTrack('v1', { directory }));
      await index.commitTrack('s1', recordedTrack('a1', { directory }));
      await index.commitGap('s1', { kind: 'video', startMs: 6000, durationMs: 300, cause: 'loss' });
      await index.commitSegment(segmentClosed(1, { startMs: 12 * HOUR_MS, directory }));

      await run(fixture, { max_age_hours: 10 }, { now: hoursAfter(11) });

      await expect(dataSource.manager.find(SessionPart)).resolves.toMatchObject([{ directory }]);
      await expect(dataSource.manager.find(Recording)).resolves.toMatchObject([
        { mpdPath: `${directory}/manifest.mpd` },
      ]);
      await expect(sessions.session('s1')).resolves.toMatchObject({ firstMediaMs: 12 * HOUR_MS, segmentCount: 1 });
      const keys = (await dataSource.manager.findBy(Job, { kind: 'delete' })).map(({ objectKey }) => objectKey);
      expect(keys).toEqual(expect.arrayContaining([`${DIRECTORY}/init.m4s`, `${DIRECTORY}/manifest.mpd`]));
      expect(keys.every((key) => key.startsWith(`${DIRECTORY}/`))).toBe(true);
      expect(await untrueRows(fixture)).toEqual([]);
    });
  });

  describe('by size', () => {
    it('deletes the oldest sessions of all streams until the rest fits', async () => {
      await using fixture = await startIndex();
      await recordSessions(fixture, ['a', 'c'], 'cam');
      await recordSessions(fixture, ['b', 'd'], 'yard');

      await run(fixture, { max_bytes: 2 * SEGMENT_BYTES + 10 });

      expect(await idsLeft(fixture)).toEqual(['c', 'd']);
    });

    it('limits a single stream by its rule', async () => {
      await using fixture = await startIndex();
      await recordSessions(fixture, ['a', 'b', 'c'], 'cam');
      await recordSessions(fixture, ['x', 'y'], 'yard');

      await run(fixture, { rules: [{ streams: 'cam', max_bytes: SEGMENT_BYTES }] });

      expect(await idsLeft(fixture)).toEqual(['c', 'x', 'y']);
    });

    it('takes neither what records nor what is held', async () => {
      await using fixture = await startIndex();
      const { dataSource } = fixture;
      await recordSessions(fixture, ['a', 'b']);
      await dataSource.manager.update(RecordingSession, { id: 'a' }, { heldAt: START });
      await record(fixture, { id: 'c', startedAt: hoursAfter(2), segments: [3] });

      await run(fixture, { max_bytes: 1, max_age_hours: 1 }, { now: hoursAfter(2) });

      expect(await idsLeft(fixture)).toEqual(['a', 'c']);
    });
  });

  describe('what records, when nothing else is left', () => {
    const numbersLeft = async ({ dataSource }: IndexFixture) =>
      (await dataSource.manager.find(SegmentRow, { order: { number: 'ASC' } })).map(({ number }) => number);

    it('loses its beginning to a size, if the policy says so', async () => {
      await using fixture = await startIndex();
      await recordSessions(fixture, ['a']);
      await record(fixture, { id: 'b', startedAt: hoursAfter(2), segments: [2, 3, 4, 5] });

      await run(fixture, { max_bytes: 3 * SEGMENT_BYTES });
      expect(await numbersLeft(fixture)).toEqual([2, 3, 4, 5]);
      await run(fixture, { max_bytes: 3 * SEGMENT_BYTES, trim_running: true });

      // One more than it has to be, so that it is not the same again in a minute.
      expect(await numbersLeft(fixture)).toEqual([4, 5]);
      expect(await untrueRows(fixture)).toEqual([]);
    });

    it('loses it to a want of space, and keeps its last segment', async () => {
      await using fixture = await startIndex();
      await record(fixture, { segments: [1, 2, 3] });

      await run(fixture, { min_free_bytes: 1e15, trim_running: true });

      expect(await numbersLeft(fixture)).toEqual([3]);
    });

    it('keeps all that is held', async () => {
      await using fixture = await startIndex();
      await record(fixture, { segments: [1, 2, 3] });
      await fixture.dataSource.manager.update(RecordingSession, { id: 's1' }, { heldAt: START });

      await run(fixture, { max_bytes: 1, trim_running: true });

      expect(await numbersLeft(fixture)).toEqual([1, 2, 3]);
    });

    it('keeps all that the bucket does not have, whatever else may go before that', async () => {
      await using fixture = await startIndex({}, { bucket: new MemoryStorageDriver() });
      await record(fixture, { segments: [1, 2, 3, 4] });
      await fixture.dataSource.manager.update(SegmentRow, { number: 1 }, { state: 'stored' });

      await run(fixture, { max_bytes: 1, trim_running: true, delete_before_upload: true });

      expect(await numbersLeft(fixture)).toEqual([2, 3, 4]);
    });
  });

  describe('by free space', () => {
    it('deletes the oldest until enough is free, counting what still has to leave the disk', async () => {
      await using fixture = await startIndex();
      await recordSessions(fixture, ['a', 'b', 'c']);

      await run(fixture, { min_free_bytes: 1000 }, { freeBytes: () => 1000 - SEGMENT_BYTES });
      expect(await idsLeft(fixture)).toEqual(['b', 'c']);

      // Nothing has left the disk yet: the same again deletes nothing more.
      await run(fixture, { min_free_bytes: 1000 }, { freeBytes: () => 1000 - SEGMENT_BYTES });
      expect(await idsLeft(fixture)).toEqual(['b', 'c']);
    });

    it('deletes all that it may when that is not enough, and ends', async () => {
      await using fixture = await startIndex();
      await recordSessions(fixture, ['a', 'b']);

      await expect(run(fixture, { min_free_bytes: 1e15 })).resolves.toMatchObject({ sessions: 2 });
    });
  });

  describe('with a bucket', () => {
    it('keeps what the bucket does not have yet, unless it is told otherwise', async () => {
      await using fixture = await startIndex({}, { bucket: new MemoryStorageDriver() });
      const { dataSource } = fixture;
      await recordSessions(fixture, ['a', 'b']);
      await dataSource.manager.update(SegmentRow, { sessionId: 'b' }, { state: 'stored' });

      await run(fixture, { max_bytes: 1, max_age_hours: 1 });
      expect(await idsLeft(fixture)).toEqual(['a']);

      await run(fixture, { max_bytes: 1, delete_before_upload: true });
      expect(await idsLeft(fixture)).toEqual([]);
      await expect(dataSource.manager.countBy(Job, { kind: 'upload', lane: 'media' })).resolves.toBe(0);
    });
  });
});
