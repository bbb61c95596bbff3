import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedObject } from '../../src/engine/index.js';
import { packedObjectsColumn } from '../../src/modules/index/entities/packed-objects.js';
import { migrations } from '../../src/migrations/index.js';
import { PackedObjects1796600000000 } from '../../src/migrations/1796600000000-packed-objects.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { databaseSettings, makeEmptyDatabase, overBothDatabases } from '../support/databases.js';

const DIRECTORY = 'cam "a"/2026/11/20';
const SINCE = migrations.indexOf(PackedObjects1796600000000);

function object(objectKey: string, independent = true): RecordedObject {
  const times = { startTicks: 9_007_199_254_740, durationTicks: 540_000, timescale: 90_000, samples: 180 };
  return { trackId: 'v1', kind: 'video', objectKey, sizeBytes: 1000, sha256: 'ab', ...times, independent };
}

const OBJECTS = [
  [],
  [object(`${DIRECTORY}/seg_0002.m4s`)],
  [object(`${DIRECTORY}/seg_0003.m4s`), object(`${DIRECTORY}/audio_seg_0003.m4s`, false)],
  [object(`${DIRECTORY}/seg_0004.m4s`), object('elsewhere/seg_0004.m4s'), object('seg_0004.m4s')],
];

overBothDatabases(() => {
  it('objects of the version before are what this version reads, and again what that one reads', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-packed-'));
    const { url } = await makeEmptyDatabase(folder);
    const settings = databaseSettings(url);
    const before = await openDataSource(
      dataSourceOptions(settings, { entities: [], migrations: migrations.slice(0, SINCE) }),
    );
    for (const [index, objects] of OBJECTS.entries()) {
      await before.query(
        `INSERT INTO "segments" ("directory", "number", "session_id", "period", "start_ms", "duration_ms", "size_bytes", "state", "objects", "created_at")
          VALUES ('${DIRECTORY}', ${index + 1}, 's1', 0, 0, 6000, 1000, 'stored', '${JSON.stringify(objects)}', '2026-11-20T12:00:00.000Z')`,
      );
    }
    await before.destroy();

    const now = await openDataSource(
      dataSourceOptions(settings, { entities: [], migrations: migrations.slice(0, SINCE + 1) }),
    );
    const read = async (): Promise<(string | object)[]> =>
      (await now.query<{ objects: string | object }[]>('SELECT "objects" FROM "segments" ORDER BY "number"')).map(
        ({ objects }) => objects,
      );

    expect((await read()).map((text) => packedObjectsColumn.transformer.from(text as string))).toEqual(OBJECTS);
    await now.undoLastMigration();
    expect((await read()).map((json) => (typeof json === 'string' ? (JSON.parse(json) as unknown) : json))).toEqual(
      OBJECTS,
    );
    await now.destroy();
    await rm(folder, { recursive: true });
  });
});
