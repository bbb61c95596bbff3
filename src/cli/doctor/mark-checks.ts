import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { sqlitePath, type AppConfig } from '../../config/index.js';
import { migrations } from '../../migrations/index.js';
import { knownObjectsOf } from '../../modules/index/archive/known-objects.js';
import { indexEntities } from '../../modules/index/entities/index.js';
import { storageEntities } from '../../modules/storage/entities/index.js';
import {
  MARK_KEY,
  type Belonging,
  type OwnershipService,
  type StorePlace,
} from '../../modules/storage/ownership.service.js';
import { openOwnedStores } from '../../modules/storage/storage.module.js';
import { dataSourceOptions } from '../../persistence/data-source-options.js';
import { migrationsDone } from '../../persistence/migrations-done.js';
import { openDataSource } from '../../persistence/open-data-source.js';
import { PortableDataSource } from '../../persistence/portable-data-source.js';
import { postgresOptions } from '../../persistence/postgres-options.js';
import { inTime } from '../../shared/in-time.js';
import { REMEDIES } from './bucket-checks.js';
import { reasonOf, type Finding } from './finding.js';

const LIMIT_MS = 15_000;
const entities = [...indexEntities, ...storageEntities];

/** How its lines are called, and the check that has to have gone well before. */
const CHECKS: Readonly<Record<StorePlace, { readonly check: string; readonly after: string }>> = {
  folder: { check: 'folder-mark', after: 'disk-writable' },
  bucket: { check: 'bucket-mark', after: 'bucket' },
  backup: { check: 'backup-bucket-mark', after: 'backup-bucket' },
};

/**
 * Whose the storages are, by their marks; writes none, neither there nor into the database.
 *
 * @param told what was found before: a store or a database that cannot be used is not asked again
 */
export async function markFindings(config: AppConfig, told: readonly Finding[]): Promise<Finding[]> {
  const isBroken = (check: string): boolean =>
    told.some((finding) => finding.check === check && finding.severity === 'problem');
  if (isBroken('database')) return [];
  const dataSource = await openToRead(config.database);
  if (dataSource === undefined) return [];
  try {
    const ownership = await openOwnedStores(config.recorder, dataSource);
    ownership.askForObjects(knownObjectsOf(dataSource, config.recorder.node_alias));
    const places = ownership.places.filter((place) => !isBroken(CHECKS[place].after));
    return await Promise.all(places.map((place) => lookAt(ownership, place)));
  } finally {
    await dataSource.destroy();
  }
}

async function lookAt(ownership: OwnershipService, place: StorePlace): Promise<Finding> {
  try {
    return judgeMark(place, await inTime(ownership.look(place), LIMIT_MS));
  } catch (error) {
    const message = `Whose the ${place} is could not be seen (${reasonOf(error)}).`;
    return { check: CHECKS[place].check, severity: 'problem', message, remedy: REMEDIES.failed };
  }
}

function judgeMark(place: StorePlace, belonging: Belonging): Finding {
  const { check } = CHECKS[place];
  const effect =
    place === 'folder' ? 'a server does not start with it' : 'nothing is uploaded to it or deleted from it';
  switch (belonging) {
    case 'own':
      return { check, severity: 'ok', message: `The ${place} has the mark of this database.` };
    case 'unmarked':
      return { check, severity: 'ok', message: `The ${place} has no mark yet: a server puts it there.` };
    case 'foreign': {
      const message = `The ${place} has the mark (${MARK_KEY}) of another database: ${effect}.`;
      return { check, severity: 'problem', message, remedy: REMEDIES.foreign };
    }
    case 'missing': {
      const message = `The ${place} is to have recordings and has no mark (${MARK_KEY}): ${effect}.`;
      return { check, severity: 'problem', message, remedy: REMEDIES['mark-missing'] };
    }
  }
}

/** @returns an empty one where the first start makes it; undefined when it has not this version's tables */
async function openToRead(database: AppConfig['database']): Promise<DataSource | undefined> {
  const path = sqlitePath(database.url);
  if (path !== undefined && (path === ':memory:' || !existsSync(resolve(path)))) return openEmpty(database);
  const dataSource = await readerOf(database, path).initialize();
  const done = await migrationsDone(dataSource);
  if (done?.length === migrations.length) return dataSource;
  await dataSource.destroy();
  return done === undefined ? openEmpty(database) : undefined;
}

function readerOf(database: AppConfig['database'], path: string | undefined): DataSource {
  if (path === undefined) return new PortableDataSource({ ...postgresOptions(database), entities });
  return new DataSource({
    type: 'better-sqlite3',
    database: resolve(path),
    readonly: true,
    fileMustExist: true,
    entities,
  });
}

function openEmpty(database: AppConfig['database']): Promise<DataSource> {
  return openDataSource(dataSourceOptions({ ...database, url: 'sqlite://:memory:' }, { entities, migrations }));
}
