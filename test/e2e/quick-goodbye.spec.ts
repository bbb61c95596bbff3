import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const STREAMS = 8;

describe.each(['dgram', 'fd'] as const)('a publisher that goes with its last packet, received by %s', (receive) => {
  itWith('ffmpeg')('is recorded to its last frame', async () => {
    await using server = await TestServer.start({ env: { AIRCHECK_ENGINE_RECEIVE: receive } });
    const media = await makeMedia({ seconds: 3 });
    const streams = Array.from({ length: STREAMS }, (_, index) => `cam-${index}`);
    const urls = streams.map((stream) => server.url(`/whip/${stream}`));
    await using publisher = await Publisher.start('datachannel', { urls, media, lingerMs: 0 });
    await publisher.ended();

    for (const stream of streams) {
      await until(() => isFinished(server, stream), `${stream} is finished`);
      const recording = await StoredRecording.of(server, stream);
      expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
      expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(publisher.sent.audio);
    }
  });
});
