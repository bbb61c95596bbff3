import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { offer } from '../support/offer.js';
import { problem } from '../support/problem.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { SmallDisk } from '../support/small-disk.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const DISK_MIB = 24;
const MARK_BYTES = 4 * 1024 * 1024;
const withDisk = itWith('ffmpeg', 'mount');

const startOn = (disk: SmallDisk, env: Readonly<Record<string, string>> = {}): Promise<TestServer> =>
  TestServer.start({
    env: {
      AIRCHECK_RECORDER_STORAGE_ROOT: disk.path,
      AIRCHECK_RECORDER_MIN_FREE_BYTES: String(MARK_BYTES),
      AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2',
      ...env,
    },
  });

const publish = (server: TestServer, stream: string): Promise<Response> =>
  fetch(server.url(`/whip/${stream}`), {
    method: 'POST',
    headers: { 'content-type': 'application/sdp' },
    body: offer(),
  });

function sessionStates(server: TestServer): { stream: string; state: string; reason: string | null }[] {
  const database = new DatabaseSync(join(server.folder, 'data/aircheck.db'), { readOnly: true });
  try {
    return database.prepare('SELECT stream, state, reason FROM recording_sessions ORDER BY started_at').all() as {
      stream: string;
      state: string;
      reason: string | null;
    }[];
  } finally {
    database.close();
  }
}

describe('a disk that fills up', () => {
  withDisk('fails what is recorded on it, keeps what was committed, and is used again when there is room', async () => {
    using disk = SmallDisk.mount(DISK_MIB);
    await using server = await startOn(disk);
    const media = await makeMedia({ seconds: 12, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await pause(6500);
    await disk.fill();
    await until(async () => {
      const { recording } = await server.get<{ recording: boolean }>('/api/record/cam');
      return !recording;
    }, 'the recording has failed');
    await until(() => sessionStates(server)[0]?.state === 'failed', 'the session is failed in the index');

    expect(sessionStates(server)).toEqual([{ stream: 'cam', state: 'failed', reason: 'disk-full' }]);
    const view = await server.get<{ publish: { sessions: { state: string }[] }; recording: boolean }>(
      '/api/streams/cam',
    );
    expect(view).toMatchObject({ recording: false, publish: { sessions: [{ state: 'connected' }] } });
    expect(await problem(await publish(server, 'door'))).toMatchObject({ status: 507, code: 'storage-full' });
    const recording = await StoredRecording.of(server, 'cam', disk.path);
    const manifest = server.url(`/api/record/object/${recording.entry.mpd_path}`);
    expect(await (await fetch(manifest)).text()).toContain('type="static"');
    expect(await decodeErrors(manifest)).toBe('');
    const stored = await committedHashes(recording, server);
    expect(stored.length).toBeGreaterThan(3.5 * 30);
    expect(stored).toEqual(publisher.sent.video.slice(0, stored.length));

    disk.clear();
    await using next = await Publisher.start('datachannel', { urls: [server.url('/whip/door')], media });
    await pause(3000);
    await next.end();
    await until(() => isFinished(server, 'door'), 'the next recording is finished');
    const second = await StoredRecording.of(server, 'door', disk.path);
    expect((await second.samples('video')).map(({ hash }) => hash)).toEqual(next.sent.video);
    expect((await fetch(server.url('/readyz'))).status).toBe(200);
  });

  withDisk('does not keep a server that was killed from starting again', async () => {
    using disk = SmallDisk.mount(DISK_MIB);
    await using server = await startOn(disk, { AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0' });
    const media = await makeMedia({ seconds: 12, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await pause(5000);
    await disk.fill();
    await server.kill();

    await server.start();

    const recording = await StoredRecording.of(server, 'cam', disk.path);
    const manifest = server.url(`/api/record/object/${recording.entry.mpd_path}`);
    expect(await (await fetch(manifest)).text()).toContain('type="static"');
    expect(await decodeErrors(manifest)).toBe('');
    const stored = await committedHashes(recording, server);
    expect(stored.length).toBeGreaterThan(2 * 30);
    expect(stored).toEqual(publisher.sent.video.slice(0, stored.length));
    disk.clear();
    await until(
      async () => (await recording.text('manifest.mpd')).includes('type="static"'),
      'the manifest is written where there is room',
    );
  });

  withDisk('lets new streams go live unrecorded where that is wanted', async () => {
    using disk = SmallDisk.mount(DISK_MIB);
    await disk.fill(MARK_BYTES / 2);
    await using server = await startOn(disk, { AIRCHECK_RECORDER_ON_FULL: 'live_only' });
    const media = await makeMedia({ seconds: 12, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await pause(1500);

    const view = await server.get<{ publish: { sessions: { state: string }[] }; recording: boolean }>(
      '/api/streams/cam',
    );
    expect(view).toMatchObject({ recording: false, publish: { sessions: [{ state: 'connected' }] } });
    const byHand = await fetch(server.url('/api/record/cam'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(await problem(byHand)).toMatchObject({ status: 507, code: 'storage-full' });
    expect(await server.get('/api/playback')).toEqual([]);
    await publisher.end();
  });
});

/** The pictures of what the index has; the file that was open on the full disk is none of it. */
async function committedHashes(recording: StoredRecording, server: TestServer): Promise<string[]> {
  const samples = await recording.samples('video', async (name) => {
    const key = recording.entry.mpd_path.replace('manifest.mpd', name);
    return (await fetch(server.url(`/api/record/object/${key}`), { method: 'HEAD' })).status === 200;
  });
  return samples.map(({ hash }) => hash);
}
