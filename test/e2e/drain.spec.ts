import { makeMedia } from '../support/media.js';
import { offer } from '../support/offer.js';
import { problem } from '../support/problem.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause } from '../support/wait.js';

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
    expect(await server.post('/api/v1/drain', {})).toEqual({ draining: true, publishers: 1 });
    await publisher.ended();
    expect(await server.terminate()).toBe(0);

    await server.start();
    const recording = await StoredRecording.of(server, 'cam');
    expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
  });

  it('is in the OpenAPI document', async () => {
    await using server = await TestServer.start();

    const { paths } = await server.get<{ paths: Record<string, Record<string, unknown>> }>('/api-docs-json');

    expect(paths['/api/v1/drain']?.['post']).toMatchObject({ tags: ['operations'], responses: { '200': {} } });
  });
});
