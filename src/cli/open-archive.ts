import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DataSource } from 'typeorm';
import { loadConfig, sqlitePath, type AppConfig } from '../config/index.js';
import { migrations } from '../migrations/index.js';
import type { Archive } from '../modules/index/archive/archive.js';
import { indexEntities } from '../modules/index/entities/index.js';
import { knownObjectsOf } from '../modules/index/archive/known-objects.js';
import { storageEntities } from '../modules/storage/entities/index.js';
import { OutboxService } from '../modules/storage/outbox.service.js';
import { openOwnedStores } from '../modules/storage/storage.module.js';
import { dataSourceOptions } from '../persistence/data-source-options.js';
import { assertKnown, migrationsDone } from '../persistence/migrations-done.js';
import { openDataSource } from '../persistence/open-data-source.js';
import { ArchiveUnusableError } from './archive-unusable.error.js';
import type { CommandContext } from './command.js';
import { lockData } from './data-lock.js';

const persisted = { entities: [...indexEntities, ...storageEntities], migrations };

/**
 * The rows and objects of a node that does not run, for the time of the process.
 *
 * @throws {ConfigError | DataUnusableError | DatabaseUnusableError | ArchiveUnusableError}
 */
export async function openArchive(
  configFile: string | undefined,
  { env, cwd }: CommandContext,
  database: 'as-it-is' | 'made-when-absent',
): Promise<Archive> {
  const { config } = loadConfig({ env, cwd, configFile });
  await lockData(config, 'stop it first');
  const dataSource = database === 'as-it-is' ? await openAsItIs(config) : await openOrMake(config);
  const ownership = await openOwnedStores(config.recorder, dataSource);
  ownership.askForObjects(knownObjectsOf(dataSource, config.recorder.node_alias));
  const { stores } = ownership;
  return {
    dataSource,
    stores,
    ownership,
    outbox: new OutboxService(dataSource, stores, config),
    timeZone: config.recorder.time_zone,
    segmentDurationMs: config.recorder.segment_duration_seconds * 1000,
  };
}

function openOrMake({ database }: AppConfig): Promise<DataSource> {
  return openDataSource(dataSourceOptions(database, persisted));
}

/** To look changes nothing: neither an absent database nor one of an earlier version is made what it should be. */
async function openAsItIs({ database }: AppConfig): Promise<DataSource> {
  const path = sqlitePath(database.url);
  if (path !== undefined && !existsSync(resolve(path))) {
    throw new ArchiveUnusableError(`There is no database at ${path}: "aircheck reindex" makes one from the storage.`);
  }
  const dataSource = await openDataSource({ ...dataSourceOptions(database, persisted), migrationsRun: false });
  assertKnown((await migrationsDone(dataSource)) ?? [], dataSource.migrations);
  if (await dataSource.showMigrations()) {
    await dataSource.destroy();
    throw new ArchiveUnusableError(
      'The database is of an earlier version: the server brings it to this one when it starts.',
    );
  }
  return dataSource;
}
