import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

interface StorageReport {
  readonly usedBytes: number;
  readonly bytesPerHour: number;
  readonly hoursLeft: number | null;
  readonly jobs: { readonly pending: readonly unknown[] };
}

/** @returns the directory that it was recorded into */
async function recordFor(server: TestServer, ms: number): Promise<string> {
  const media = await makeMedia({ seconds: 10, gopFrames: 30 });
  await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media, quiet: true });
  await pause(ms);
  await publisher.end();
  await until(() => isFinished(server, 'cam'), 'the recording is finished');
  const [entry] = await server.get<{ mpd_path: string }[]>('/api/playback/cam');
  return (entry?.mpd_path ?? '').replace('/manifest.mpd', '');
}

itWith('ffmpeg')(
  'a recording over the limit is deleted with its files, and its names are not given out again',
  async () => {
    await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' } });
    const directory = await recordFor(server, 3000);
    const folder = join(server.recordings, directory);
    const segments = (await readdir(folder)).filter((name) => name.startsWith('seg_'));
    const report = await server.get<StorageReport>('/api/v1/storage');
    expect(segments.length).toBeGreaterThan(1);
    expect(report.usedBytes).toBeGreaterThan(1000);
    expect(report.bytesPerHour).toBeGreaterThan(report.usedBytes);
    expect(report.hoursLeft).toBeGreaterThan(0);

    await server.terminate();
    await server.start({ AIRCHECK_RETENTION_MAX_BYTES: '1' });
    await until(() => server.log.includes('Retention deleted'), 'retention has looked');
    await until(async () => {
      const { jobs } = await server.get<StorageReport>('/api/v1/storage');
      return jobs.pending.length === 0;
    }, 'the objects are deleted');

    await expect(server.get('/api/v1/sessions')).resolves.toMatchObject({ sessions: [] });
    await expect(server.get('/api/playback')).resolves.toEqual([]);
    expect(existsSync(folder) ? await readdir(folder) : []).toEqual([]);

    await server.terminate();
    await server.start();
    await recordFor(server, 2000);
    const names = await readdir(folder);
    expect(names.filter((name) => segments.includes(name))).toEqual([]);
    expect(names).toContain('init_0002.m4s');
    await server.terminate();
    await expect(server.command('fsck', '--deep')).resolves.toMatchObject({ exitCode: 0 });
  },
);
