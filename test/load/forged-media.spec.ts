import { environmentOf, itByEngine, oppositeCombinations } from '../support/engine-combinations.js';
import { makeMedia } from '../support/media.js';
import { SenderNetwork } from '../support/network/sender-network.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

/** So few that a machine that does ten other things has time for all of it. */
const STREAMS = 4;
const SECONDS = 6;
/** One of each kind with each packet of the publisher's own (test/support/network/sender-network.c). */
const KINDS = 8;

interface StreamView {
  readonly publish: { readonly sessions: readonly { readonly state: string }[] };
  readonly codecs: readonly { readonly kind: string; readonly packetsLost: number }[];
}

/** Datagrams that were of no use, of those sessions that are there. */
async function refused(server: TestServer): Promise<number> {
  const text = await (await fetch(server.url('/metrics'))).text();
  return Number(/^aircheck_datagrams_dropped_total (\S+)$/m.exec(text)?.[1] ?? 0);
}

describe('publishers from whose own addresses somebody sends forged, replayed, far-ahead, cut and other packets', () => {
  itByEngine(oppositeCombinations, itWith('ffmpeg', 'compiler'))(
    'are recorded whole, as if nothing of it had come',
    async (combination) => {
      await using server = await TestServer.start({
        env: { AIRCHECK_ENGINE_WORKERS: '1', ...environmentOf(combination) },
      });
      const media = await makeMedia({ seconds: SECONDS });
      using network = new SenderNetwork({ forgedPerPacket: KINDS });
      const streams = Array.from({ length: STREAMS }, (_, i) => `cam-${i}`);

      await using publisher = await Publisher.start('datachannel', {
        urls: streams.map((stream) => server.url(`/whip/${stream}`)),
        media,
        environment: network.environment,
        // A machine that is too busy for all of it drops from sockets: genuine packets are sent again.
        repairsSound: true,
      });
      // Of 100 packets each, at least.
      await until(async () => (await refused(server)) > STREAMS * KINDS * 100, 'very many were refused');
      let views: StreamView[] = [];
      await until(async () => {
        views = await Promise.all(streams.map((stream) => server.get<StreamView>(`/api/streams/${stream}`)));
        return views.every(({ codecs }) => codecs.length > 1);
      }, 'all are described');
      await publisher.ended();

      for (const { publish, codecs } of views) {
        expect(publish.sessions).toHaveLength(1);
        expect(codecs.map(({ kind, packetsLost }) => `${kind} ${packetsLost}`).sort()).toEqual(['audio 0', 'video 0']);
      }
      const { video, audio } = publisher.sent;
      for (const stream of streams) {
        await until(() => isFinished(server, stream), `${stream} is finished`);
        const recording = await StoredRecording.of(server, stream);
        expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(video);
        expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(audio);
        expect((await recording.segmentNames('video')).length).toBeLessThanOrEqual(2);
      }
    },
  );
});
