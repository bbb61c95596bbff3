import { launchChromium } from '../support/browser.js';
import { judgeDashPeriods } from '../support/judges/dash-periods.js';
import { PLAYER_NAMES, manifestFor, playThrough } from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const SIZES = ['640x360', '320x180', '480x270'];
const ROUNDS = 10;
const SECONDS_PER_SIZE = 2;
const CHANGES = ROUNDS * SIZES.length;

describe('a resolution that changes every two seconds for a minute', () => {
  itWith('chromium', 'ffmpeg')(
    'plays in every player without standing still, and decodes Period by Period',
    async () => {
      await using server = await TestServer.start();
      const media = await Promise.all(
        SIZES.map((size) => makeMedia({ seconds: SECONDS_PER_SIZE, size, bitrateKbps: 200, gopFrames: 60 })),
      );
      const urls = [server.url('/whip/cam')];
      await using publisher = await Publisher.start('datachannel', { urls, media, loops: ROUNDS });
      await publisher.ended();
      await until(() => isFinished(server, 'cam'), 'the recording is finished');
      const { entry } = await StoredRecording.of(server, 'cam');

      const periods = await judgeDashPeriods(server.url(manifestFor('dash.js', entry.mpd_path)));
      const pictures = periods.map(({ streams }) => streams.find(({ codec_type: type }) => type === 'video'));
      expect(periods.map(({ errors }) => errors)).toEqual(periods.map(() => ''));
      expect(pictures.map((video) => `${video?.width}x${video?.height}`)).toEqual(
        Array.from({ length: CHANGES }, (_, index) => SIZES[index % SIZES.length]),
      );
      const decoded = pictures.reduce((sum, video) => sum + Number(video?.nb_read_packets), 0);
      expect(decoded).toBe(publisher.sent.video.length);

      await using browser = await launchChromium();
      const ends = await Promise.all(
        PLAYER_NAMES.map(async (player) => {
          const page = await browser.newPage();
          await page.goto(server.url('/'));
          const end = await playThrough(page, player, server.url(manifestFor(player, entry.mpd_path)), { rate: 3 });
          return { player, ...end };
        }),
      );
      for (const end of ends) {
        expect(end).toMatchObject({ player: end.player, ended: true, errors: [], skips: [] });
        expect(end.longestStall).toBeLessThan(1);
        expect(Math.abs(end.position - CHANGES * SECONDS_PER_SIZE)).toBeLessThan(0.5);
      }
    },
  );
});
