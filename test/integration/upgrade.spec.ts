import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DataSource, TableColumn } from 'typeorm';
import { migrations } from '../../src/migrations/index.js';
import { breaksOlderNodes } from '../../src/persistence/older-nodes.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { databaseSettings, makeEmptyDatabase, overBothDatabases } from '../support/databases.js';

type Row = Readonly<Record<string, unknown>>;

const AT = '2026-11-20T12:00:00.000Z';
/** What tables refer to each other by; everything else is told by its type. */
const BY_NAME: Readonly<Record<string, string>> = {
  session_id: 's#',
  directory: 'cam/2026/11/#',
  stream: 'cam-#',
  node_alias: 'node-#',
  state: 'completed',
  kind: 'video',
  cause: 'loss',
  objects:
    '[{"trackId":"video","objectKey":"cam/2026/11/1/seg_0001.m4s","startTicks":0,"durationTicks":540000,"sizeBytes":1000,"independent":true,"kind":"video","timescale":90000,"samples":180,"sha256":"00"},{"trackId":"audio","objectKey":"cam/2026/11/1/audio_seg_0001.m4s","startTicks":9007199254740,"durationTicks":288000,"sizeBytes":100,"independent":false,"kind":"audio","timescale":48000,"samples":300,"sha256":"01"}]',
};
/** The same in lines, as this version has them. */
const LINES_OF_OBJECTS = [
  [
    ...['cam/2026/11/1/', 2],
    ...['video', 'seg_0001.m4s', 0, 540_000, 1000, true],
    ...['audio', 'audio_seg_0001.m4s', 9_007_199_254_740, 288_000, 100, false],
  ],
  ['video', 90_000, 180, '00', 'audio', 48_000, 300, '01'],
];
const breaking = migrations.filter((migration) => breaksOlderNodes(new migration())).map(({ name }) => name);
const FIRST = { version: 1, serial: 1 };
const PACKED_SINCE = migrations.findIndex(({ name }) => name === 'PackedObjects1796600000000');
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

  it('every migration keeps the rows of the one before, there and back, and says whether nodes of that go on beside it', async () => {
    const refused: string[] = [];
    await (await open(migrations.slice(0, 1))).destroy();
    for (const [index, { name: step }] of migrations.entries()) {
      if (index === 0) continue;
      const before = await open(migrations.slice(0, index));
      const tables = await tablesOf(before);
      for (const [name, columns] of tables) await insert(before, name, columns, { version: index, serial: index });
      const rows = await rowsOf(before, tables);
      await before.destroy();

      const after = await open(migrations.slice(0, index + 1));
      expect({ step, rows: inWords(await rowsOf(after, tables)) }).toEqual({ step, rows: inWords(rows) });
      await after.undoLastMigration();
      expect({ step, rows: await rowsOf(after, tables) }).toEqual({ step, rows });
      await after.runMigrations();
      expect({ step, rows: inWords(await rowsOf(after, tables)) }).toEqual({ step, rows: inWords(rows) });
      const older = { version: index, serial: migrations.length + index };
      const writes = [...tables].map(
        ([name, columns]) =>
          () =>
            insert(after, name, columns, older),
      );
      if (!(await allSucceed(writes))) refused.push(step);
      await after.destroy();
    }

    expect(refused).toEqual(breaking);
  });
});

it('the page about upgrades names every migration that nodes of the version before cannot go on beside, and no other', () => {
  const page = readFileSync(resolve(__dirname, '../../docs/upgrade.md'), 'utf8');

  expect([...page.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name)).toEqual(breaking);
});

/** One after the other, however many fail. */
async function allSucceed(tasks: readonly (() => Promise<unknown>)[]): Promise<boolean> {
  let failures = 0;
  for (const task of tasks) await task().catch(() => (failures += 1));
  return failures === 0;
}

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

interface Writer {
  /** How many migrations it knows. */
  readonly version: number;
  /** Rows with different ones do not get into each other's way. */
  readonly serial: number;
}

/** One row with something in every column. */
async function insert(
  dataSource: DataSource,
  table: string,
  columns: readonly TableColumn[],
  writer: Writer = FIRST,
): Promise<void> {
  const given = columns.filter(({ isGenerated }) => !isGenerated);
  const names = given.map(({ name }) => `"${name}"`).join(', ');
  const isPostgres = dataSource.options.type === 'postgres';
  const places = given.map((_, index) => (isPostgres ? `$${index + 1}` : '?')).join(', ');
  await dataSource.query(
    `INSERT INTO "${table}" (${names}) VALUES (${places})`,
    given.map((column) => valueOf(table, column, writer)),
  );
}

function valueOf(table: string, { name, type, length }: TableColumn, { version, serial }: Writer): unknown {
  if (name === 'objects' && version > PACKED_SINCE)
    return LINES_OF_OBJECTS.map((line) => JSON.stringify(line).slice(1, -1)).join('\n');
  if (table === 'recording_sessions' && name === 'id') return `s${String(serial)}`;
  if (name in BY_NAME) return BY_NAME[name]?.replace('#', String(serial));
  if (name.endsWith('_at')) return AT;
  if (type.includes('int')) return serial;
  if (type.includes('bool')) return true;
  if (type.includes('json')) return '{}';
  return `${String(serial)}-${table}-${name}`.slice(0, Number(length) || undefined);
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
    (objects as string).split('\n').map((line) => JSON.parse(`[${line}]`) as unknown);
  return { ...rows, segments: rows['segments']?.map((row) => ({ ...row, objects: lines(row) })) };
}

/** What tells nothing of how objects are written. */
function inWords(rows: Readonly<Record<string, Row[]>>): Readonly<Record<string, Row[] | undefined>> {
  const words = ({ objects }: Row): unknown =>
    JSON.stringify(objects)
      .match(/seg_\d+|\d{5,}/g)
      ?.sort();
  const segments = rows['segments']?.map((row) => ({ ...row, objects: words(row) }));
  return { ...rows, segments };
}
