import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { migrations } from '../../src/migrations/index.js';
import { indexEntities } from '../../src/modules/index/entities/index.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';

let dataSource: DataSource;

beforeEach(async () => {
  const entities = [...indexEntities, Job];
  dataSource = await new DataSource(dataSourceOptions('sqlite://:memory:', { entities, migrations })).initialize();
});

afterEach(async () => {
  await dataSource.destroy();
});

it('makes exactly the tables that the entities describe', async () => {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();

  expect(upQueries.map(({ query }) => query)).toEqual([]);
});

it('makes the table that the documents describe', async () => {
  const columns = await dataSource.query<{ name: string; notnull: number }[]>('PRAGMA table_info("recordings")');

  expect(columns.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['id', 'stream', 'year', 'month', 'day', 'mpd_path', 'created_at', 'updated_at']),
  );
  expect(columns.every(({ notnull }) => notnull === 1)).toBe(true);
});

it('has nothing to do on the second start', async () => {
  await expect(dataSource.runMigrations()).resolves.toEqual([]);
});

it('takes everything back and makes it again', async () => {
  for (const _ of migrations) await dataSource.undoLastMigration();
  expect(await tableNames()).toEqual(['migrations']);

  await dataSource.runMigrations();
  expect(await tableNames()).toEqual(
    expect.arrayContaining(['jobs', 'nodes', 'recording_sessions', 'recordings', 'segments', 'tracks']),
  );
});

it('sums up the gaps that are there already', async () => {
  while ((await tableNames()).includes('gap_sums')) await dataSource.undoLastMigration();
  for (const [startMs, durationMs] of [
    [0, 40],
    [500, 60],
  ]) {
    await dataSource.query('INSERT INTO gaps VALUES (?, ?, ?, ?, ?, ?)', [
      's1',
      'audio',
      startMs,
      durationMs,
      'loss',
      '',
    ]);
  }

  await dataSource.runMigrations();

  expect(await dataSource.query('SELECT * FROM gap_sums')).toEqual([
    { session_id: 's1', kind: 'audio', cause: 'loss', gap_count: 2, gap_ms: 100, end_ms: 560 },
  ]);
});

it.each([
  ['a stream has one row a day', 'recordings_stream_day_uq'],
  ['a stream has one running session on a node', 'recording_sessions_running_uq'],
])('holds by an index that %s', async (_rule, name) => {
  const indexes = await dataSource.query<{ name: string; unique: number }[]>(
    `SELECT l.name, l."unique" FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table'`,
  );
  const sql = await dataSource.query<{ sql: string }[]>(`SELECT sql FROM sqlite_master WHERE sql LIKE ?`, [
    `%${name}%`,
  ]);

  expect(sql).toHaveLength(1);
  expect(
    indexes.some((index) => index.unique === 1 && (index.name === name || sql[0]?.sql.includes(`"${name}" UNIQUE`))),
  ).toBe(true);
});

async function tableNames(): Promise<string[]> {
  const rows = await dataSource.query<{ name: string }[]>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}
