import { goLive, hangUp, launchChromium, sendingBitrate } from '../support/browser.js';
import { NetworkScene, hashes, places } from '../support/network/network-scene.js';
import type { PathConditions } from '../support/network/network-path.js';
import { UdpRelay } from '../support/network/udp-relay.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { judgePeriods } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const FRAMES_PER_SECOND = 30;
const BAD: Partial<PathConditions> = {
  lossPercent: 5,
  reorderPercent: 2,
  duplicatePercent: 1,
  delayMs: 20,
  jitterMs: 5,
};

/** Chromium goes live through `relay` while `during` lasts, and hangs up over a clean network. @returns pictures that left it to their end */
async function liveInChromium(
  relay: UdpRelay,
  during: (page: Parameters<typeof goLive>[0]) => Promise<void>,
): Promise<{ sent: string[]; stored: string[]; errors: string }> {
  await using server = await TestServer.start({ env: relay.serverEnvironment });
  await using browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(server.url('/'));
  await goLive(page, 'cam', { rtx: true });
  await during(page);
  relay.become({});
  const pictures = (await hangUp(page)).filter(({ kind }) => kind === 'video');
  await until(() => isFinished(server, 'cam'), 'the recording is finished');
  const periods = await judgePeriods(server, 'cam', 'video');
  return {
    // What still waits in Chromium's pacer when a key frame comes is thrown away there.
    sent: pictures
      .filter(({ rtpTimestamp }) => relay.toServer.finishedTimestamps.has(rtpTimestamp))
      .map(({ hash }) => hash),
    stored: periods.flatMap(({ samples }) => samples.map(({ hash }) => hash)),
    errors: periods.map(({ errors }) => errors).join(''),
  };
}

describe('a minute on a bad network', () => {
  itWith('ffmpeg')(
    'with 5 % loss, from a sender that repeats packets as they were: 99 % is kept and decodes',
    async () => {
      await using scene = await NetworkScene.start(21, 60);
      scene.relay.become(BAD);

      const recording = await scene.recording();

      const { video } = scene.publisher.sent;
      const stored = places(await hashes(recording, 'video'), video);
      expect(video.length).toBe(60 * FRAMES_PER_SECOND);
      expect(stored.length).toBeGreaterThanOrEqual(0.99 * video.length);
      expect(await scene.decodeErrors(recording)).toBe('');
      expect(scene.relay.toServer.counters.lost).toBeGreaterThan(200);
    },
  );

  itWith('chromium', 'ffmpeg')(
    'with 5 % loss, from Chromium, which repeats by RTX: 99 % is kept and decodes',
    async () => {
      await using relay = await UdpRelay.start({ seed: 11 });

      const { sent, stored, errors } = await liveInChromium(relay, async () => {
        relay.become(BAD);
        await pause(30_000);
      });

      expect(sent.length).toBeGreaterThan(30 * 15);
      expect(places(stored, sent).length).toBeGreaterThanOrEqual(0.99 * sent.length);
      expect(errors).toBe('');
      expect(relay.toServer.counters.lost).toBeGreaterThan(50);
    },
  );

  itWith('chromium', 'ffmpeg')(
    'that narrows to half of what Chromium sends: it adapts, and what it still sends is kept and decodes',
    async () => {
      await using relay = await UdpRelay.start({ seed: 12 });
      let [wide, narrow] = [0, Infinity];

      const { sent, stored, errors } = await liveInChromium(relay, async (page) => {
        await pause(8_000);
        wide = await sendingBitrate(page, 2);
        relay.toServer.become({ rateKbps: wide / 2000, queueMs: 500 });
        await pause(8_000);
        narrow = await sendingBitrate(page, 6);
      });

      expect(narrow).toBeLessThan(wide / 2);
      expect(sent.length).toBeGreaterThan(24 * 5);
      expect(places(stored, sent).length).toBeGreaterThanOrEqual(0.99 * sent.length);
      expect(errors).toBe('');
    },
  );
});
