import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { stall } from '../support/stall.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const STREAMS = Array.from({ length: 10 }, (_, i) => `cam-${i}`);
const SECONDS = 8;
const STALLS = 5;
const STALL_MS = 200;
/** What has piled up is worked off before the next. */
const BETWEEN_MS = 800;
const BEFORE_MS = 1500;

interface Track {
  readonly kind: string;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly framesDropped: number;
}

interface Session {
  readonly completeness: { readonly tracks: readonly Track[] };
}

describe('ten recordings on a server that is held up for 200 ms, five times', () => {
  itWith('ffmpeg')('lose no packet and no frame', async () => {
    await using server = await TestServer.start();
    const media = await makeMedia({ seconds: SECONDS, size: '1280x720', bitrateKbps: 2450 });
    await using publisher = await Publisher.start('datachannel', {
      urls: STREAMS.map((stream) => server.url(`/whip/${stream}`)),
      media,
      // So that not all of them begin with the same key frame.
      spreadSeconds: 1,
    });
    await pause(BEFORE_MS);

    for (let count = 0; count < STALLS; count += 1) {
      await stall(server, STALL_MS);
      await pause(BETWEEN_MS);
    }
    expect(publisher.hasEnded).toBe(false);
    await publisher.ended();

    const { video, audio } = publisher.sent;
    const received = new Set<string>();
    for (const stream of STREAMS) {
      await until(() => isFinished(server, stream), `${stream} is finished`);
      const { sessions } = await server.get<{ sessions: Session[] }>(`/api/v1/sessions?stream=${stream}`);
      const tracks = sessions.flatMap(({ completeness }) => completeness.tracks);
      for (const { kind, packetsReceived, packetsLost, framesDropped } of tracks) {
        expect([stream, kind, packetsLost, framesDropped]).toEqual([stream, kind, 0, 0]);
        received.add(`${kind} ${packetsReceived}`);
      }
      const recording = await StoredRecording.of(server, stream);
      expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(video);
      expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(audio);
    }
    // The same frames make as many packets for each of them.
    expect([...received].map((count) => count.split(' ')[0]).sort()).toEqual(['audio', 'video']);
  });
});
