import type { Locator, Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const SIZES = { 'a wide screen': { width: 1440, height: 900 }, 'a phone': { width: 360, height: 780 } };

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

      await watchLive(page, live);
      await live.getByRole('button', { name: 'Watch', exact: true }).click();
      await until(() => isPlaying(page), 'the live recording plays', 30_000);
      await page.getByRole('button', { name: 'Close' }).click();

      await live.getByRole('row', { name: /codec Opus H\.264|codec H\.264 Opus/ }).waitFor();
      await live.getByText(/publisher connected · for .* · .*bit\/s/).waitFor();
      expect(await fits(page)).toBe(true);
      await live.getByRole('button', { name: 'Split' }).click();
      await live.getByText('The recording goes on as another session.').waitFor();
      await live.getByRole('button', { name: 'Stop recording' }).click();
      await live.getByRole('button', { name: 'Record', exact: true }).waitFor();
      await page.getByRole('button', { name: 'End', exact: true }).click();
      await live.getByText('Nobody is live.').waitFor();

      const recordings = page.getByRole('region', { name: 'Recordings' });
      await recordings.getByRole('button', { name: 'Play' }).click();
      await until(() => isPlaying(page), 'the finished recording plays', 30_000);
      await page.getByRole('button', { name: 'Close' }).click();
      await keepAndDelete(page, recordings);
      expect(await fits(page)).toBe(true);
      expect(mistakes).toEqual([]);
    });
  }
});

const COUNTS = { packetsReceived: 9, packetsRepaired: 0, packetsLost: 0, framesRecorded: 9, framesDropped: 0 };
const PATHS = { dash: '/d', hls: '/h', mp4: null };

const connection = (nodes: readonly object[], endCursor: string | null = null): object => ({
  pageInfo: { hasNextPage: endCursor !== null, endCursor },
  edges: nodes.map((node) => ({ node })),
});

/** One of ten minutes in which a second is missing, as the server tells it. */
function sessionOf(minute: number, directories: readonly string[]): object {
  const startedAt = new Date(Date.UTC(2026, 10, 20, 12, minute)).toISOString();
  const gaps = { gapCount: 1, gapMs: 1000 };
  const completeness = {
    ...gaps,
    causes: [{ cause: 'LOSS', ...gaps }],
    tracks: [{ kind: 'VIDEO', ...COUNTS, ...gaps }],
  };
  return {
    ...{ id: `s${minute}`, stream: 'cam', state: 'COMPLETED', reason: null, startedAt, endedAt: startedAt },
    ...{ heldAt: null, lengthMs: 600_000, sizeBytes: 1e6, segmentCount: 100, playback: PATHS, unrecorded: [] },
    ...{ storage: { directories, uploadingCount: 0 }, completeness },
  };
}

function dayOf(day: number, sessions: readonly object[]): object {
  const facts = { id: `d${day}`, stream: 'cam', year: 2026, month: 11, day, durationMs: 600_000, playback: PATHS };
  return { ...facts, sessions: connection(sessions) };
}

describe('the list of recordings', () => {
  itWith('chromium')('counts what sessions lack and what lies between them, over midnight and over pages', async () => {
    await using server = await TestServer.start();
    await using browser = await launchChromium();
    const page = await browser.newPage({ timezoneId: 'UTC' });
    const days = ['cam/2026/11/20', 'cam/2026/11/21'];
    const overMidnight = sessionOf(719, days);
    const newest = connection([dayOf(21, [overMidnight])], 'older');
    const older = connection([
      dayOf(20, [sessionOf(10, days.slice(0, 1)), sessionOf(40, days.slice(0, 1)), overMidnight]),
    ]);
    await page.route('**/graphql', (route) => {
      const { variables } = route.request().postDataJSON() as { variables: { after: string | null } };
      return route.fulfill({ json: { data: { recordings: variables.after === null ? newest : older } } });
    });
    await page.goto(server.url('/'));

    const rows = page.getByRole('region', { name: 'Recordings' }).locator('.rows > li');
    await rows.first().getByText('99.8 % — 1 gap, 1.0 s: loss (over 2 days)').waitFor();
    await rows.first().getByText('Sat, Nov 21, 2026, 12:00 AM').waitFor();
    expect(await rows.count()).toBe(1);
    await page.getByRole('button', { name: 'Show older ones' }).click();
    const between = 'nothing there for 11:29:00 between sessions';
    await rows.last().getByText(`99.8 % — 3 gaps, 3.0 s: loss (over 2 days) · ${between}`).waitFor();
    expect(await page.getByRole('button', { name: 'Show older ones' }).count()).toBe(0);
  });
});

/** Watches by WHEP, is seen in the stream's row, and is disconnected there. */
async function watchLive(page: Page, live: Locator): Promise<void> {
  await live.getByRole('button', { name: 'Watch live' }).click();
  await until(() => isPlaying(page), 'the stream is watched as it comes', 30_000);
  await live.getByText('Tracks and connections').click();
  await live.getByText(/viewer connected · for .* · .*bit\/s/).waitFor();
  await live.getByRole('button', { name: 'Disconnect viewer 1 of opening-night' }).click();
  const dialog = page.getByRole('dialog', { name: 'Disconnect a viewer of opening-night?' });
  await dialog.getByText('Its connection ends.').waitFor();
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  await live.getByText(/viewer connected/).waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Close' }).click();
}

/** Of a day with two sessions the newer one is held, released and deleted, by keys alone from the dialog on. */
async function keepAndDelete(page: Page, recordings: Locator): Promise<void> {
  await recordings.getByText(/complete|gap/).click();
  const sessions = recordings.getByRole('region', { name: /^Session from/ });
  await sessions.nth(1).waitFor();
  const newer = sessions.first();
  await newer.getByRole('button', { name: 'Hold' }).click();
  await newer.getByText(/^Held since .*: nobody can delete it\.$/).waitFor();
  expect(await newer.getByRole('button', { name: 'Delete…' }).isDisabled()).toBe(true);
  await newer.getByRole('button', { name: 'Release' }).click();
  await newer.getByRole('button', { name: 'Hold' }).waitFor();

  await newer.getByRole('button', { name: 'Delete…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Delete a session of opening-night?' });
  await dialog.getByText(/of media, .* in \d+ segments?\. It will be gone/).waitFor();
  expect(await fits(page)).toBe(true);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(await sessions.count()).toBe(2);
  await newer.getByRole('button', { name: 'Delete…' }).press('Enter');
  await dialog.getByRole('button', { name: 'Delete' }).press('Enter');
  await until(async () => (await sessions.count()) === 1, 'the session is gone from the list');
}

function fits(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
}

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
