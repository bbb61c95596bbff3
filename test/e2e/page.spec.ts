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

const COUNTS = { packetsReceived: 9, packetsRepaired: 0, packetsLost: 0, framesRecorded: 9, framesDropped: 0 };

/** One of ten minutes in which a second is missing, as the server tells it. */
function sessionOf(minute: number, directories: readonly string[]): object {
  const startedAt = new Date(Date.UTC(2026, 10, 20, 12, 10 * minute)).toISOString();
  const gaps = { gapCount: 1, gapMs: 1000 };
  const completeness = {
    ...gaps,
    causes: [{ cause: 'loss', ...gaps }],
    tracks: [{ kind: 'video', ...COUNTS, ...gaps }],
  };
  const facts = { state: 'completed', reason: null, startedAt, endedAt: startedAt, lengthMs: 600_000, unrecorded: [] };
  return { id: `s${minute}`, directories, ...facts, completeness };
}

describe('the list of recordings', () => {
  itWith('chromium')('counts all sessions of a day, and says when they went on over midnight', async () => {
    await using server = await TestServer.start();
    await using browser = await launchChromium();
    const page = await browser.newPage();
    const days = [20, 21].map((day) => ({
      record: String(Date.UTC(2026, 10, day, 12) / 1000),
      year: 2026,
      month: 11,
      day,
      mpd_path: `cam/2026/11/${day}/manifest.mpd`,
      duration_ms: 600_000,
    }));
    const overMidnight = sessionOf(72, ['cam/2026/11/20', 'cam/2026/11/21']);
    const pages: Readonly<Record<string, object>> = {
      first: { sessions: [overMidnight], nextCursor: 'second' },
      second: { sessions: [sessionOf(1, ['cam/2026/11/20'])], nextCursor: null },
    };
    await page.route('**/api/playback', (route) => route.fulfill({ json: ['cam'] }));
    await page.route('**/api/playback/cam', (route) => route.fulfill({ json: days }));
    await page.route('**/api/v1/sessions?*', (route) => {
      const cursor = new URL(route.request().url()).searchParams.get('cursor');
      return route.fulfill({ json: pages[cursor ?? 'first'] });
    });
    await page.goto(server.url('/'));

    const rows = page.getByRole('region', { name: 'Recordings' }).locator('.rows > li');
    await rows.first().getByText('99.8 % — 1 gap, 1.0 s: loss (over 2 days)').waitFor();
    await rows.last().getByText('99.8 % — 2 gaps, 2.0 s: loss (over 2 days)').waitFor();
  });
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
