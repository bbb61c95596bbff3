import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { IsNull } from 'typeorm';
import { deleteSessions as deleteRows } from '../../src/modules/index/deletion/delete-recordings.js';
import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import {
  CompletenessRow,
  GapRow,
  GapSumRow,
  Recording,
  RecordingSession,
  SegmentRow,
  SessionPart,
  TrackRow,
} from '../../src/modules/index/entities/index.js';
import { reindex } from '../../src/modules/index/reindex/reindex.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { ArchiveFixture } from './support/archive-fixture.js';
import {
  DIRECTORY,
  record,
  recordedTrack,
  segmentClosed,
  sessionInput,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';
import { untrueRows } from './support/untrue-rows.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases(() => {
  const ENDED = { state: 'completed', reason: 'requested', endedAt: START } as const;
  const LATER = new Date(START.getTime() + 3_600_000);

  async function recordEnded(fixture: IndexFixture, input: Parameters<typeof record>[1]): Promise<void> {
    await record(fixture, input);
    await fixture.index.setSessionState(input.id ?? 's1', ENDED);
    await fixture.manifests.publish(input.directory ?? DIRECTORY);
  }

  function deleteSessions({ app }: IndexFixture, ids: readonly string[], removeObjects = true) {
    return app.get(RecordingDeletionService).deleteSessions(ids, removeObjects);
  }

  async function doomedKeys({ dataSource }: IndexFixture): Promise<string[]> {
    const jobs = await dataSource.manager.findBy(Job, { kind: 'delete' });
    return jobs.map(({ objectKey }) => objectKey.slice(DIRECTORY.length + 1)).sort();
  }

  it('deletes all rows of a session and has its objects deleted', async () => {
    await using fixture = await startIndex();
    const { dataSource, index } = fixture;
    await recordEnded(fixture, { segments: [1, 2] });
    await index.commitGap('s1', { kind: 'audio', startMs: 3000, durationMs: 40, cause: 'loss' });

    await expect(deleteSessions(fixture, ['s1'])).resolves.toMatchObject({ directories: [DIRECTORY], segmentCount: 2 });

    for (const entity of [
      ...[CompletenessRow, GapRow, GapSumRow, Recording, RecordingSession, SegmentRow, SessionPart, TrackRow],
    ]) {
      await expect(dataSource.manager.count<object>(entity)).resolves.toBe(0);
    }
    expect(await doomedKeys(fixture)).toEqual([
      'audio.m3u8',
      'audio_init.m4s',
      'audio_seg_0001.m4s',
      'audio_seg_0002.m4s',
      'index.m3u8',
      'init.m4s',
      'manifest.mpd',
      'seg_0001.m4s',
      'seg_0002.m4s',
      'session_s1.json',
      'video.m3u8',
    ]);
    const media = await dataSource.manager.findOneByOrFail(Job, { objectKey: `${DIRECTORY}/seg_0001.m4s` });
    expect(media.sizeBytes).toBe(segmentClosed(1, { startMs: 0 }).objects[0]?.sizeBytes);
  });

  it('keeps what another session of the directory needs, in rows, objects and manifests', async () => {
    await using fixture = await startIndex();
    const { dataSource, manifests } = fixture;
    await recordEnded(fixture, { segments: [1] });
    await recordEnded(fixture, { id: 's2', startedAt: LATER, segments: [2] });

    await deleteSessions(fixture, ['s1']);

    expect(await doomedKeys(fixture)).toEqual(['audio_seg_0001.m4s', 'seg_0001.m4s', 'session_s1.json']);
    await expect(dataSource.manager.findBy(SegmentRow, {})).resolves.toMatchObject([{ number: 2, sessionId: 's2' }]);
    await expect(dataSource.manager.count(Recording)).resolves.toBe(1);
    const playlist = (await manifests.document(DIRECTORY, 'video.m3u8'))?.body.toString();
    expect(playlist).toContain('seg_0002.m4s');
    expect(playlist).not.toContain('seg_0001.m4s');
    expect(await untrueRows(fixture)).toEqual([]);
  });

  it('has manifests that could not be written after a deletion written by the next start', async () => {
    await using fixture = await startIndex();
    const { dataSource, sessions, index, manifests } = fixture;
    await recordEnded(fixture, { segments: [1] });
    await recordEnded(fixture, { id: 's2', startedAt: LATER, segments: [2] });
    await index.sessionPublished('s2');

    const publish = jest.spyOn(manifests, 'publish').mockRejectedValue(new Error('the disk is full'));
    await deleteSessions(fixture, ['s1']);
    await expect(sessions.unpublishedSessions()).resolves.toMatchObject([{ id: 's2' }]);

    publish.mockRestore();
    await recordEnded(fixture, { id: 's3', startedAt: LATER, segments: [3] });
    await deleteSessions(fixture, ['s3']);
    await expect(dataSource.manager.findBy(RecordingSession, { publishedAt: IsNull() })).resolves.toEqual([]);
  });

  it('points the day at another directory of it', async () => {
    await using fixture = await startIndex();
    const { dataSource } = fixture;
    await recordEnded(fixture, { segments: [1] });
    await recordEnded(fixture, { id: 's2', startedAt: LATER, directory: 'kept', baseDir: 'kept', segments: [1] });

    await deleteSessions(fixture, ['s1']);

    await expect(dataSource.manager.find(Recording)).resolves.toMatchObject([
      { day: 20, mpdPath: 'kept/manifest.mpd' },
    ]);
  });

  it('deletes nothing when one of the sessions records, is held or does not exist', async () => {
    await using fixture = await startIndex();
    const { dataSource } = fixture;
    await recordEnded(fixture, { segments: [1] });
    await recordEnded(fixture, { id: 's2', startedAt: LATER, segments: [2] });
    await dataSource.manager.update(RecordingSession, { id: 's2' }, { heldAt: LATER });
    await record(fixture, { id: 's3', startedAt: LATER, segments: [3] });

    await expect(deleteSessions(fixture, ['s1', 's2'])).rejects.toMatchObject({ code: 'recording-session-held' });
    await expect(deleteSessions(fixture, ['s1', 's3'])).rejects.toMatchObject({ code: 'recording-session-running' });
    await expect(deleteSessions(fixture, ['s1', 's4'])).rejects.toMatchObject({ code: 'recording-session-not-found' });
    await expect(dataSource.manager.count(SegmentRow)).resolves.toBe(3);
    expect(await doomedKeys(fixture)).toEqual([]);
  });

  it('leaves files and the whole session file where objects stay, and takes the manifests away', async () => {
    await using fixture = await startIndex();
    const { dataSource, root } = fixture;
    await recordEnded(fixture, { segments: [1, 2] });

    await deleteSessions(fixture, ['s1'], false);

    await expect(dataSource.manager.count(RecordingSession)).resolves.toBe(0);
    expect(await doomedKeys(fixture)).toEqual(['audio.m3u8', 'index.m3u8', 'manifest.mpd', 'video.m3u8']);
    for (const name of ['seg_0001.m4s', 'session_s1.json']) expect(existsSync(join(root, DIRECTORY, name))).toBe(true);
  });

  it('is taken back by a reindex that is told to where objects stayed', async () => {
    await using fixture = await ArchiveFixture.make();
    const { archive, rows } = fixture;
    await fixture.record([1, 2, 3]);
    const before = await rows.find(SegmentRow, { order: { number: 'ASC' } });

    await deleteRows(rows, archive.outbox, ['s1'], { removeObjects: false, reason: 'deleted', timeZone: 'UTC' });
    await expect(rows.count(SegmentRow)).resolves.toBe(0);
    await reindex(archive, { takeBack: true });

    const after = await rows.find(SegmentRow, { order: { number: 'ASC' } });
    expect(after.map(({ number, objects }) => ({ number, objects }))).toEqual(
      before.map(({ number, objects }) => ({ number, objects })),
    );
    await expect(rows.find(RecordingSession)).resolves.toMatchObject([{ id: 's1', segmentCount: 3 }]);
  });

  it('is not undone by a reindex where objects still wait to be deleted', async () => {
    await using fixture = await ArchiveFixture.make();
    const { archive, rows } = fixture;
    await fixture.record([1, 2, 3]);

    await deleteRows(rows, archive.outbox, ['s1'], { removeObjects: true, reason: 'deleted', timeZone: 'UTC' });
    await reindex(archive);

    await expect(rows.count(RecordingSession)).resolves.toBe(0);
  });

  it('never gives a name of something deleted to other media', async () => {
    await using fixture = await startIndex();
    const { directories } = fixture;
    await recordEnded(fixture, { segments: [1, 2] });
    await deleteSessions(fixture, ['s1']);

    await expect(directories.directoryState('other/2026/11/20')).resolves.toMatchObject({ nextSegmentNumber: 1 });
    await expect(directories.directoryState(DIRECTORY)).resolves.toMatchObject({
      nextSegmentNumber: 3,
      nextInitNumber: { video: 2, audio: 2 },
      knownInits: [],
    });
  });

  it('keeps an init for the session that records there and was told of it', async () => {
    await using fixture = await startIndex();
    const { dataSource, index } = fixture;
    await recordEnded(fixture, { segments: [1] });
    await index.openSession(sessionInput({ id: 's2', startedAt: LATER }));

    await deleteSessions(fixture, ['s1']);
    await index.commitTrack('s2', recordedTrack('v1'));

    expect(await doomedKeys(fixture)).not.toContain('init.m4s');
    await expect(dataSource.manager.find(TrackRow, { order: { trackId: 'ASC' } })).resolves.toMatchObject([
      { sessionId: 's2', trackId: 'a1' },
      { sessionId: 's2', trackId: 'v1' },
    ]);
  });

  it('keeps an init for a recording that has no row yet', async () => {
    await using fixture = await startIndex();
    const { dataSource, directories, index } = fixture;
    await recordEnded(fixture, { segments: [1] });
    await directories.directoryState(DIRECTORY);

    await deleteSessions(fixture, ['s1']);
    const job = await dataSource.manager.findOneByOrFail(Job, { objectKey: `${DIRECTORY}/init.m4s` });
    expect(job.dueAt.getTime()).toBeGreaterThan(Date.now() + 100_000);

    await index.openSession(sessionInput({ id: 's2', startedAt: LATER }));
    await index.commitTrack('s2', recordedTrack('v1'));
    expect(await doomedKeys(fixture)).not.toContain('init.m4s');
  });

  it('keeps manifests that were written anew', async () => {
    await using fixture = await startIndex();
    await recordEnded(fixture, { segments: [1] });
    await deleteSessions(fixture, ['s1']);

    await recordEnded(fixture, { id: 's2', startedAt: LATER, segments: [2] });

    expect(await doomedKeys(fixture)).toEqual(['audio_seg_0001.m4s', 'seg_0001.m4s', 'session_s1.json']);
  });

  it('deletes a long session in short transactions, between which its rows are true', async () => {
    await using fixture = await startIndex();
    const { dataSource } = fixture;
    const numbers = Array.from({ length: 150 }, (_, position) => position + 1);
    await recordEnded(fixture, { segments: numbers });

    const seen = new Set<number>();
    // One statement: between two of them a transaction may end.
    const both = async (): Promise<Record<'told' | 'there', string | number> | undefined> => {
      const there = `(SELECT COUNT(*) FROM "segments" WHERE "session_id" = "id") AS "there"`;
      const [row] = await dataSource.query<Record<'told' | 'there', string | number>[]>(
        `SELECT "segment_count" AS "told", ${there} FROM "recording_sessions" WHERE "id" = 's1'`,
      );
      return row;
    };
    const deletion = deleteSessions(fixture, ['s1']);
    for (let counts = await both(); counts !== undefined; counts = await both()) {
      seen.add(Number(counts.told));
      expect(Number(counts.there)).toBe(Number(counts.told));
      await setImmediate();
    }

    await expect(deletion).resolves.toMatchObject({ segmentCount: 150 });
    expect([...seen].filter((count) => count > 0)).toEqual([150, 50]);
    await expect(dataSource.manager.countBy(Job, { kind: 'delete' })).resolves.toBe(150 * 2 + 7);
  });

  it('ends with the present transaction when the server stops, and goes on from there', async () => {
    await using fixture = await startIndex();
    const { sessions, app } = fixture;
    const numbers = Array.from({ length: 450 }, (_, position) => position + 1);
    await recordEnded(fixture, { segments: numbers });
    const service = app.get(RecordingDeletionService);

    const deletion = service.deleteSessions(['s1'], true);
    const refusal = expect(deletion).rejects.toMatchObject({ code: 'deletion-interrupted' });
    while ((await sessions.session('s1'))?.segmentCount === 450) await setImmediate();
    service.beforeApplicationShutdown();
    await refusal;

    const left = (await sessions.session('s1'))?.segmentCount ?? 0;
    expect([350, 250, 150, 50]).toContain(left);
    await expect(sessions.session('s1')).resolves.toMatchObject({ firstMediaMs: (450 - left) * 6000 });
    expect(await untrueRows(fixture)).toEqual([]);
  });

  it('deletes a session that never had media', async () => {
    await using fixture = await startIndex();
    const { dataSource, index } = fixture;
    await index.openSession(sessionInput());
    await index.commitTrack('s1', recordedTrack('v1'));
    await index.setSessionState('s1', ENDED);

    await deleteSessions(fixture, ['s1']);

    await expect(dataSource.manager.count(TrackRow)).resolves.toBe(0);
    expect(await doomedKeys(fixture)).toContain('init.m4s');
  });
});
