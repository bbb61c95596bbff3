import type { Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const SIZES = { 'a wide screen': { width: 1280, height: 900 }, 'a phone': { width: 390, height: 844 } };

/** What a person does who opens the address that the server prints. */
describe('the page', () => {
  for (const [what, viewport] of Object.entries(SIZES)) {
    itWith('chromium')(`goes live with the test pattern, lists, records, stops and plays on ${what}`, async () => {
      await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' } });
      await using browser = await launchChromium();
      const page = await browser.newPage({ viewport });
      const mistakes = collectMistakes(page);
      await page.goto(server.url('/'));

      await page.getByLabel('Stream name').fill('opening-night');
      await page.getByLabel('Test pattern').check();
      await page.getByRole('button', { name: 'Go live' }).click();
      await page.getByText('You are live.').waitFor();

      const live = page.getByRole('region', { name: 'Live', exact: true });
      await live.getByText('opening-night').waitFor();
      await live.getByText('connected').waitFor();
      await live.getByText('recording', { exact: true }).waitFor();
      await live.getByText(/H\.264 \d+×\d+ .*bit\/s/).waitFor();

      await live.getByRole('button', { name: 'Watch' }).click();
      await until(() => isPlaying(page), 'the live recording plays', 30_000);
      await page.getByRole('button', { name: 'Close' }).click();

      await live.getByRole('button', { name: 'Stop recording' }).click();
      await live.getByRole('button', { name: 'Record', exact: true }).waitFor();
      await page.getByRole('button', { name: 'End', exact: true }).click();
      await live.getByText('Nobody is live.').waitFor();

      const recordings = page.getByRole('region', { name: 'Recordings' });
      await recordings.getByRole('button', { name: 'Play' }).click();
      await until(() => isPlaying(page), 'the finished recording plays', 30_000);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
      expect(mistakes).toEqual([]);
    });
  }
});

function isPlaying(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('video.player');
    return video !== null && video.currentTime > 1 && video.getVideoPlaybackQuality().totalVideoFrames > 10;
  });
}

function collectMistakes(page: Page): string[] {
  const mistakes: string[] = [];
  page.on('pageerror', ({ message }) => mistakes.push(message));
  return mistakes;
}
