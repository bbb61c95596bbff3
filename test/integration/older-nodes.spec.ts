import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { migrations } from '../../src/migrations/index.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { DatabaseOfLaterVersionError, migrationsDone } from '../../src/persistence/migrations-done.js';
import { ALIVE_MS, OlderNodesRunError, breaksOlderNodes } from '../../src/persistence/older-nodes.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { databaseSettings, makeEmptyDatabase, overBothDatabases } from '../support/databases.js';

const BREAKS_AT = migrations.findIndex((migration) => breaksOlderNodes(new migration()));
const BEAT_MS = 300;

overBothDatabases((database) => {
  let folder: string;
  let url: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-older-'));
    ({ url } = await makeEmptyDatabase(folder));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (count: number): Promise<DataSource> =>
    openDataSource(dataSourceOptions(databaseSettings(url), { entities: [], migrations: migrations.slice(0, count) }));

  it('a version that does not know all of the tables leaves them alone, and says what they are of', async () => {
    await (await open(migrations.length)).destroy();

    const names = migrations.slice(-2).map(({ name }) => name);
    const opened = open(migrations.length - 2);
    await expect(opened).rejects.toThrow(DatabaseOfLaterVersionError);
    await expect(opened).rejects.toThrow(`does not know ${names.join(', ')}`);
    await expect(opened).rejects.toThrow('aircheck migrate --revert 2');
  });

  if (database === 'SQLite') return;

  /** A node of a version before, as its row shows it. */
  class OlderNode implements AsyncDisposable {
    private timer: NodeJS.Timeout | undefined;

    private constructor(readonly dataSource: DataSource) {}

    static async of(count: number, seenMs: number): Promise<OlderNode> {
      const dataSource = await open(count);
      const at = new Date(Date.now() - seenMs).toISOString();
      await dataSource.query(
        `INSERT INTO "nodes" ("alias", "url", "version", "started_at", "last_seen_at", "workers", "cpu_percent", "sessions")
         VALUES ('node-1', 'http://127.0.0.1:7777/', '0.0.9', $1, $1, 1, 0, 0)`,
        [at],
      );
      return new OlderNode(dataSource);
    }

    beat(): void {
      const touch = (): unknown => this.dataSource.query('UPDATE "nodes" SET "last_seen_at" = clock_timestamp()');
      this.timer = setInterval(() => void touch(), BEAT_MS);
    }

    async [Symbol.asyncDispose](): Promise<void> {
      clearInterval(this.timer);
      await this.dataSource.destroy();
    }
  }

  it('a migration that nodes of the version before cannot go on beside is not run while one beats', async () => {
    await using node = await OlderNode.of(BREAKS_AT, 0);
    node.beat();

    const opened = open(migrations.length);
    await expect(opened).rejects.toThrow(OlderNodesRunError);
    await expect(opened).rejects.toThrow(`beside ${String(migrations[BREAKS_AT]?.name)}, and node-1 runs: stop all`);
    expect(await migrationsDone(node.dataSource)).toHaveLength(BREAKS_AT);
  });

  it('it is run once a node that stopped would have beaten again', async () => {
    await using node = await OlderNode.of(BREAKS_AT, ALIVE_MS - 1500);

    await (await open(migrations.length)).destroy();

    expect(await migrationsDone(node.dataSource)).toHaveLength(migrations.length);
  });

  it('all others are run beside nodes that beat', async () => {
    await using node = await OlderNode.of(BREAKS_AT - 2, 0);
    node.beat();

    await (await open(BREAKS_AT)).destroy();

    expect(await migrationsDone(node.dataSource)).toHaveLength(BREAKS_AT);
  });
});
