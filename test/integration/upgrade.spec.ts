import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource, TableColumn } from 'typeorm';
import { migrations } from '../../src/migrations/index.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { databaseSettings, makeEmptyDatabase, overBothDatabases } from '../support/databases.js';

type Row = Readonly<Record<string, unknown>>;

const AT = '2026-11-20T12:00:00.000Z';
/** What tables refer to each other by; everything else is told by its type. */
const BY_NAME: Readonly<Record<string, string>> = {
  session_id: 's1',
  directory: 'cam/2026/11/20',
  stream: 'cam',
  node_alias: 'node-1',
  state: 'completed',
  kind: 'video',
  objects:
    '[{"trackId":"video","objectKey":"cam/2026/11/20/seg_0001.m4s","startTicks":0,"durationTicks":540000,"sizeBytes":1000,"independent":true,"kind":"video","timescale":90000,"samples":180,"sha256":"00"},{"trackId":"audio","objectKey":"cam/2026/11/20/audio_seg_0001.m4s","startTicks":9007199254740,"durationTicks":288000,"sizeBytes":100,"independent":false,"kind":"audio","timescale":48000,"samples":300,"sha256":"01"}]',
};
/** The same in lines, as this version has them. */
const LINES_OF_OBJECTS = [
  [
    ['video', 'cam/2026/11/20/seg_0001.m4s', 0, 540_000, 1000, true],
    ['audio', 'cam/2026/11/20/audio_seg_0001.m4s', 9_007_199_254_740, 288_000, 100, false],
  ],
  [
    ['video', 90_000, 180, '00'],
    ['audio', 48_000, 300, '01'],
  ],
];
/** Jobs: the first version gave none; migrations: what was run is told there. */
const NOT_KEPT = new Set(['jobs', 'migrations']);

overBothDatabases(() => {
  let folder: string;
  let url: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-upgrade-'));
    ({ url } = await makeEmptyDatabase(folder));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (known: readonly (new () => object)[]): Promise<DataSource> =>
    openDataSource(dataSourceOptions(databaseSettings(url), { entities: [], migrations: known }));

  it('rows of the first version are there in this one, and there again when it was taken back', async () => {
    const first = await open(migrations.slice(0, 1));
    const tables = await tablesOf(first);
    for (const [name, columns] of tables) await insert(first, name, columns);
    const before = await rowsOf(first, tables);
    await first.destroy();
    expect(tables.size).toBeGreaterThan(5);

    const now = await open(migrations);
    const after = { ...before, segments: before['segments']?.map((row) => ({ ...row, objects: LINES_OF_OBJECTS })) };
    expect(inLines(await rowsOf(now, tables))).toEqual(after);
    const old = insert(now, 'segments', tables.get('segments') ?? []);
    await expect(old).rejects.toThrow('segments_objects_ck'); // Nobody of the version before writes what this one would misread.
    for (const _ of migrations.slice(1)) await now.undoLastMigration();
    expect(await rowsOf(now, tables)).toEqual(before);
    expect([...(await tablesOf(now)).keys()].sort()).toEqual([...tables.keys()].sort());
    await now.runMigrations();
    expect(inLines(await rowsOf(now, tables))).toEqual(after);
    await now.destroy();
  });
});

async function tablesOf(dataSource: DataSource): Promise<Map<string, TableColumn[]>> {
  const isPostgres = dataSource.options.type === 'postgres';
  const names = await dataSource.query<{ name: string }[]>(
    isPostgres
      ? `SELECT table_name AS "name" FROM information_schema.tables WHERE table_schema = 'public'`
      : `SELECT "name" FROM sqlite_master WHERE "type" = 'table' AND "name" NOT LIKE 'sqlite_%'`,
  );
  const queryRunner = dataSource.createQueryRunner();
  const tables = new Map<string, TableColumn[]>();
  try {
    for (const { name } of names) {
      if (!NOT_KEPT.has(name)) tables.set(name, (await queryRunner.getTable(name))?.columns ?? []);
    }
    return tables;
  } finally {
    await queryRunner.release();
  }
}

/** One row with something in every column. */
async function insert(dataSource: DataSource, table: string, columns: readonly TableColumn[]): Promise<void> {
  const given = columns.filter(({ isGenerated }) => !isGenerated);
  const names = given.map(({ name }) => `"${name}"`).join(', ');
  const isPostgres = dataSource.options.type === 'postgres';
  const places = given.map((_, index) => (isPostgres ? `$${index + 1}` : '?')).join(', ');
  await dataSource.query(
    `INSERT INTO "${table}" (${names}) VALUES (${places})`,
    given.map((column) => valueOf(table, column)),
  );
}

function valueOf(table: string, { name, type, length }: TableColumn): unknown {
  if (table === 'recording_sessions' && name === 'id') return 's1';
  if (name in BY_NAME) return BY_NAME[name];
  if (name.endsWith('_at')) return AT;
  if (type.includes('int')) return 1;
  if (type.includes('bool')) return true;
  if (type.includes('json')) return '{}';
  return `${table}-${name}`.slice(0, Number(length) || undefined);
}

/** The columns that the first version knew. */
async function rowsOf(
  dataSource: DataSource,
  tables: ReadonlyMap<string, TableColumn[]>,
): Promise<Record<string, Row[]>> {
  const rows: Record<string, Row[]> = {};
  for (const [table, columns] of tables) {
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    rows[table] = await dataSource.query<Row[]>(`SELECT ${names} FROM "${table}"`);
  }
  return rows;
}

function inLines(rows: Readonly<Record<string, Row[]>>): Readonly<Record<string, Row[] | undefined>> {
  const lines = ({ objects }: Row): unknown =>
    (objects as string).split('\n').map((line) => JSON.parse(line) as unknown);
  return { ...rows, segments: rows['segments']?.map((row) => ({ ...row, objects: lines(row) })) };
}
