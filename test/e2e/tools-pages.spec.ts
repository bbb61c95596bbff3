import type { Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import type { PlaybackEntry } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const TOKEN = 'a-token-for-tests-only';
const LIMIT_MS = 60_000;

/** As a link of live777's pages does it, with the token in the address. */
async function open(page: Page, server: TestServer, path: string): Promise<void> {
  await page.goto(server.url(`/tools/${path}&token=${TOKEN}`));
  expect(page.url()).not.toContain(TOKEN);
}

async function plays(page: Page, what: string): Promise<void> {
  await until(
    () =>
      page.evaluate(() => {
        const video = document.querySelector<HTMLVideoElement>('video.player');
        return video !== null && video.currentTime > 0.5 && video.getVideoPlaybackQuality().totalVideoFrames > 5;
      }),
    what,
    LIMIT_MS,
  );
}

itWith('chromium')(
  "live777's pages send a stream, watch it in a layer, play it alone, and play its recording",
  async () => {
    await using server = await TestServer.start({
      env: { AIRCHECK_AUTH_TOKENS: TOKEN, AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' },
    });
    await using browser = await launchChromium();
    const page = await browser.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    const mistakes: string[] = [];
    page.on('pageerror', ({ message }) => mistakes.push(message));

    await open(page, server, 'debugger.html?id=show&vcodec=h264');
    const sending = page.getByRole('region', { name: 'Publish' });
    expect(await sending.getByLabel('Video codec').inputValue()).toBe('H264');
    await sending.getByLabel('Source').selectOption('pattern');
    await sending.getByLabel('Layers').selectOption('2');
    await sending.getByRole('button', { name: 'Publish' }).click();
    await sending.getByText('Sending.').waitFor();
    await sending.getByRole('row', { name: /^codec .*H264/ }).waitFor();

    const watching = page.getByRole('region', { name: 'Watch' });
    await watching.getByRole('button', { name: 'Watch' }).click();
    await watching.getByLabel('Layer').selectOption('h');
    await watching.getByRole('row', { name: /^size .*640×360/ }).waitFor();
    await watching.getByLabel('Mute audio').check();
    expect(await watching.getByRole('alert').count()).toBe(0);
    await watching.getByRole('button', { name: 'Stop watching' }).click();

    const player = await browser.newPage();
    await open(player, server, 'player.html?id=show&autoplay&muted&reconnect=500');
    await plays(player, 'the player plays what is sent');
    expect(await player.getByRole('banner').count()).toBe(0);
    await player.close();

    const headers = { authorization: `Bearer ${TOKEN}` };
    const days = async (): Promise<readonly PlaybackEntry[]> =>
      (await (await fetch(server.url('/api/playback/show'), { headers })).json()) as PlaybackEntry[];
    await until(async () => (await days()).length > 0, 'something is recorded', LIMIT_MS);
    const manifest = (await days())[0]?.mpd_path ?? '';
    await sending.getByRole('button', { name: 'Stop publishing' }).click();
    const recording = await browser.newPage();
    await open(recording, server, `dash.html?mpd=${encodeURIComponent(manifest)}&autoplay&muted`);
    await plays(recording, 'the DASH page plays the recording');

    await recording.goto(server.url('/tools/dash.html'));
    await recording.getByRole('region', { name: 'Recordings' }).getByRole('listitem').getByText('show').waitFor();
    expect(new URL(recording.url()).search).toBe('?view=recordings');
    expect(mistakes).toEqual([]);
  },
);
