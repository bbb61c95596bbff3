import type { Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import { judgeDashPeriods } from '../support/judges/dash-periods.js';
import { decodeErrors, probe } from '../support/judges/ffmpeg.js';
import { PLAYER_NAMES, playback, playThrough, seek, viewFor } from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const withAll = itWith('chromium', 'ffmpeg');
const env = { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' };
const SEEKS = 10;
const AWAY_SECONDS = 5;

/** One session in two sizes, and one whose publisher is away for a while in its middle. */
async function recordTwoSessions(server: TestServer): Promise<void> {
  const urls = [server.url('/whip/cam')];
  const large = await makeMedia({ seconds: 6, size: '640x360', gopFrames: 30 });
  const small = await makeMedia({ seconds: 6, size: '320x180', gopFrames: 30 });
  await using first = await Publisher.start('datachannel', { urls, media: [large, small], quiet: true });
  await first.ended();
  await until(() => isFinished(server, 'cam'), 'the first recording is finished');
  const second = await Publisher.start('datachannel', { urls, media: small, loops: 10, quiet: true });
  await pause(6000);
  await second.kill();
  await pause(AWAY_SECONDS * 1000);
  await using third = await Publisher.start('datachannel', { urls, media: large, quiet: true });
  await third.ended();
  await until(() => isFinished(server, 'cam'), 'the second recording is finished');
}

/** Places of a presentation at which there is media, a second before the end of a Period at the latest. */
function randomPlaces(manifest: string, durationSeconds: number): number[] {
  const starts = [...manifest.matchAll(/<Period id="p\d+" start="PT([\d.]+)S"(?: duration="PT([\d.]+)S")?/g)];
  return Array.from({ length: SEEKS }, () => {
    const [, start, length] = starts[Math.floor(Math.random() * starts.length)] ?? [];
    const seconds = Number(length ?? durationSeconds - Number(start)) - 1;
    return Math.min(Number(start) + Math.random() * Math.max(seconds, 0), durationSeconds - 2);
  });
}

async function openPage(browser: Awaited<ReturnType<typeof launchChromium>>, server: TestServer): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(server.url('/'));
  return page;
}

describe('a range over two sessions, a gap and a change of size', () => {
  withAll('plays through in every player, which finds any place of it', async () => {
    await using server = await TestServer.start({ env });
    const from = new Date(Date.now() - 1000).toISOString();
    await recordTwoSessions(server);
    const query = `?from=${from}&to=${new Date().toISOString()}`;

    const dash = server.url(`/play/cam/manifest.mpd${query}`);
    const manifest = await (await fetch(dash)).text();
    const periods = await judgeDashPeriods(dash);
    expect(periods.map(({ errors }) => errors)).toEqual(periods.map(() => ''));
    const widths = periods.map(({ streams }) => streams.find(({ codec_type: type }) => type === 'video')?.width);
    expect([widths[0], widths[1], widths.at(-1)]).toEqual([640, 320, 640]);
    // FFmpeg's HLS reader keeps the first parameters that it was given.
    for (const [, startMs] of manifest.matchAll(/<Period id="p(\d+)"/g)) {
      const [start, end] = [Number(startMs), Number(startMs) + 1000].map((ms) => new Date(ms).toISOString());
      const hls = server.url(`/play/cam/index.m3u8?from=${start}&to=${end}`);
      expect(await decodeErrors(hls)).toBe('');
      expect((await probe(hls)).streams.map(({ codec_type: type }) => type).sort()).toEqual(['audio', 'video']);
    }

    await using browser = await launchChromium();
    for (const player of PLAYER_NAMES) {
      const page = await openPage(browser, server);
      const end = await playThrough(page, player, server.url(viewFor(player, 'cam', query)), { rate: 4 });
      expect([player, end]).toEqual([player, expect.objectContaining({ ended: true, errors: [] })]);
      for (const place of randomPlaces(manifest, end.duration)) await seek(page, place);
      expect((await playback(page)).errors).toEqual([]);
      await page.close();
    }
  });
});
