import { migrations } from '../../src/migrations/index.js';
import { lastChange } from '../../src/modules/index/deletion/gone-segments.js';
import { mergePlaces } from '../../src/modules/index/deletion/merge-places.js';
import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import { trimSession } from '../../src/modules/index/deletion/trim-session.js';
import { SegmentRow } from '../../src/modules/index/entities/index.js';
import { SegmentUploads } from '../../src/modules/index/object-state/segment-uploads.js';
import { SessionHoldService } from '../../src/modules/index/sessions/session-hold.service.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/memory.driver.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import { databaseSettings, overBothDatabases } from '../support/databases.js';
import { PostgresServer } from '../support/postgres-server.js';
import { describeWith } from '../support/tools.js';
import { until } from '../support/wait.js';
import { DIRECTORY, record, segmentClosed, sessionInput, START, startIndex } from './support/index-fixture.js';
import { untrueRows } from './support/untrue-rows.js';

const RUNS = Array.from({ length: 20 }, (_, number) => number);

overBothDatabases((database) => {
  it('leaves sums true whatever is written of a session and its directory at the same time', async () => {
    await using fixture = await startIndex();
    const { app, sessions, index } = fixture;
    await record(fixture, { segments: [1, 2, 3] });
    await index.setSessionState('s1', { state: 'completed', endedAt: new Date() });
    await record(fixture, { id: 's2', nodeAlias: 'node-2', segments: [4] });

    await Promise.all([
      ...RUNS.map((number) =>
        index.commitSegment(segmentClosed(5 + number, { startMs: 6000 * (1 + number), sessionId: 's2' })),
      ),
      ...RUNS.map((number) =>
        index.commitGap('s2', { kind: 'video', startMs: number * 100, durationMs: 40, cause: 'loss' }),
      ),
      ...RUNS.map((number) =>
        index.countReception('s2', [
          { kind: 'video', packetsReceived: number, packetsRepaired: 0, packetsLost: 0, framesDropped: 0 },
        ]),
      ),
      app.get(RecordingDeletionService).deleteSessions(['s1'], true),
    ]);

    await expect(sessions.session('s2')).resolves.toMatchObject({ segmentCount: 21, gapCount: 20, gapMs: 800 });
    expect(await untrueRows(fixture)).toEqual([]);
  });

  it('opens one of many sessions of a stream that begin at the same time', async () => {
    await using fixture = await startIndex();

    const outcomes = await Promise.allSettled(
      RUNS.map((number) => fixture.index.openSession(sessionInput({ id: `s${String(number)}` }))),
    );

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes.filter((one) => one.status === 'rejected')) {
      expect(outcome.reason).toMatchObject({ kind: 'conflict' });
    }
  });

  it('never deletes what is held, and never holds what is being deleted', async () => {
    await using fixture = await startIndex();
    const { app, sessions, index } = fixture;
    await record(fixture, { segments: [1, 2, 3] });
    await index.setSessionState('s1', { state: 'completed', endedAt: new Date() });

    const [held, deleted] = await Promise.allSettled([
      app.get(SessionHoldService).hold('s1'),
      app.get(RecordingDeletionService).deleteSessions(['s1'], true),
    ]);

    expect([held.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect((await sessions.session('s1')) === undefined).toBe(deleted.status === 'fulfilled');
  });

  it('keeps the places of all segments that went away when two servers put them together', async () => {
    await using fixture = await startIndex();
    const { app, dataSource } = fixture;
    await record(fixture, { segments: [1, 2, 3, 4, 5, 6, 7] });
    const changes: number[] = [];
    for (const seconds of [18, 36]) {
      const endedBy = new Date(START.getTime() + seconds * 1000);
      const selection = { endedBy, onlyStored: false, timeZone: 'UTC' };
      await trimSession(dataSource.manager, app.get(OutboxService), 's1', selection);
      changes.unshift(await lastChange(dataSource.manager, 'cam'));
    }
    const part = { directory: DIRECTORY, sessionId: 's1', stream: 'cam' };
    const merging: Promise<void>[] = [];
    const waiting = async (): Promise<number> => {
      if (database === 'SQLite') return merging.length;
      const [found] = await dataSource.query<{ count: string }[]>(
        `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return Number(found?.count);
    };

    // Both wait for rows that somebody else has; the one that merges more goes on first.
    await inTransaction(dataSource, async (manager) => {
      if (database === 'PostgreSQL') await manager.query('SELECT 1 FROM "gone_segments" FOR UPDATE');
      for (const change of changes) {
        merging.push(mergePlaces(dataSource, [part], new Date(change + 1)));
        await until(async () => (await waiting()) === merging.length, 'it waits');
      }
    });
    await Promise.all(merging);

    expect(await dataSource.query('SELECT "number", "last_number" FROM "gone_segments"')).toEqual([
      { number: 1, last_number: 6 },
    ]);
  });

  it('has a segment stored whose objects are uploaded at the same time', async () => {
    await using fixture = await startIndex({}, { bucket: new MemoryStorageDriver() });
    const { app, dataSource } = fixture;
    await record(fixture, { segments: RUNS.map((number) => number + 1) });
    const uploads = app.get(SegmentUploads);
    const rows = await dataSource.manager.find(SegmentRow);

    await Promise.all(
      rows
        .flatMap(({ objects }) => objects)
        .map(({ objectKey }) =>
          inTransaction(dataSource, async (manager) => {
            await manager.delete(Job, { kind: 'upload', objectKey });
            await uploads.stored(manager, parseObjectKey(objectKey));
          }),
        ),
    );

    await expect(dataSource.manager.countBy(SegmentRow, { directory: DIRECTORY, state: 'stored' })).resolves.toBe(20);
  });
});

describeWith('postgres')('PostgreSQL', () => {
  let postgres: PostgresServer;
  const persisted = { entities: [Job], migrations };

  beforeAll(async () => {
    postgres = await PostgresServer.start();
  });
  afterAll(async () => {
    await postgres[Symbol.asyncDispose]();
  });

  it('gets its tables once from servers that start at the same time', async () => {
    const settings = databaseSettings(postgres.url(await postgres.createDatabase()));

    const opened = await Promise.all(
      RUNS.slice(0, 4).map(() => openDataSource(dataSourceOptions(settings, persisted))),
    );

    const rows = await opened[0]?.query<unknown[]>('SELECT * FROM "migrations"');
    expect(rows).toHaveLength(migrations.length);
    for (const dataSource of opened) await dataSource.destroy();
  });

  it('is gone on with after it has ended every connection', async () => {
    const url = postgres.url(await postgres.createDatabase());
    const dataSource = await openDataSource(dataSourceOptions(databaseSettings(url), persisted));
    await Promise.all(RUNS.map(() => dataSource.query('SELECT 1')));
    const slow = inTransaction(dataSource, (manager) => manager.query('SELECT pg_sleep(60)'));
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aircheck'`;
    await Promise.all([expect(slow).rejects.toThrow(), postgres.query(end)]);

    // What of the pool was lost without anybody using it is seen when it is used.
    await until(
      async () => (await inTransaction(dataSource, (manager) => manager.count(Job))) === 0,
      'the database answers',
    );
    await dataSource.destroy();
  });

  it('is not told on by its URL when it cannot be reached', async () => {
    const settings = databaseSettings('postgres://ann:s3cret@127.0.0.1:1/aircheck');

    const refused = openDataSource(dataSourceOptions(settings, persisted));

    await expect(refused).rejects.toThrow(
      'the database that database.url names cannot be used (Error: connect ECONNREFUSED',
    );
    await expect(refused).rejects.not.toThrow('s3cret');
  });
});
