import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const STREAMS = 50;
const SECONDS = 20;

/** A server that has just started runs its code for the first time: a few streams before the many, as on a server at work. */
async function warmUp(server: TestServer): Promise<void> {
  const media = await makeMedia({ seconds: 4, size: '1280x720', bitrateKbps: 2450 });
  const urls = Array.from({ length: 10 }, (_, i) => server.url(`/whip/before-${i}`));
  await using publisher = await Publisher.start('datachannel', { urls, media });
  await publisher.ended();
}

describe('fifty publishers of 2.5 Mbit/s', () => {
  itWith('ffmpeg')('are recorded on one core without losing a frame', async () => {
    await using server = await TestServer.start({ onOneCore: true, env: { AIRCHECK_ENGINE_WORKERS: '1' } });
    const media = await makeMedia({ seconds: SECONDS, size: '1280x720', bitrateKbps: 2450 });
    await warmUp(server);
    const streams = Array.from({ length: STREAMS }, (_, i) => `cam-${i}`);

    await using publisher = await Publisher.start('datachannel', {
      urls: streams.map((stream) => server.url(`/whip/${stream}`)),
      media,
      // Nobody's cameras make their key frames at the same time.
      spreadSeconds: 2,
    });
    await publisher.ended();

    const { video, audio } = publisher.sent;
    expect(video.length).toBe(SECONDS * 30);
    for (const stream of streams) {
      await until(() => isFinished(server, stream), `${stream} is finished`);
      const recording = await StoredRecording.of(server, stream);
      expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(video);
      expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(audio);
    }
  });
});
