import { freePort } from '../support/listening.js';
import { makeMedia } from '../support/media.js';
import { offer } from '../support/offer.js';
import { problem } from '../support/problem.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

describe('POST /api/v1/drain', () => {
  itWith('ffmpeg')('lets nobody in any more, and recordings go on', async () => {
    await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' } });
    const media = await makeMedia({ seconds: 10, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await pause(1000);

    expect(await server.post('/api/v1/drain', {})).toEqual({ draining: true, publishers: 1 });

    const refused = await fetch(server.url('/whip/late'), {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: offer(),
    });
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await problem(refused)).toMatchObject({ status: 503, code: 'node-draining' });
    expect(await problem(await fetch(server.url('/readyz')))).toMatchObject({ status: 503, code: 'not-ready' });
    expect((await fetch(server.url('/livez'))).status).toBe(200);
    expect(await server.get('/api/record/cam')).toEqual({ recording: true });
    expect(await (await fetch(server.url('/metrics'))).text()).toMatch(/^aircheck_recording_streams 1$/m);
    expect(await server.post('/api/v1/drain', { to: 'https://other.example' })).toEqual({
      draining: true,
      publishers: 1,
    });
    const sent = await fetch(server.url('/whip/late?a=b'), {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: offer(),
      redirect: 'manual',
    });
    expect(sent.headers.get('location')).toBe('https://other.example/whip/late?a=b');
    expect(await problem(sent)).toMatchObject({ status: 307, code: 'node-draining' });
    await publisher.ended();
    expect(await server.terminate()).toBe(0);

    await server.start();
    const recording = await StoredRecording.of(server, 'cam');
    expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
  });

  itWith('ffmpeg')(
    'is waited for while the server has too much to do to answer, and is written down once',
    async () => {
      const env = { AIRCHECK_HTTP_LISTEN: `127.0.0.1:${String(await freePort())}` };
      await using server = await TestServer.start({ env });
      const media = await makeMedia({ seconds: 12, gopFrames: 30 });
      await using _publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
      const drained = server.command('drain', '--wait', '60');
      await until(async () => (await fetch(server.url('/readyz'))).status === 503, 'it drains');

      process.kill(server.pid, 'SIGSTOP');
      await pause(5000);
      process.kill(server.pid, 'SIGCONT');

      expect(await drained).toEqual({
        exitCode: 0,
        output: 'The server takes no new publishers; 0 are left.\n',
        complaint: '',
      });
      expect(await server.get('/api/v1/drain')).toEqual({ draining: true, publishers: 0 });
      const { events } = await server.get<{ events: object[] }>('/api/v1/audit?event=node-drained');
      expect(events).toHaveLength(1);
    },
  );

  it('sends nobody to what is no origin, and does not drain then', async () => {
    await using server = await TestServer.start();

    for (const to of ['other.example', 'ftp://other.example', 'https://other.example/path', '']) {
      const answer = await fetch(server.url('/api/v1/drain'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ to }),
      });
      expect(await problem(answer)).toMatchObject({ status: 400, code: 'input-invalid' });
    }

    expect((await fetch(server.url('/readyz'))).status).toBe(200);
  });

  it('is in the OpenAPI document', async () => {
    await using server = await TestServer.start();

    const { paths } = await server.get<{ paths: Record<string, Record<string, unknown>> }>('/api-docs-json');

    expect(paths['/api/v1/drain']?.['post']).toMatchObject({ tags: ['operations'], responses: { '200': {} } });
  });
});
