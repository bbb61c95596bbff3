import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { DataSource } from 'typeorm';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { S3Server } from '../support/s3-server.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const MARK = '.aircheck-storage.json';
const SHORT = {
  AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1',
  AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0',
};

describeWith('minio', 'ffmpeg')('a storage that another database has', () => {
  let media: string;

  beforeAll(async () => {
    media = await makeMedia({ seconds: 6, gopFrames: 30 });
  }, 60_000);

  async function record(server: TestServer, stream: string): Promise<void> {
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url(`/whip/${stream}`)],
      media,
      quiet: true,
    });
    await pause(2500);
    await publisher.end();
    await until(() => isFinished(server, stream), 'the recording is finished');
  }

  it('is left alone when it is a bucket, while recording goes on into the spool until it is taken over', async () => {
    await using s3 = await S3Server.start();
    const env = { ...s3.settings(), ...SHORT };
    await using first = await TestServer.start({ env });
    await record(first, 'cam');
    await until(async () => (await pendingOf(first)) === 0, 'everything is uploaded');
    await first.terminate();
    const before = await hashesOf(s3);
    expect(before.has(MARK)).toBe(true);

    await using second = await TestServer.start({ env });
    await record(second, 'cam');

    const ping = await fetch(second.url('/api/storage/ping'));
    expect([ping.status, await ping.json()]).toMatchObject([503, { code: 'storage-foreign', fault: 'foreign' }]);
    const { stores, jobs } = await second.get<{ stores: unknown; jobs: { lastError: string } }>('/api/v1/storage');
    expect(stores).toEqual([{ store: 'bucket', belonging: 'foreign' }]);
    expect(jobs.lastError).toContain('of another database');
    expect(await (await fetch(second.url('/metrics'))).text()).toMatch(/^aircheck_storage_own\{store="bucket"\} 0$/m);
    expect(second.log).toContain('of another database');
    expect(await pendingOf(second)).toBeGreaterThan(4);
    expect(await hashesOf(s3)).toEqual(before);

    await second.terminate();
    expect(await second.command('fsck')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('storage-foreign: ') as string,
    });
    expect(await second.command('fsck', '--repair')).toMatchObject({
      exitCode: 2,
      complaint: expect.stringContaining('fsck --adopt') as string,
    });
    expect(await hashesOf(s3)).toEqual(before);
    await second.command('fsck', '--adopt');
    await second.start();
    await until(async () => (await pendingOf(second)) === 0, 'what was recorded is in the bucket');
    expect((await s3.readObject(MARK)).toString()).toContain(await ownerOf(second));
    expect((await second.get<{ stores: unknown }>('/api/v1/storage')).stores).toEqual([
      { store: 'bucket', belonging: 'own' },
    ]);
  }, 90_000);
});

it('a folder that another database has is not recorded into', async () => {
  await using first = await TestServer.start();
  await first.terminate();
  const names = await readdir(first.recordings);
  await using second = await TestServer.start();
  await second.terminate();

  await expect(second.start({ AIRCHECK_RECORDER_STORAGE_ROOT: first.recordings })).rejects.toThrow();

  await until(() => second.log.includes('Aircheck cannot start'), 'it has said why');
  expect(second.log).toMatch(
    /^Aircheck cannot start: recorder\.storage\.root is ".+", which has the mark \(\.aircheck-storage\.json\) of another database; it must /m,
  );
  expect(await readdir(first.recordings)).toEqual(names);
});

async function pendingOf(server: TestServer): Promise<number> {
  const { jobs } = await server.get<{ jobs: { pending: { count: number }[] } }>('/api/v1/storage');
  return jobs.pending.reduce((sum, { count }) => sum + count, 0);
}

/** SHA-256 of everything in the bucket. */
async function hashesOf(s3: S3Server): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const key of await s3.objectKeys()) {
    hashes.set(
      key,
      createHash('sha256')
        .update(await s3.readObject(key))
        .digest('hex'),
    );
  }
  return hashes;
}

/** The id of the server's database, by a connection of the test's own. */
async function ownerOf({ database }: TestServer): Promise<string> {
  const connection = await new DataSource({ type: 'better-sqlite3', database, readonly: true }).initialize();
  const rows = await connection.query<{ owner_id: string }[]>('SELECT owner_id FROM storage_owner');
  await connection.destroy();
  return rows[0]?.owner_id ?? 'none';
}
