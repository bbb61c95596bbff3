import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished, StoredRecording, type PlaybackEntry } from '../support/recording.js';
import { S3Server } from '../support/s3-server.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

interface Report {
  readonly findings: readonly { readonly kind: string; readonly key?: string; readonly from?: string }[];
  readonly summary: { readonly findings: number; readonly segments: number };
}

describe('the data of a stopped server', () => {
  itWith('ffmpeg')('is checked, and its database made again from the files', async () => {
    await using server = await TestServer.start({
      env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2', AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0' },
    });
    const media = await makeMedia({ seconds: 20, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      quiet: true,
    });
    await pause(6000);
    expect(await server.command('fsck')).toEqual({
      exitCode: 2,
      output: '',
      complaint: expect.stringMatching(
        /^Nothing was checked: recorder\.storage\.root is ".+", which a server( \(process \d+\))? is using already; stop it first\.?\n$/,
      ) as string,
    });

    await server.kill();
    expect(await server.command('fsck', '--deep')).toMatchObject({ exitCode: 0 });
    await server.start();
    const entries = await server.get<PlaybackEntry[]>('/api/playback/cam');
    const recording = await StoredRecording.of(server, 'cam');
    await server.terminate();
    await publisher.kill();
    const { exitCode, output } = await server.command('fsck', '--deep', '--json');
    expect(JSON.parse(output)).toMatchObject({ findings: [], summary: { findings: 0 } });
    expect(exitCode).toBe(0);

    await rm(join(server.folder, 'data/aircheck.db'));
    expect(await server.command('fsck')).toEqual({
      exitCode: 2,
      output: '',
      complaint: expect.stringMatching(
        /There is no database at .+: "aircheck reindex" makes one from the storage\.\n$/,
      ) as string,
    });
    expect(await server.command('reindex')).toMatchObject({ exitCode: 0 });
    expect((await server.command('reindex')).exitCode).toBe(2);
    expect(await server.command('fsck', '--deep')).toMatchObject({ exitCode: 0 });

    const damaged = await readFile(recording.path('seg_0002.m4s'));
    damaged[1000] = (damaged[1000] ?? 0) ^ 1;
    await writeFile(recording.path('seg_0002.m4s'), damaged);
    await rm(recording.path('audio_seg_0001.m4s'));
    const report = await server.command('fsck', '--deep', '--repair', '--json');
    const { findings } = JSON.parse(report.output) as Report;
    const folder = dirname(recording.entry.mpd_path);
    expect(report.exitCode).toBe(1);
    expect(findings.slice(0, 2)).toMatchObject([
      { kind: 'object-missing', key: `${folder}/audio_seg_0001.m4s`, repaired: true },
      { kind: 'object-damaged', key: `${folder}/seg_0002.m4s`, repaired: true },
    ]);
    expect((await server.command('fsck', '--deep')).exitCode).toBe(0);

    await server.start();
    expect(await server.get('/api/playback/cam')).toEqual(entries);
    const statusOf = async (name: string) => (await fetch(server.url(`/api/record/object/${folder}/${name}`))).status;
    expect(await statusOf('seg_0002.m4s')).toBe(410);
    expect(await statusOf('audio_seg_0002.m4s')).toBe(200);
    expect(await statusOf('audio_seg_0001.m4s')).toBe(410);
    expect(await statusOf('seg_0001.m4s')).toBe(200);
    expect(await recording.text('audio.m3u8')).toContain('\naudio_seg_0002.m4s');
    expect(await recording.text('video.m3u8')).not.toContain('\nseg_0002.m4s');
  });

  itWith('ffmpeg', 'minio')('is made again from a bucket alone', async () => {
    await using s3 = await S3Server.start();
    await using server = await TestServer.start({
      env: { ...s3.settings(), AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' },
    });
    const media = await makeMedia({ seconds: 5, gopFrames: 15 });
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      quiet: true,
    });
    await publisher.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');
    const entries = await server.get<PlaybackEntry[]>('/api/playback/cam');
    expect(await server.terminate()).toBe(0);
    expect(await server.command('fsck', '--deep')).toMatchObject({ exitCode: 0 });

    await rm(join(server.folder, 'data'), { recursive: true });
    expect(await server.command('reindex')).toMatchObject({ exitCode: 0 });
    expect(await server.command('fsck', '--deep')).toMatchObject({ exitCode: 0 });

    await server.start();
    expect(await server.get('/api/playback/cam')).toEqual(entries);
    const folder = dirname(entries[0]?.mpd_path ?? '');
    expect((await fetch(server.url(`/api/record/object/${folder}/seg_0002.m4s`))).status).toBe(200);
  });
});
