import { NetworkScene, hashes, places } from '../support/network/network-scene.js';
import type { PathConditions } from '../support/network/network-path.js';
import { itWith } from '../support/tools.js';

const FRAMES_PER_SECOND = 30;
const BAD: Partial<PathConditions> = {
  lossPercent: 5,
  reorderPercent: 2,
  duplicatePercent: 1,
  delayMs: 20,
  jitterMs: 5,
};

describe('a minute on a bad network', () => {
  itWith('ffmpeg')(
    'with 5 % loss, from a sender that repeats packets as they were: 99 % is kept and decodes',
    async () => {
      await using scene = await NetworkScene.start(21, 60);
      scene.relay.toServer.become(BAD);
      scene.relay.toPublisher.become(BAD);

      const recording = await scene.recording();

      const { video } = scene.publisher.sent;
      const stored = places(await hashes(recording, 'video'), video);
      expect(video.length).toBe(60 * FRAMES_PER_SECOND);
      expect(stored.length).toBeGreaterThanOrEqual(0.99 * video.length);
      expect(await scene.decodeErrorsOfAllPeriods(recording)).toBe('');
      expect(scene.relay.toServer.counters.lost).toBeGreaterThan(200);
    },
  );
});
