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
    media = await makeMedia({ seconds: 10, gopFrames: 30 });
  }, 60_000);

  function publish(server: TestServer): Promise<Publisher> {
    return Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media, quiet: true });
  }

  it('is in the bucket when the recording has ended, byte for byte', async () => {
    await using s3 = await S3Server.start();
    await using server = await TestServer.start({ env: { ...s3.settings(), ...SEGMENTS_OF_A_SECOND } });
    await using publisher = await publish(server);
    await pause(4000);
    await publisher.end();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    await until(() => hasAll(s3, server), 'the bucket has everything');

    const names = (await s3.objectKeys()).map((key) => key.replace(/^.*\//, ''));
    expect(names).toEqual(expect.arrayContaining(['init.m4s', 'seg_0002.m4s', 'audio_seg_0001.m4s', 'manifest.mpd']));
  }, 60_000);

  it('is in the bucket when the server has ended in the middle of it', async () => {
    await using s3 = await S3Server.start();
    await using server = await TestServer.start({ env: { ...s3.settings(), ...SEGMENTS_OF_A_SECOND } });
    await using _publisher = await publish(server);
    await until(() => hasSegment(s3, 2), 'it is under way');

    const code = await server.terminate();

    expect(code).toBe(0);
    expect(await hasAll(s3, server)).toBe(true);
  }, 60_000);

  it('waits in the spool while the bucket is away, over a crash, and is there when it is back', async () => {
    await using s3 = await S3Server.start();
    await using server = await TestServer.start({ env: { ...s3.settings(), ...SEGMENTS_OF_A_SECOND } });
    await using _publisher = await publish(server);
    await until(() => hasSegment(s3, 1), 'it is under way');
    await s3.stop();
    await pause(2500);

    await server.kill();
    await server.start();
    expect(await hasSegment(s3, 3).catch(() => false)).toBe(false);
    await s3.start();

    await until(() => hasAll(s3, server), 'the bucket has everything');
    expect(await hasSegment(s3, 3)).toBe(true);
  }, 90_000);
});

async function hasSegment(s3: S3Server, number: number): Promise<boolean> {
  return (await s3.objectKeys()).some((key) => key.endsWith(`/seg_000${number}.m4s`));
}

/** Whether the bucket has every file of the spool with the same bytes. @throws when it has not, which names them */
async function hasAll(s3: S3Server, server: TestServer): Promise<boolean> {
  const spool = join(server.folder, 'data/spool');
  const known = new Set(await s3.objectKeys());
  const wrong: string[] = [];
  for (const entry of await readdir(spool, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('.') || entry.name.endsWith('.quarantined')) continue;
    const path = join(entry.parentPath, entry.name);
    const key = relative(spool, path);
    if (!known.has(key) || !(await readFile(path)).equals(await s3.readObject(key))) wrong.push(key);
  }
  if (known.size > 0 && wrong.length === 0) return true;
  throw new Error(`The bucket lacks ${wrong.join(', ')}.\n${server.log.slice(-3000)}`);
}
