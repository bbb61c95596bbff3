import type { Locator, Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import { decodeWithFfmpeg } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const WIDE = { width: 1280, height: 1000 };
const PHONE = { width: 390, height: 844 };

/** Twelve seconds of media with a gap of some seconds between, in which the publisher was lost. */
async function recordWithGap(server: TestServer): Promise<void> {
  const media = await makeMedia({ seconds: 6 });
  const urls = [server.url('/whip/cam')];
  const vanishing = await Publisher.start('datachannel', { urls, media, quiet: true });
  await pause(5500);
  await vanishing.kill();
  await pause(4500);
  await using returning = await Publisher.start('datachannel', { urls, media, quiet: true });
  await returning.ended();
  await until(() => isFinished(server, 'cam'), 'the recording is finished');
}

async function openRecording(page: Page, server: TestServer): Promise<Locator> {
  await page.goto(server.url('/'));
  await page.getByRole('region', { name: 'Recordings' }).getByRole('button', { name: 'Play' }).click();
  const watch = page.getByRole('region', { name: 'Player: cam' });
  await watch.getByRole('slider', { name: 'Playing' }).waitFor();
  return watch;
}

const positionOf = async (watch: Locator): Promise<number> =>
  Number(await watch.getByRole('slider', { name: 'Playing' }).getAttribute('aria-valuenow'));

/** @returns when its publisher was away, in the seconds that the timeline has */
async function gapOf(server: TestServer): Promise<{ readonly fromSeconds: number; readonly toSeconds: number }> {
  const [from, to] = [Date.now() - 300_000, Date.now()].map((atMs) => new Date(atMs).toISOString());
  const path = `/api/v1/streams/cam/timeline?from=${from}&to=${to}`;
  const { gaps } = await server.get<{ gaps: { reason: string; from: string; to: string }[] }>(path);
  const gap = gaps.find(({ reason }) => reason === 'publisher-away');
  return { fromSeconds: Date.parse(gap?.from ?? '') / 1000, toSeconds: Date.parse(gap?.to ?? '') / 1000 };
}

/** It may have come to the end before anybody looks. */
async function playsOnBehind(page: Page, watch: Locator, seconds: number): Promise<void> {
  const positions = new Set<number>();
  await until(
    async () => {
      const position = await positionOf(watch);
      if (position >= seconds - 1) positions.add(position);
      const isEnded = await page.evaluate(() => document.querySelector<HTMLVideoElement>('video.player')?.ended);
      return positions.size > 1 || (positions.size === 1 && isEnded === true);
    },
    'it plays on behind the gap',
    30_000,
  );
}

/** Of the picture above the timeline when the pointer is at a share of its width. */
async function scrub(page: Page, watch: Locator, share: number): Promise<void> {
  const bar = await watch.locator('.timeline-bar').boundingBox();
  if (bar === null) throw new Error('There is no timeline.');
  await page.mouse.move(bar.x + bar.width * share, bar.y + bar.height / 2);
}

/** A pointer that rests asks once. */
async function seesPicture(page: Page, watch: Locator): Promise<void> {
  const picture = watch.locator('.preview-picture img');
  let share = 0.2;
  await until(
    async () => {
      await scrub(page, watch, (share += 0.001));
      await pause(1000);
      return (
        (await picture.count()) === 1 &&
        (await picture.evaluate((image: HTMLImageElement) => image.naturalWidth > 0 && image.naturalHeight > 0))
      );
    },
    'the timeline shows a picture',
    30_000,
  );
}

/** The server makes a file of the clip, once in a format that cannot have it. */
async function exportClip(page: Page, watch: Locator, server: TestServer): Promise<void> {
  const exported = watch.getByRole('region', { name: 'Exports' });
  await exported.getByLabel('Format').selectOption('webm');
  await exported.getByRole('button', { name: 'Export the clip' }).click();
  await exported.getByRole('alert').getByText('This format cannot carry what was recorded here.').waitFor();
  await exported.getByLabel('Format').selectOption('fmp4');
  await exported.getByRole('button', { name: 'Export the clip' }).click();
  await exported.getByText(/^Ready · .*B · kept until/).waitFor();
  const saving = page.waitForEvent('download');
  await exported.getByRole('link', { name: /^Save/ }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toMatch(/^cam.*\.mp4$/);
  const { complaints, frames } = await decodeWithFfmpeg(await saved.path());
  expect(complaints).toBe('');
  expect(frames).toBeGreaterThan(100);
  const { exports } = await server.get<{ exports: { id: string }[] }>('/api/v1/exports');
  await fetch(server.url(`/api/v1/exports/${exports[0]?.id ?? ''}`), { method: 'DELETE' });
  await exported.getByText('The export is gone').waitFor();
  await exported.getByRole('button', { name: /^Remove/ }).click();
  await until(async () => (await exported.getByRole('listitem').count()) === 0, 'the export is listed no longer');
  await cancelsExport(page, exported);
}

/** One that takes its time, as a server with more to write would tell it. */
async function cancelsExport(page: Page, exported: Locator): Promise<void> {
  const running = {
    ...{ id: 'long', stream: 'cam', from: null, to: null, format: 'mp4', state: 'running', percent: 42.5 },
    ...{ etaSeconds: 90, sizeBytes: 12_300_000, fileName: null, file: null, problem: null, expiresAt: null },
  };
  const methods: string[] = [];
  await page.route('**/api/v1/exports', (route) => route.fulfill({ status: 202, json: running }));
  await page.route('**/api/v1/exports/long', (route) => {
    methods.push(route.request().method());
    return methods.at(-1) === 'DELETE' ? route.fulfill({ status: 204 }) : route.fulfill({ json: running });
  });
  await page.route('**/api/v1/exports/long/events', (route) =>
    route.fulfill({
      contentType: 'text/event-stream',
      body: `data:${JSON.stringify({ ...running, percent: 61 })}\n\n`,
    }),
  );
  await exported.getByRole('button', { name: 'Export the clip' }).click();
  await exported.getByText('61 % · 2 min left · 12.3 MB').waitFor();
  expect(await exported.getByRole('progressbar').getAttribute('value')).toBe('61');
  await exported.getByRole('button', { name: 'Cancel MP4' }).click();
  await until(async () => (await exported.getByRole('listitem').count()) === 0, 'the export is cancelled');
  expect(methods.at(-1)).toBe('DELETE');
  await page.unroute('**/api/v1/exports');
}

async function clipOf(watch: Locator): Promise<{ readonly fromMs: number; readonly toMs: number }> {
  const href = (await watch.getByRole('link', { name: 'Download' }).getAttribute('href')) ?? '';
  expect(href).toMatch(/^\/play\/cam\/clip\.mp4\?/);
  const { searchParams } = new URL(href, 'http://page');
  const [fromMs = NaN, toMs = NaN] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''));
  return { fromMs, toMs };
}

itWith('chromium', 'ffmpeg')('a recording is looked through by day, time, gap and clip', async () => {
  await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' } });
  await recordWithGap(server);
  await using browser = await launchChromium();
  const page = await browser.newPage({ viewport: WIDE, timezoneId: 'UTC', locale: 'en-GB' });
  const mistakes: string[] = [];
  page.on('pageerror', ({ message }) => mistakes.push(message));
  const watch = await openRecording(page, server);

  await until(() => isPlaying(page), 'it plays from its beginning', 30_000);
  const missing = await gapOf(server);
  const gap = watch.getByRole('group', { name: 'Gaps' }).getByRole('button', { name: /publisher away/ });
  await gap.focus();
  await watch
    .getByRole('status')
    .getByText(/publisher away/)
    .waitFor();
  await seesPicture(page, watch);

  await gap.click();
  await playsOnBehind(page, watch, missing.toSeconds);

  await watch.getByRole('button', { name: 'Select a clip' }).click();
  const whole = await clipOf(watch);
  const end = watch.getByRole('slider', { name: 'End of the clip' });
  await end.press('ArrowLeft');
  await end.press('ArrowLeft');
  await watch.getByRole('slider', { name: 'Start of the clip' }).press('ArrowRight');
  const clipped = await clipOf(watch);
  expect([clipped.fromMs - whole.fromMs, whole.toMs - clipped.toMs]).toEqual([1000, 2000]);
  const downloading = page.waitForEvent('download');
  await watch.getByRole('link', { name: 'Download' }).click();
  const { complaints, frames } = await decodeWithFfmpeg(await (await downloading).path());
  expect(complaints).toBe('');
  expect(frames).toBeGreaterThan(100);

  await exportClip(page, watch, server);

  await until(() => Promise.resolve(page.url().includes('clip=')), 'the address tells what is looked at');
  await page.reload();
  await watch.getByRole('link', { name: 'Download' }).waitFor();
  expect(await clipOf(watch)).toEqual(clipped);

  await watch.getByRole('button', { name: /, recorded$/ }).click();
  await until(async () => (await positionOf(watch)) < missing.fromSeconds, 'the day plays from its beginning', 20_000);
  expect(await watch.getByRole('button', { name: /, recorded$/ }).getAttribute('aria-current')).toBe('date');

  await server.terminate();
  await server.start({ PATH: '/nowhere' });
  const phone = await browser.newPage({ viewport: PHONE, timezoneId: 'UTC', hasTouch: true });
  const small = await openRecording(phone, server);
  await seesPicture(phone, small);
  await small.getByRole('button', { name: 'Select a clip' }).click();
  await small.getByRole('button', { name: 'Zoom in' }).click();
  expect(await phone.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  expect(await small.locator('.ticks').evaluate((ticks) => ticks.scrollWidth <= ticks.clientWidth)).toBe(true);
  expect(mistakes).toEqual([]);
});

function isPlaying(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('video.player');
    return video !== null && video.currentTime > 1 && video.getVideoPlaybackQuality().totalVideoFrames > 10;
  });
}
