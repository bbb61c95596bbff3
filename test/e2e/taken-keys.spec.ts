import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { S3Server } from '../support/s3-server.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const FOREIGN = Buffer.from('bytes of somebody else');
const TAKEN = ['seg_0004.m4s', 'audio_seg_0005.m4s'];

itWith('minio', 'ffmpeg')(
  'what finds its key taken in the bucket lies beside it, is played, checked and indexed again',
  async () => {
    await using s3 = await S3Server.start();
    await using server = await TestServer.start({
      env: { ...s3.settings(), AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' },
    });
    const media = await makeMedia({ seconds: 7, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      quiet: true,
    });
    // Whose first number is given out by then.
    const first = async (): Promise<string> => (await s3.objectKeys()).find((key) => key.includes('/')) ?? '';
    await until(async () => (await first()) !== '', 'it is under way');
    const directory = dirname(await first());
    await Promise.all(TAKEN.map((name) => s3.writeObject(`${directory}/${name}`, FOREIGN)));
    await publisher.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');
    await until(async () => {
      const { jobs } = await server.get<{ jobs: { pending: readonly unknown[] } }>('/api/v1/storage');
      return jobs.pending.length === 0;
    }, 'everything is uploaded');

    for (const name of TAKEN) expect(await s3.readObject(`${directory}/${name}`)).toEqual(FOREIGN);
    const text = async (name: string) => (await fetch(server.url(`/api/record/object/${directory}/${name}`))).text();
    expect(await text('video.m3u8')).toContain('\nseg_0004_2.m4s\n');
    expect(await text('audio.m3u8')).toContain('\naudio_seg_0005_2.m4s\n');
    const manifests = ['index.m3u8', 'manifest.mpd'];
    const errors = manifests.map((name) => decodeErrors(server.url(`/api/record/object/${directory}/${name}`)));
    expect(await Promise.all(errors)).toEqual(['', '']);
    for (const name of manifests) {
      expect(await s3.readObject(`${directory}/${name}`)).toEqual(Buffer.from(await text(name)));
    }
    const playlist = await text('video.m3u8');

    await server.terminate();
    expect(await server.command('fsck', '--deep', '--json')).toMatchObject({ exitCode: 0 });
    for (const name of ['aircheck.db', 'spool']) await rm(join(server.folder, 'data', name), { recursive: true });
    expect(await server.command('reindex')).toMatchObject({ exitCode: 0 });
    expect(await server.command('fsck', '--deep', '--json')).toMatchObject({ exitCode: 0 });
    await server.start();
    expect(await text('video.m3u8')).toBe(playlist);
  },
);
