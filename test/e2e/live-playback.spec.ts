import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import {
  PLAYER_NAMES,
  manifestFor,
  play,
  playback,
  seek,
  seekLive,
  viewFor,
  watchFor,
  type PlayerName,
} from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const WATCHED_SECONDS = 10;
/** The shortest that there is. */
const WINDOW_SECONDS = 30;
/** Players are some six seconds behind, and what leaves the window must not be asked for. */
const BACK_SECONDS = 14;

async function watchAll(
  browser: Browser,
  urlOf: (player: PlayerName) => string,
  watch: (page: Page, player: PlayerName) => Promise<void>,
): Promise<void> {
  await Promise.all(
    PLAYER_NAMES.map(async (player) => {
      const page = await browser.newPage();
      const url = urlOf(player);
      await page.goto(new URL('/', url).href);
      await until(async () => (await fetch(url)).ok, 'the manifest is there');
      await play(page, player, url);
      await watch(page, player);
      expect([player, (await playback(page)).errors]).toEqual([player, []]);
      await page.close();
    }),
  );
}

itWith('chromium', 'ffmpeg')(
  'what records is played live by every player: all of it, and a window that moves',
  async () => {
    await using server = await TestServer.start({
      env: {
        AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2',
        AIRCHECK_PLAYBACK_DVR_WINDOW_SECONDS: String(WINDOW_SECONDS),
      },
    });
    await using browser = await launchChromium();
    const media = await makeMedia({ seconds: 10, gopFrames: 30 });
    const urls = [server.url('/whip/cam')];
    await using publisher = await Publisher.start('datachannel', { urls, media, loops: 12, quiet: true });
    const startedAtMs = performance.now();
    const { mpd_path: manifest } = await server.post<{ mpd_path: string }>('/api/record/cam', {});

    await watchAll(
      browser,
      (player) => server.url(manifestFor(player, manifest)),
      (page, player) => watchFor(page, player, WATCHED_SECONDS),
    );

    await until(
      () => performance.now() - startedAtMs > WINDOW_SECONDS * 1000,
      'the window moves',
      WINDOW_SECONDS * 1000,
    );
    await watchAll(
      browser,
      (player) => server.url(viewFor(player, 'cam', '')),
      async (page, player) => {
        await watchFor(page, player, 2);
        const live = await seekLive(page);
        await watchFor(page, player, 3);
        await seek(page, live - BACK_SECONDS);
        await watchFor(page, player, 3);
        expect([player, (await seekLive(page)) > live]).toEqual([player, true]);
        await watchFor(page, player, 4);
      },
    );
    await publisher.kill();
  },
);
