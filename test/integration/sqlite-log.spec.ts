import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrations } from '../../src/migrations/index.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import { databaseSettings } from '../support/databases.js';
import { until } from '../support/wait.js';

const MIB = 1024 * 1024;
const ROW_BYTES = 100_000;

describe('the log of a SQLite database', () => {
  let folder: string;
  let path: string;
  let database: DataSource;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-log-'));
    path = join(folder, 'aircheck.db');
    const settings = databaseSettings(`sqlite://${path}`);
    database = await openDataSource(dataSourceOptions(settings, { entities: [], migrations }));
    await database.query('CREATE TABLE "texts" ("text" text NOT NULL)');
  });

  afterEach(async () => {
    if (database.isInitialized) await database.destroy();
    await rm(folder, { recursive: true });
  });

  const logMib = async (): Promise<number> => (await stat(`${path}-wal`)).size / MIB;

  const write = async (mib: number): Promise<void> => {
    for (let written = 0; written < mib * MIB; written += ROW_BYTES) {
      await inTransaction(database, (manager) =>
        manager.query('INSERT INTO "texts" VALUES (?)', ['x'.repeat(ROW_BYTES)]),
      );
    }
  };

  const copiedPages = async (): Promise<{ log: number; checkpointed: number }> => {
    const [pages] = await database.query<{ log: number; checkpointed: number }[]>('PRAGMA wal_checkpoint(NOOP)');
    return pages ?? { log: 0, checkpointed: 0 };
  };

  it("is its owner's alone, as the database is, and nobody reads one from before", async () => {
    const modes = (): Promise<number[]> =>
      Promise.all(['', '-wal', '-shm'].map(async (suffix) => (await stat(path + suffix)).mode & 0o777));

    expect(await modes()).toEqual([0o600, 0o600, 0o600]);
    await database.destroy();
    await chmod(path, 0o644);
    const settings = databaseSettings(`sqlite://${path}`);
    database = await openDataSource(dataSourceOptions(settings, { entities: [], migrations }));
    expect(await modes()).toEqual([0o640, 0o640, 0o640]);
  });

  it('is copied into the database and begun anew beside those that write', async () => {
    let writtenMib = 0;
    await until(async () => {
      await write(8);
      writtenMib += 8;
      return (await logMib()) < writtenMib / 2;
    }, 'the log is begun anew');

    expect((await stat(path)).size / MIB).toBeGreaterThan(writtenMib / 4);
    expect(await database.query('SELECT SUM(LENGTH("text")) AS "bytes" FROM "texts"')).toEqual([
      { bytes: (writtenMib / 8) * Math.ceil((8 * MIB) / ROW_BYTES) * ROW_BYTES },
    ]);
    expect(await database.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('grows while somebody reads what was there before, and is small again after that', async () => {
    const reader = await new DataSource({ type: 'better-sqlite3', database: path }).initialize();
    await write(1);
    await reader.query('BEGIN');
    await reader.query('SELECT COUNT(*) FROM "texts"');
    await write(24);
    expect(await logMib()).toBeGreaterThan(24);

    await reader.query('COMMIT');
    await reader.destroy();
    await until(async () => {
      await write(1);
      return (await logMib()) <= 16;
    }, 'the log is begun anew, and no larger than it has to be');
    expect(await database.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('is in the database when that was closed', async () => {
    await write(6);
    await database.destroy();

    await expect(stat(`${path}-wal`)).rejects.toThrow('ENOENT');
  });

  it('is left to SQLite, every sync of it, where there is none', async () => {
    await database.destroy();
    const settings = dataSourceOptions(databaseSettings(`sqlite://${path}`), { entities: [], migrations });
    const plain = await openDataSource({
      ...settings,
      prepareDatabase: (connection: { pragma(source: string): unknown }) => {
        connection.pragma('synchronous = FULL');
        connection.pragma('journal_mode = DELETE');
      },
      enableWAL: false,
    } as DataSourceOptions);

    await inTransaction(plain, (manager) => manager.query('INSERT INTO "texts" VALUES (?)', ['x']));

    expect(await plain.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await plain.query('SELECT COUNT(*) AS "count" FROM "texts"')).toEqual([{ count: 1 }]);
    await plain.destroy();
  });

  it('is not synced by the one who writes', async () => {
    expect(await database.query('PRAGMA synchronous')).toEqual([{ synchronous: 1 }]);
    expect(await database.query('PRAGMA wal_autocheckpoint')).toEqual([{ wal_autocheckpoint: 0 }]);
    await write(1);

    expect((await copiedPages()).checkpointed).toBe(0);
  });
});
