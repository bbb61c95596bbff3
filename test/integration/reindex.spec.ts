import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { fsck } from '../../src/modules/index/fsck/fsck.js';
import { reindex } from '../../src/modules/index/reindex/reindex.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { createStorageDriver } from '../../src/modules/storage/drivers/index.js';
import { StorageCallUnsupportedError } from '../../src/modules/storage/storage.errors.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { ArchiveFixture, DIRECTORY } from './support/archive-fixture.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases(() => {
  const TABLES = [
    Recording,
    RecordingSession,
    SessionPart,
    TrackRow,
    SegmentRow,
    GapRow,
    GapSumRow,
    CompletenessRow,
  ] as const;
  /** When a row was written is not what it says. */
  const WRITTEN_AT = ['createdAt', 'updatedAt', 'publishedAt', 'releasedAt'];

  /** Every row of the index but for when it was written, by table. */
  async function rowsOf({ rows }: ArchiveFixture): Promise<Record<string, string[]>> {
    const tables: [string, string[]][] = [];
    for (const entity of TABLES) {
      const found = await rows.find<object>(entity);
      const facts = found.map((row) =>
        JSON.stringify(
          Object.entries(row)
            .filter(([name]) => !WRITTEN_AT.includes(name))
            .sort(),
        ),
      );
      tables.push([entity.name, facts.sort()]);
    }
    return Object.fromEntries(tables);
  }

  async function kindsFound({ archive }: ArchiveFixture): Promise<string[]> {
    const kinds: string[] = [];
    const listener = { finding: ({ kind }: { kind: string }) => kinds.push(kind), note: () => undefined };
    await fsck(archive, { deep: true, repair: false }, listener);
    return kinds;
  }

  /** Two days of a stream, one of them with two sessions, and what another stream has just begun. */
  async function recordMuch(fixture: ArchiveFixture): Promise<void> {
    await fixture.record([1, 2, 3]);
    await fixture.record([4, 5], { id: 's2', startedAt: new Date('2026-11-20T13:00:00.000Z') });
    const tomorrow = { directory: 'cam/2026/11/21', startedAt: new Date('2026-11-21T01:00:00.000Z') };
    await fixture.record([1], { id: 's3', ...tomorrow });
    await fixture.record([1, 2], { id: 's4', stream: 'a/b', directory: 'a/b/2026/11/20', isCompleted: false });
    await fixture.rows.update(RecordingSession, { id: 's2' }, { heldAt: new Date(), unrecorded: [] });
    for (const directory of [DIRECTORY, tomorrow.directory]) await fixture.manifests.publish(directory);
  }

  it('makes the rows again that were there', async () => {
    await using fixture = await ArchiveFixture.make();
    await recordMuch(fixture);
    await using rebuilt = await fixture.withoutRows();

    const summary = await reindex(rebuilt.archive);

    expect(summary).toEqual({
      sessions: 4,
      segments: 8,
      adopted: 0,
      lost: 0,
      left: 0,
      unreadable: [],
      quarantined: [],
    });
    const before = await rowsOf(fixture);
    expect({ ...(await rowsOf(rebuilt)), RecordingSession: [] }).toEqual({ ...before, RecordingSession: [] });
    const [sessions, sessionsBefore] = [await rowsOf(rebuilt), before].map(({ RecordingSession: rows }) => rows);
    expect(sessions).toEqual(sessionsBefore?.map((row) => row.replace('["unrecorded",null]', '["unrecorded",[]]')));
    expect(await kindsFound(rebuilt)).toEqual([]);
  });

  it('makes the same rows a second time, over those that are there', async () => {
    await using fixture = await ArchiveFixture.make();
    await recordMuch(fixture);
    await using rebuilt = await fixture.withoutRows();
    await reindex(rebuilt.archive);
    const first = await rowsOf(rebuilt);

    await reindex(rebuilt.archive);

    expect(await rowsOf(rebuilt)).toEqual(first);
  });

  it('makes rows of media alone when no session file is left, and cuts what a crash left open', async () => {
    await using fixture = await ArchiveFixture.make();
    await fixture.record([1, 2, 3]);
    await rm(fixture.path('session_s1.json'));
    await truncate(fixture.path('seg_0003.m4s'), 4000);
    await writeFile(fixture.path('seg_0004.m4s'), 'no media');
    await using rebuilt = await fixture.withoutRows();

    const summary = await reindex(rebuilt.archive);

    expect(summary).toMatchObject({ sessions: 1, segments: 3, adopted: 3 });
    expect(summary.quarantined).toEqual([`${DIRECTORY}/seg_0004.m4s.quarantined`]);
    const rows = await rebuilt.rows.find(SegmentRow, { order: { number: 'ASC' } });
    const before = await fixture.rows.find(SegmentRow, { order: { number: 'ASC' } });
    const facts = ({ objects }: SegmentRow) => objects.map(({ trackId: _, ...object }) => object);
    expect(rows.slice(0, 2).map(facts)).toEqual(before.slice(0, 2).map(facts));
    expect(rows.map(({ period }) => period)).toEqual([0, 0, 0]);
    expect(rows[2]?.objects[0]).toMatchObject({ startTicks: 1_080_000, durationTicks: 180_000 });
    expect(await rebuilt.rows.find(RecordingSession)).toMatchObject([
      { stream: 'cam', directory: DIRECTORY, state: 'completed', segmentCount: 3, baseDir: null, endMs: 18_000 },
    ]);
    expect(await kindsFound(rebuilt)).toEqual([]);
  });

  it('gives segments that no session file names to the session around them, or to one of their own', async () => {
    await using fixture = await ArchiveFixture.make();
    await fixture.record([1, 2, 3, 4]);
    await fixture.rows.delete(SegmentRow, { number: 2 });
    await fixture.manifests.publish(DIRECTORY);
    await fixture.writeSegment(5, 24_000);
    await fixture.writeSegment(6, 0);
    await fixture.writeSegment(7, 6000);
    await using rebuilt = await fixture.withoutRows();

    await reindex(rebuilt.archive);

    const rows = await rebuilt.rows.find(SegmentRow, { order: { number: 'ASC' } });
    expect(
      rows.map(({ number, sessionId, period }) => `${String(number)} ${String(sessionId === 's1')} ${String(period)}`),
    ).toEqual(['1 true 0', '2 true 0', '3 true 0', '4 true 0', '5 true 0', '6 false 0', '7 false 0']);
    expect(new Set(rows.slice(5).map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(await kindsFound(rebuilt)).toEqual([]);
  });

  it('takes up what fsck finds without rows in the same way', async () => {
    await using fixture = await ArchiveFixture.make();
    await recordMuch(fixture);
    const before = await rowsOf(fixture);
    for (const entity of [SegmentRow, TrackRow, SessionPart, GapRow, GapSumRow, CompletenessRow]) {
      await fixture.rows.delete(entity, { sessionId: 's2' });
    }
    await fixture.rows.delete(RecordingSession, { id: 's2' });
    const listener = { finding: () => undefined, note: () => undefined };

    const { findings, repaired } = await fsck(fixture.archive, { deep: false, repair: true }, listener);

    expect(findings).toBe(repaired);
    expect(await rowsOf(fixture)).toEqual(before);
    expect(await kindsFound(fixture)).toEqual([]);
  });

  it('leaves out what is ordered to be deleted', async () => {
    await using fixture = await ArchiveFixture.make();
    await fixture.record([1, 2]);
    const names = ['session_s1.json', 'seg_0001.m4s', 'audio_seg_0001.m4s', 'seg_0002.m4s', 'audio_seg_0002.m4s'];
    const keys = names.map((name) => parseObjectKey(`${DIRECTORY}/${name}`));
    await fixture.archive.outbox.delete(fixture.rows, keys);

    expect(await reindex(fixture.archive)).toMatchObject({ sessions: 0, segments: 0 });
  });

  describe('with a bucket', () => {
    it('makes the rows again from the bucket alone', async () => {
      await using fixture = await ArchiveFixture.make('bucket');
      await recordMuch(fixture);
      await fixture.upload();
      for (const stream of ['cam', 'a']) await rm(join(fixture.root, stream), { recursive: true });
      await using rebuilt = await fixture.withoutRows();

      expect(await reindex(rebuilt.archive)).toMatchObject({ sessions: 4, segments: 8, adopted: 0, lost: 0 });

      const { RecordingSession: _, ...before } = await rowsOf(fixture);
      expect(await rowsOf(rebuilt)).toMatchObject(before);
      expect(await rebuilt.rows.countBy(Job, { lane: 'media' })).toBe(0);
    });

    it('has uploaded what only the spool has', async () => {
      await using fixture = await ArchiveFixture.make('bucket');
      await fixture.record([1, 2]);
      await using rebuilt = await fixture.withoutRows();

      await reindex(rebuilt.archive);

      expect(await rebuilt.rows.find(SegmentRow)).toMatchObject([{ state: 'uploading' }, { state: 'uploading' }]);
      expect(await rebuilt.rows.countBy(Job, { kind: 'upload', lane: 'media' })).toBe(6);
    });
  });

  describe('with a bucket that lists nothing', () => {
    it('leaves rows and orders as they are, as fsck does, and lets recordings begin', async () => {
      const url = 'http://127.0.0.1:9';
      const bucket = await createStorageDriver({ type: 'liveman', url, token: undefined, presignSeconds: 300 });
      await using fixture = await ArchiveFixture.make(bucket);
      await fixture.record([1, 2]);
      const before = await rowsOf(fixture);
      const orders = await fixture.rows.count(Job);

      await expect(reindex(fixture.archive)).rejects.toThrow(StorageCallUnsupportedError);
      await expect(kindsFound(fixture)).rejects.toThrow(StorageCallUnsupportedError);

      expect(await rowsOf(fixture)).toEqual(before);
      expect(await fixture.rows.count(Job)).toBe(orders);
      await expect(fixture.directories.directoryState('cam/2026/11/22')).resolves.toBeDefined();
    });
  });
});
