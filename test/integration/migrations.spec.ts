import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { migrations } from '../../src/migrations/index.js';
import { AuditEvent } from '../../src/modules/audit/entities/audit-event.entity.js';
import { Account } from '../../src/modules/auth/entities/account.entity.js';
import { RevokedToken } from '../../src/modules/auth/entities/revoked-token.entity.js';
import { ExportRow } from '../../src/modules/exports/entities/export-row.entity.js';
import { indexEntities } from '../../src/modules/index/entities/index.js';
import { storageEntities } from '../../src/modules/storage/entities/index.js';
import { SigningKeyRow } from '../../src/modules/playback-urls/entities/signing-key.entity.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { databaseSettings, makeDatabase, overBothDatabases } from '../support/databases.js';

const entities = [...indexEntities, ...storageEntities, ExportRow, RevokedToken, Account, AuditEvent, SigningKeyRow];
const persisted = { entities, migrations };

overBothDatabases(() => {
  let folder: string;
  let url: string;
  let dataSource: DataSource;

  const open = (): Promise<DataSource> => openDataSource(dataSourceOptions(databaseSettings(url), persisted));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-migrations-'));
    ({ url } = await makeDatabase(folder));
    dataSource = await open();
  });

  afterEach(async () => {
    await dataSource.destroy();
    await rm(folder, { recursive: true });
  });

  it('makes exactly the tables that the entities describe', async () => {
    expect(await differences()).toEqual([]);
  });

  it('makes the table that the documents describe', async () => {
    const table = await tableOf('recordings');

    expect(table.columns.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['id', 'stream', 'year', 'month', 'day', 'mpd_path', 'created_at', 'updated_at']),
    );
    expect(table.columns.filter(({ isNullable }) => isNullable)).toEqual([]);
  });

  it('has nothing to do on the second start', async () => {
    await expect(dataSource.runMigrations()).resolves.toEqual([]);
  });

  it('takes everything back and makes it again', async () => {
    for (const _ of migrations) await dataSource.undoLastMigration();
    expect(await tableNames()).toEqual(['migrations']);

    await dataSource.runMigrations();

    expect(await differences()).toEqual([]);
  });

  it('keeps rows that are there already, step by step down and up again', async () => {
    await insertSession(dataSource);
    while ((await tableNames()).includes('gap_sums')) await dataSource.undoLastMigration();
    for (const startMs of [0, 500]) {
      await dataSource.query(
        `INSERT INTO "gaps" ("session_id", "kind", "start_ms", "duration_ms", "cause", "created_at")
         VALUES ('s1', 'audio', ${String(startMs)}, 60, 'loss', '2026-11-20T12:00:00.000Z')`,
      );
    }

    await dataSource.runMigrations();

    const sums = await dataSource.query<object[]>('SELECT * FROM "gap_sums"');
    expect(sums.map((row) => Object.values(row).map(String))).toEqual([['s1', 'audio', 'loss', '2', '120', '560']]);
    const sessions = await dataSource.query<{ id: string; published_at: string | Date }[]>(
      'SELECT "id", "published_at" FROM "recording_sessions"',
    );
    expect(sessions.map(({ id, published_at: at }) => [id, new Date(at).toISOString()])).toEqual([
      ['s1', '2026-11-20T12:00:06.007Z'],
    ]);
  });

  it.each([
    ['a stream has one row a day', 'recordings', ['stream', 'year', 'month', 'day']],
    ['a stream has one running session on a node', 'recording_sessions', ['stream', 'node_alias']],
  ])('holds by an index that %s', async (_rule, name, columns) => {
    const { indices, uniques } = await tableOf(name);
    const unique = [...indices.filter(({ isUnique }) => isUnique), ...uniques].map(({ columnNames }) => columnNames);

    expect(unique.map((names) => [...names].sort())).toContainEqual([...columns].sort());
  });

  it('keeps instants to the millisecond and large numbers as they are', async () => {
    const { type, precision, length } = await columnOf('recording_sessions', 'started_at');
    const isPostgres = dataSource.options.type === 'postgres';

    expect(type).toBe(isPostgres ? 'timestamp with time zone' : 'varchar');
    expect(isPostgres ? precision : length).toBe(isPostgres ? 3 : '24');
    expect((await columnOf('segments', 'lost_tracks')).type).toBe(isPostgres ? 'jsonb' : 'text');
    expect((await columnOf('segments', 'start_ms')).type).toBe('bigint');
  });

  async function differences(): Promise<string[]> {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  }

  async function tableOf(name: string) {
    const queryRunner = dataSource.createQueryRunner();
    try {
      const table = await queryRunner.getTable(name);
      if (table === undefined) throw new Error(`There is no table ${name}.`);
      return table;
    } finally {
      await queryRunner.release();
    }
  }

  async function columnOf(table: string, name: string) {
    const column = (await tableOf(table)).findColumnByName(name);
    if (column === undefined) throw new Error(`${table} has no column ${name}.`);
    return column;
  }

  async function tableNames(): Promise<string[]> {
    const queryRunner = dataSource.createQueryRunner();
    try {
      const tables = await queryRunner.getTables();
      const names = tables.map(({ name }) => name.replace(/^public\./, ''));
      return names
        .filter((name) => !name.startsWith('sqlite_') && !/^(pg_catalog|information_schema)\./.test(name))
        .sort();
    } finally {
      await queryRunner.release();
    }
  }
});

/** One that has ended. */
async function insertSession({ manager }: DataSource): Promise<void> {
  const at = (ms: number): Date => new Date(Date.UTC(2026, 10, 20, 12) + ms);
  const row = {
    ...{ id: 's1', stream: 'cam', nodeAlias: 'node-1', trigger: 'auto', state: 'completed', reason: 'requested' },
    ...{ directory: 'cam/2026/11/20', baseDir: null, mpdPath: 'cam/2026/11/20/manifest.mpd' },
    ...{
      startedAt: at(0),
      interruptedAt: null,
      endedAt: at(6000),
      anchoredAt: at(0),
      heldAt: null,
      syncState: null,
      unrecorded: [],
    },
    ...{ firstMediaMs: 0, endMs: 6000, durationMs: 6000, sizeBytes: 2 ** 40, segmentCount: 1, nextPeriod: 1 },
    ...{ gapCount: 0, gapMs: 0, publishedAt: at(6007), createdAt: at(0), updatedAt: at(6007) },
  };
  await manager.insert('recording_sessions', row);
}
