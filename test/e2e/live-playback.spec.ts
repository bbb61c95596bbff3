import { launchChromium } from '../support/browser.js';
import { PLAYER_NAMES, manifestFor, play, playback } from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const withAll = itWith('chromium', 'ffmpeg');

describe('a recording that still grows', () => {
  for (const player of PLAYER_NAMES) {
    withAll(`is played by ${player} while the publisher goes on`, async () => {
      await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' } });
      await using browser = await launchChromium();
      const media = await makeMedia({ seconds: 10, gopFrames: 30 });
      await using publisher = await Publisher.start('datachannel', {
        urls: [server.url('/whip/cam')],
        media,
        loops: 6,
        quiet: true,
      });
      const page = await browser.newPage();
      await page.goto(server.url('/'));
      const { mpd_path: manifest } = await server.post<{ mpd_path: string }>('/api/record/cam', {});
      const url = server.url(manifestFor(player, manifest));
      await until(async () => (await fetch(url)).ok, 'the manifest is there');

      await play(page, player, url);

      await until(async () => (await playback(page)).position > 0, 'the picture moves', 30_000);
      const { position: first } = await playback(page);
      await until(async () => (await playback(page)).position > first + 10, 'ten seconds more are played', 30_000);
      expect((await playback(page)).errors).toEqual([]);
      await publisher.kill();
    });
  }
});
