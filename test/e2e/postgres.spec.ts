import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { PostgresServer } from '../support/postgres-server.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const KILLED_AFTER_MS = 5000;

describeWith('postgres', 'ffmpeg')('a server with its index in PostgreSQL', () => {
  it('records, lists and plays, also what it recorded until it was killed', async () => {
    await using postgres = await PostgresServer.start();
    const env = {
      DATABASE_URL: postgres.url(await postgres.createDatabase()),
      AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2',
      AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0',
    };
    await using server = await TestServer.start({ env });
    const media = await makeMedia({ seconds: 8, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await pause(KILLED_AFTER_MS);
    await server.kill();

    await server.start();

    const { sessions } = await server.get<{ sessions: object[] }>('/api/v1/sessions?stream=cam');
    expect(sessions).toMatchObject([{ stream: 'cam', state: 'completed' }]);
    const { recordings } = await server.get<{ recordings: object[] }>('/api/v1/recordings?stream=cam');
    expect(recordings).toHaveLength(1);
    const recording = await StoredRecording.of(server, 'cam');
    const stored = (await recording.samples('video')).map(({ hash }) => hash);
    expect(stored).toEqual(publisher.sent.video.slice(0, stored.length));
    expect(stored.length).toBeGreaterThan(60);
    expect(await decodeErrors(server.url(`/api/record/object/${recording.entry.mpd_path}`))).toBe('');
    const { exitCode, output } = await server.terminate().then(() => server.command('fsck', '--deep'));
    expect([exitCode, output]).toEqual([0, expect.any(String)]);
  });

  it('goes on recording while the database is away, and writes its rows when it is back', async () => {
    await using postgres = await PostgresServer.start();
    const env = {
      DATABASE_URL: postgres.url(await postgres.createDatabase()),
      AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2',
    };
    await using server = await TestServer.start({ env });
    const media = await makeMedia({ seconds: 14, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await pause(3000);

    await postgres.stop('SIGQUIT');
    expect((await fetch(server.url('/readyz'))).status).toBe(503);
    expect((await fetch(server.url('/livez'))).status).toBe(200);
    for (const refused of [
      await fetch(server.url('/api/v1/sessions')),
      await fetch(server.url('/graphql'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ recordingSessions { edges { node { id } } } }' }),
      }),
    ]) {
      expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('"unavailable"')]);
    }
    await pause(5000);
    await postgres.start();

    await publisher.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished', 60_000);
    await until(async () => {
      const { entry } = await StoredRecording.of(server, 'cam');
      return entry.duration_ms > 13_500;
    }, 'all rows are there');
    const recording = await StoredRecording.of(server, 'cam');
    expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
    expect(await decodeErrors(server.url(`/api/record/object/${recording.entry.mpd_path}`))).toBe('');
  });
});
