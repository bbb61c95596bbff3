import { GeneratedClient } from '../support/generated-client/client.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

itWith('ffmpeg')(
  'a client that was generated from the schema records, listens, and reads what was recorded',
  async () => {
    await using server = await TestServer.start({
      env: { AIRCHECK_RECORDER_AUTO_STREAMS: 'none', AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' },
    });
    await using client = new GeneratedClient(server.url('/graphql'));
    const media = await makeMedia({ seconds: 4, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      loops: 8,
      quiet: true,
    });
    const numbers: number[] = [];
    const end = client.onSegment('cam', ({ number, durationMs }) => {
      if (durationMs > 0) numbers.push(number);
    });

    const ids: string[] = [];
    for (const wanted of [1, 2]) {
      const started = await client.start('cam');
      ids.push(started.sessionId);
      await until(() => numbers.length >= wanted, 'a segment is committed');
      expect(await client.stop('cam')).toBe(true);
      await until(() => isFinished(server, 'cam'), 'the recording is finished');
    }
    end();
    expect(await client.stop('cam')).toBe(false);
    await publisher.kill();

    const pages: string[][] = [];
    for await (const page of client.sessions('cam', 1)) pages.push(page.map(({ id, state }) => `${id} ${state}`));
    expect(pages).toEqual(ids.map((id) => [`${id} COMPLETED`]));
    const session = await client.session(ids[0] ?? '');
    expect(session).toMatchObject({
      stream: 'cam',
    });
    expect(session?.segmentCount).toBeGreaterThan(0);
    expect(session?.tracks).toContainEqual({ kind: 'VIDEO', codec: 'H264', width: 640 });
    expect((await fetch(server.url(session?.playback.dash ?? ''))).status).toBe(200);
    expect(await client.session('nobody')).toBeNull();
  },
);
