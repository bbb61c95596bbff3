import { makeMedia } from '../support/media.js';
import { problem } from '../support/problem.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

interface ShownStream {
  readonly recording: boolean;
  readonly publish: { readonly sessions: readonly { readonly state: string; readonly stats: { bytes: number } }[] };
}

const withFfmpeg = itWith('ffmpeg');
const aNumber = expect.any(Number) as number;
const anId = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
const silence = { bytes: 0, packets: 0, bitrate: 0 };
const traffic = { bytes: aNumber, packets: aNumber, bitrate: aNumber };

describe('the streams over HTTP', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const publish = async (stream: string): Promise<Publisher> => {
    const media = await makeMedia({ seconds: 10 });
    const publisher = await Publisher.start('datachannel', {
      urls: [server.url(`/whip/${stream}`)],
      media,
      loops: 6,
      quiet: true,
    });
    await until(async () => {
      const [session] = (await server.get<ShownStream>(`/api/streams/${stream}`)).publish.sessions;
      return session?.state === 'connected' && session.stats.bytes > 0;
    }, `${stream} is live`);
    return publisher;
  };

  withFfmpeg('shows a live stream as clients of live777 know it', async () => {
    await using _publisher = await publish('cam');

    const stream = await server.get('/api/streams/cam');

    expect(stream).toEqual({
      id: 'cam',
      createdAt: aNumber,
      publish: {
        leaveAt: 0,
        sessions: [
          { id: anId, createdAt: aNumber, leaveAt: 0, state: 'connected', hasDataChannel: false, stats: traffic },
        ],
      },
      subscribe: { leaveAt: aNumber, sessions: [] },
      codecs: [
        expect.objectContaining({ kind: 'audio', codec: 'opus', fmtp: expect.any(String) as string }),
        expect.objectContaining({ kind: 'video', codec: 'h264', fmtp: expect.any(String) as string }),
      ],
      recording: true,
      provisioned: false,
      onDemand: false,
      stats: { publish: traffic, subscribe: silence },
      statsScope: 'node',
    });
    for (const path of ['/api/streams', '/api/streams/', '/api/streams/?streams=cam&streams=&streams=nobody']) {
      expect(await server.get(path)).toEqual([expect.objectContaining({ id: 'cam' })]);
    }
    expect(await server.get('/api/streams/?streams=nobody')).toEqual([]);
  });

  withFfmpeg('shows a publisher that left as closed', async () => {
    const publisher = await publish('leaving');
    await publisher.end();
    await until(async () => {
      const { publish: left, recording } = await server.get<ShownStream>('/api/streams/leaving');
      return left.sessions[0]?.state === 'closed' && !recording;
    }, 'the session is closed, and what was recorded of it ended');

    expect(await server.get('/api/streams/leaving')).toMatchObject({
      publish: { leaveAt: aNumber, sessions: [{ state: 'closed', leaveAt: aNumber }] },
      codecs: [],
      recording: false,
    });
  });

  withFfmpeg('ends a stream with its publisher and its recording', async () => {
    await using _publisher = await publish('doomed');

    const response = await fetch(server.url('/api/streams/doomed'), { method: 'DELETE' });

    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(await problem(await fetch(server.url('/api/streams/doomed')))).toMatchObject({
      status: 404,
      code: 'stream-not-found',
    });
    expect(await server.get('/api/record/doomed')).toEqual({ recording: false });
    const days = (): Promise<readonly object[]> => server.get<readonly object[]>('/api/playback/doomed');
    await until(async () => (await days()).length === 1, 'its recording is in the index');
  });

  it('does not know streams that are not there', async () => {
    for (const method of ['GET', 'DELETE']) {
      expect(await problem(await fetch(server.url('/api/streams/nobody'), { method }))).toMatchObject({
        status: 404,
        code: 'stream-not-found',
      });
    }
  });
});
