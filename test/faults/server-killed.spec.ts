import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeErrors, decodeWithFfmpeg } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished, newestSession, StoredRecording } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { decodeErrorsOfPeriods } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const withFfmpeg = itWith('ffmpeg');
/** Somewhere in the first segment, the second, and anywhere. */
const INSTANTS_MS = [
  [1500, 6000],
  [6500, 11_500],
  [1500, 14_000],
].map(([from = 0, to = 0]) => Math.round(from + Math.random() * (to - from)));

describe('the server killed in mid-recording', () => {
  withFfmpeg.each(INSTANTS_MS)(
    'loses at most one second and plays to its end after the restart (killed after %d ms)',
    async (afterMs) => {
      await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0' } });
      const media = await makeMedia({ seconds: 20 });
      await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
      await pause(afterMs);
      const killedAtMs = performance.now();
      await server.kill();

      await server.start();

      const recording = await StoredRecording.of(server, 'cam');
      const stored = (await recording.samples('video')).map(({ hash }) => hash);
      const sent = publisher.sent.video.filter((_, i) => (publisher.sentAtMs.video[i] ?? 0) < killedAtMs);
      expect(stored).toEqual(sent.slice(0, stored.length));
      expect(sent.length - stored.length).toBeLessThanOrEqual(30);
      const manifest = server.url(`/api/record/object/${recording.entry.mpd_path}`);
      expect(await decodeErrors(manifest)).toBe('');
      expect(await recording.text('manifest.mpd')).toContain('type="static"');
      expect(Math.abs(recording.entry.duration_ms - stored.length * (1000 / 30))).toBeLessThan(1100);
      expect(await server.get('/api/record/cam')).toEqual({ recording: false });
    },
  );

  withFfmpeg('continues the same session when the publisher is back inside the reconnect window', async () => {
    await using server = await TestServer.start();
    const media = await makeMedia({ seconds: 10 });
    const before = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media, quiet: true });
    const { record_id: record } = await server.post<{ record_id: string }>('/api/record/cam', {});
    await pause(5000);
    await server.kill();
    await before.kill();

    await server.start();
    expect(await server.get('/api/record/cam')).toEqual({ recording: true });
    await using after = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media, quiet: true });
    await after.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    const recording = await StoredRecording.of(server, 'cam');
    expect(recording.entry.record).toBe(record);
    expect((await recording.text('video.m3u8')).match(/#EXT-X-DISCONTINUITY/g)).toHaveLength(1);
    expect(await decodeErrors(server.url(`/api/record/object/${recording.entry.mpd_path}`))).toBe('');
    expect(await decodeErrorsOfPeriods(server, 'cam')).toBe('');
  });

  withFfmpeg('makes the exports that were ordered, when it is back', async () => {
    await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0' } });
    const media = await makeMedia({ seconds: 10 });
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      quiet: true,
    });
    await publisher.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');
    const session = await newestSession(server, 'cam');
    const orders = Array.from({ length: 10 }, () => ({ stream: 'cam', session }));
    const made = await Promise.all(orders.map((order) => server.post<{ id: string }>('/api/v1/exports', order)));
    await server.kill();

    await server.start();

    for (const { id } of made) {
      const show = () => server.get<{ state: string; problem: unknown }>(`/api/v1/exports/${id}`);
      await until(async () => (await show()).state === 'completed', 'the export is completed');
      const { complaints } = await decodeWithFfmpeg(server.url(`/api/v1/exports/${id}/file`));
      expect(complaints).toBe('');
    }
    expect((await readdir(join(server.folder, 'data/exports'))).sort()).toEqual(made.map(({ id }) => id).sort());
  });
});
