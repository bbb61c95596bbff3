import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { assertFolderOurs } from '../../src/cli/assert-folder-ours.js';
import { loadConfig } from '../../src/config/index.js';
import { SegmentRow } from '../../src/modules/index/entities/index.js';
import { knownObjectsOf } from '../../src/modules/index/archive/known-objects.js';
import { reindex } from '../../src/modules/index/reindex/reindex.js';
import { createLocalStorage } from '../../src/modules/storage/drivers/index.js';
import { OssStorageDriver } from '../../src/modules/storage/drivers/oss.driver.js';
import { S3StorageDriver } from '../../src/modules/storage/drivers/s3.driver.js';
import { OwnershipService } from '../../src/modules/storage/ownership.service.js';
import { bodyOf } from '../../src/modules/storage/ports/body-of.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import type { StorageDriver } from '../../src/modules/storage/ports/storage-driver.js';
import { overBothDatabases } from '../support/databases.js';
import { startOssServer } from '../support/oss-server.js';
import { S3Server } from '../support/s3-server.js';
import { describeWith } from '../support/tools.js';
import { ArchiveFixture, DIRECTORY } from './support/archive-fixture.js';
import { check, kinds } from './support/checked-archive.js';

const MARK = '.aircheck-storage.json';
const BYTES = Buffer.from('media of a database');

/** A bucket as its vendor shows it, past everything that is tested. */
interface SeenBucket extends AsyncDisposable {
  readonly driver: StorageDriver;
  keys(): Promise<string[]>;
  read(key: string): Promise<Buffer>;
  write(key: string, bytes: Buffer): Promise<void>;
  remove(key: string): Promise<void>;
}

/** One MinIO with a bucket for each test. */
let minio: S3Server;
let buckets = 0;

async function s3(): Promise<SeenBucket> {
  buckets += 1;
  const name = `bucket-${String(buckets)}`;
  await minio.makeBucket(name);
  return {
    driver: new S3StorageDriver(minio.storage({ bucket: name })),
    keys: () => minio.objectKeys(name),
    read: (key) => minio.readObject(key, name),
    write: (key, bytes) => minio.writeObject(key, bytes, name),
    remove: (key) => minio.removeObject(key, name),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function oss(): Promise<SeenBucket> {
  const server = await startOssServer();
  const driver = new OssStorageDriver(server.config);
  return {
    driver,
    keys: () => Promise.resolve([...server.bucket.objects.keys()].sort()),
    read: (key) => Promise.resolve(server.bucket.find(key).bytes),
    write: async (key, bytes) => {
      await driver.put(parseObjectKey(key), bodyOf(bytes));
    },
    remove: (key) => {
      server.bucket.objects.delete(key);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The id of a database, by SQL. */
async function ownerOf({ rows }: ArchiveFixture): Promise<string> {
  const [row] = await rows.query<{ owner_id: string }[]>('SELECT "owner_id" FROM "storage_owner"');
  return row?.owner_id ?? 'none';
}

async function ownerIn(bytes: Promise<Buffer>): Promise<unknown> {
  return (JSON.parse((await bytes).toString()) as { owner: unknown }).owner;
}

/** SHA-256 of everything in a bucket. */
async function hashesOf(bucket: SeenBucket): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const key of await bucket.keys()) {
    hashes.set(
      key,
      createHash('sha256')
        .update(await bucket.read(key))
        .digest('hex'),
    );
  }
  return hashes;
}

async function forgetMarks({ rows }: ArchiveFixture): Promise<void> {
  await rows.query('DELETE FROM "marked_storages"');
}

/** As a server that starts on the same database, with nothing in memory. */
function nodeOf(dataSource: DataSource, store: StorageDriver, place: 'bucket' | 'folder' = 'bucket'): OwnershipService {
  const markable = new Map([[place, { store, locationSha256: '1'.repeat(64) }]] as const);
  const node = new OwnershipService(
    dataSource,
    { local: undefined as never, bucket: store, backup: undefined },
    markable,
  );
  node.askForObjects(knownObjectsOf(dataSource, 'node-1'));
  return node;
}

function suite(start: () => Promise<SeenBucket>): void {
  it('gets the id of the database that puts something there first, and no other writes or deletes there', async () => {
    await using bucket = await start();
    await using first = await ArchiveFixture.make(bucket.driver);
    await using second = await ArchiveFixture.make(bucket.driver);
    await first.record([1]);
    await first.doJobs();
    expect(await ownerIn(bucket.read(MARK))).toBe(await ownerOf(first));
    const before = await hashesOf(bucket);

    const { bucket: refused } = second.archive.stores;
    const key = parseObjectKey(`${DIRECTORY}/manifest.mpd`);
    const foreign = { code: 'storage-foreign', fault: 'foreign' };
    await expect(refused?.put(key, bodyOf(BYTES))).rejects.toMatchObject(foreign);
    await expect(refused?.deleteAll([key])).rejects.toMatchObject(foreign);
    await expect(refused?.presign({ method: 'PUT', key, lifetimeSeconds: 30 })).rejects.toMatchObject(foreign);

    expect(await hashesOf(bucket)).toEqual(before);
    expect(second.archive.ownership.belongings.get('bucket')).toBe('foreign');
    expect(await check(first, { deep: true })).toEqual({ findings: [], notes: [] });
  });

  it('is one database’s when two begin at the same moment, and all nodes of one share it', async () => {
    await using bucket = await start();
    await using first = await ArchiveFixture.make(bucket.driver);
    await using second = await ArchiveFixture.make(bucket.driver);
    const nodes = [first, first, first, second].map(({ archive }) => nodeOf(archive.dataSource, bucket.driver));

    const outcomes = await Promise.allSettled(nodes.map((node) => node.assertOurs('bucket')));

    const winner = await ownerIn(bucket.read(MARK));
    const isFirst = winner === (await ownerOf(first));
    expect([await ownerOf(first), await ownerOf(second)]).toContain(winner);
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([isFirst, isFirst, isFirst, !isFirst]);
  });

  it('is taken for what it was before there were marks when it has objects of the database', async () => {
    await using bucket = await start();
    await using fixture = await ArchiveFixture.make(bucket.driver);
    await fixture.record([1, 2]);
    await fixture.doJobs();
    await bucket.remove(MARK);
    await forgetMarks(fixture);
    const { dataSource } = fixture.archive;

    for (const key of await bucket.keys()) {
      if (key.endsWith('.m4s')) await bucket.write(key, Buffer.alloc((await bucket.read(key)).length));
    }
    await expect(nodeOf(dataSource, bucket.driver).assertOurs('bucket')).rejects.toMatchObject({
      code: 'storage-mark-missing',
    });
    expect(await bucket.keys()).not.toContain(MARK);

    await bucket.write(`${DIRECTORY}/seg_0002.m4s`, await readFile(fixture.path('seg_0002.m4s')));
    await nodeOf(dataSource, bucket.driver).assertOurs('bucket');
    expect(await ownerIn(bucket.read(MARK))).toBe(await ownerOf(fixture));
  });

  it('is not touched when its mark is gone, until somebody says that it is the right one', async () => {
    await using bucket = await start();
    await using fixture = await ArchiveFixture.make(bucket.driver);
    await fixture.record([1]);
    await fixture.doJobs();
    await bucket.remove(MARK);

    expect(kinds(await check(fixture))).toEqual(['storage-mark-missing']);
    await expect(check(fixture, { repair: true })).rejects.toMatchObject({ code: 'storage-mark-missing' });
    expect(await bucket.keys()).not.toContain(MARK);

    expect(await check(fixture, { adopt: true })).toEqual({ findings: [], notes: [] });
    expect(await ownerIn(bucket.read(MARK))).toBe(await ownerOf(fixture));
  });

  it('is named by fsck when it is another’s, of which nothing is judged or repaired, and taken over when that is said', async () => {
    await using bucket = await start();
    await using first = await ArchiveFixture.make(bucket.driver);
    await first.record([1]);
    await first.doJobs();
    await using second = await ArchiveFixture.make(bucket.driver);
    await second.record([7], { id: 's7', stream: 'door', directory: 'door/2026/11/20' });
    const before = await hashesOf(bucket);

    expect(await check(second)).toMatchObject({ findings: [{ kind: 'storage-foreign', repaired: false }], notes: [] });
    await expect(check(second, { repair: true })).rejects.toMatchObject({ code: 'storage-foreign' });
    await expect(reindex(second.archive)).rejects.toMatchObject({ code: 'storage-foreign' });
    expect(await second.rows.countBy(SegmentRow, { sessionId: 's7' })).toBe(1);
    expect(await hashesOf(bucket)).toEqual(before);

    expect(kinds(await check(second, { adopt: true }))).not.toContain('storage-foreign');
    expect(await ownerIn(bucket.read(MARK))).toBe(await ownerOf(second));
    await expect(nodeOf(first.archive.dataSource, bucket.driver).assertOurs('bucket')).rejects.toMatchObject({
      code: 'storage-foreign',
    });
  });

  it('keeps its mark when an empty database is made from it, which takes over the id', async () => {
    await using bucket = await start();
    await using fixture = await ArchiveFixture.make(bucket.driver);
    await fixture.record([1, 2]);
    await fixture.doJobs();
    const mark = await bucket.read(MARK);

    await using fresh = await fixture.withoutRows();
    expect(await reindex(fresh.archive)).toMatchObject({ sessions: 1, segments: 2, lost: 0 });

    expect(await bucket.read(MARK)).toEqual(mark);
    expect(await ownerOf(fresh)).toBe(await ownerOf(fixture));
    await nodeOf(fresh.archive.dataSource, bucket.driver).assertOurs('bucket');
  });

  it('is another’s when what lies in the place of the mark cannot be read as one', async () => {
    await using bucket = await start();
    await using fixture = await ArchiveFixture.make(bucket.driver);
    for (const text of ['', '{', 'null', '{"owner":"me"}', 'x'.repeat(5000)]) {
      await bucket.write(MARK, Buffer.from(text));
      await expect(fixture.archive.ownership.assertOurs('bucket')).rejects.toMatchObject({ code: 'storage-foreign' });
    }
  });
}

describeWith('minio')('a bucket of S3', () => {
  beforeAll(async () => {
    minio = await S3Server.start();
  });
  afterAll(() => minio[Symbol.asyncDispose]());
  suite(s3);
});

describe('a bucket of OSS', () => suite(oss));

overBothDatabases(() => {
  it('has one id, whoever asks first', async () => {
    await using fixture = await ArchiveFixture.make();
    const { dataSource } = fixture.archive;
    await using bucket = await oss();
    const { driver } = bucket;
    await Promise.all(Array.from({ length: 4 }, () => nodeOf(dataSource, driver).assertOurs('bucket')));

    const rows = await fixture.rows.query<{ owner_id: string }[]>('SELECT "owner_id" FROM "storage_owner"');
    expect(rows).toEqual([{ owner_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string }]);
  });
});

describe('a folder', () => {
  it('is not there when it has had a mark and has none, though a part of its files is', async () => {
    await using fixture = await ArchiveFixture.make();
    const { ownership } = fixture.archive;
    await fixture.record([1]);
    await fixture.record([2], { id: 's2', stream: 'door', directory: 'door/2026/11/20' });
    await ownership.assertOurs('folder');
    expect(await ownerIn(readFile(join(fixture.root, MARK)))).toBe(await ownerOf(fixture));
    const disk = `${fixture.folder}/disk`;
    await rename(join(fixture.root, 'door'), disk);
    await rename(join(fixture.root, MARK), `${disk}.json`);

    await expect(check(fixture, { repair: true })).rejects.toMatchObject({ code: 'storage-mark-missing' });
    await expect(reindex(fixture.archive)).rejects.toMatchObject({ code: 'storage-mark-missing' });
    expect(await fixture.rows.countBy(SegmentRow, { state: 'local' })).toBe(2);

    await rename(disk, join(fixture.root, 'door'));
    await rename(`${disk}.json`, join(fixture.root, MARK));
    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  });

  it('keeps a server from starting when it is another’s or has lost its disk', async () => {
    await using fixture = await ArchiveFixture.make();
    await fixture.record([1]);
    const { config } = loadConfig({ env: { AIRCHECK_RECORDER_STORAGE_ROOT: fixture.root }, cwd: fixture.folder });
    const driver = createLocalStorage({ root: fixture.root });
    const start = (): Promise<void> => assertFolderOurs(nodeOf(fixture.archive.dataSource, driver, 'folder'), config);
    const place = `recorder.storage.root is "${fixture.root}", which `;
    await start();
    await rename(fixture.root, `${fixture.folder}/disk`);
    await expect(start()).rejects.toThrow(`${place}is to have recordings and has no mark`);
    await rename(`${fixture.folder}/disk`, fixture.root);
    await start();

    await writeFile(join(fixture.root, MARK), `{"owner":"${'0'.repeat(32)}"}`);
    await expect(start()).rejects.toThrow(`${place}has the mark (${MARK}) of another database`);
  });

  it('is marked again when nothing is to be in it', async () => {
    await using fixture = await ArchiveFixture.make();
    const { ownership } = fixture.archive;
    await ownership.assertOurs('folder');
    await rm(join(fixture.root, MARK));

    expect(await ownership.look('folder')).toBe('unmarked');
  });
});
