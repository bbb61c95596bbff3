import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { S3Server } from '../support/s3-server.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const SEGMENTS_OF_A_SECOND = { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' };

/** A server that records into a spool and uploads into MinIO, both judged by what lies there. */
describeWith('minio', 'ffmpeg')('what a server with a bucket records', () => {
  let media: string;

  beforeAll(async () => {
    media = await makeMedia({ seconds: 10 });
  }, 60_000);

  it('is in the bucket when the recording has ended, byte for byte', async () => {
    await using s3 = await S3Server.start();
    await using server = await TestServer.start({ env: { ...s3.settings(), ...SEGMENTS_OF_A_SECOND } });
    await publish(server, media, 4000);
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    await until(async () => (await missing(server, s3)).length === 0, 'the bucket has everything');

    const names = (await s3.objectKeys()).map((key) => key.replace(/^.*\//, ''));
    expect(names).toEqual(expect.arrayContaining(['init.m4s', 'seg_0003.m4s', 'audio_seg_0001.m4s', 'manifest.mpd']));
  }, 60_000);

  it('is in the bucket when the server has ended in the middle of it', async () => {
    await using s3 = await S3Server.start();
    await using server = await TestServer.start({ env: { ...s3.settings(), ...SEGMENTS_OF_A_SECOND } });
    const publishing = publish(server, media, 8000);
    await until(async () => (await s3.objectKeys()).some((key) => key.endsWith('seg_0002.m4s')), 'it is under way');

    const code = await server.terminate();

    expect(code).toBe(0);
    expect(await missing(server, s3)).toEqual([]);
    await publishing;
  }, 60_000);

  it('waits in the spool while the bucket is away, over a crash, and is there when it is back', async () => {
    await using s3 = await S3Server.start();
    await using server = await TestServer.start({ env: { ...s3.settings(), ...SEGMENTS_OF_A_SECOND } });
    const publishing = publish(server, media, 6000);
    await until(async () => (await s3.objectKeys()).some((key) => key.endsWith('seg_0001.m4s')), 'it is under way');
    await s3.stop();
    await pause(2500);

    await server.kill();
    await server.start();
    await s3.start();

    await until(async () => (await missing(server, s3)).length === 0, 'the bucket has everything', 40_000);
    const keys = await s3.objectKeys();
    expect(keys.filter((key) => /\/seg_\d+\.m4s$/.test(key)).length).toBeGreaterThan(3);
    await publishing;
  }, 90_000);
});

async function publish(server: TestServer, media: string, forMs: number): Promise<void> {
  await using publisher = await Publisher.start('datachannel', {
    urls: [server.url('/whip/cam')],
    media,
    quiet: true,
  });
  await pause(forMs);
  await publisher.end();
}

/** Keys of the spool's files that the bucket has not, or not with the same bytes; all of them when there is none. */
async function missing(server: TestServer, s3: S3Server): Promise<string[]> {
  const spool = join(server.folder, 'data/spool');
  const entries = await readdir(spool, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.partial'));
  if (files.length === 0) return ['no file'];
  const known = new Set(await s3.objectKeys());
  const keys = files.map(({ parentPath, name }) => relative(spool, join(parentPath, name)));
  const wrong = keys.map(async (key) => {
    if (!known.has(key)) return [key];
    return (await readFile(join(spool, key))).equals(await s3.readObject(key)) ? [] : [key];
  });
  return (await Promise.all(wrong)).flat();
}
