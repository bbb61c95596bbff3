import type { Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import { judgeDashPeriods } from '../support/judges/dash-periods.js';
import { decodeErrors, pictureSize, probe } from '../support/judges/ffmpeg.js';
import { PLAYER_NAMES, playback, playThrough, search, seek, viewFor } from '../support/judges/player.js';
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

/** @returns the size of the one picture that each entry of a playlist of key frames decodes to by itself */
async function sizesOfKeyFrames(playlistUrl: string): Promise<string[]> {
  const lines = (await (await fetch(playlistUrl)).text()).split('\n');
  const load = async (uri: string) => Buffer.from(await (await fetch(new URL(uri, playlistUrl))).arrayBuffer());
  const sizes: string[] = [];
  let init = Buffer.alloc(0);
  for (const line of lines) {
    const [, map] = /^#EXT-X-MAP:URI="(.*)"/.exec(line) ?? [];
    if (map !== undefined) init = await load(map);
    if (/^[^#]/.test(line)) sizes.push(await pictureSize(Buffer.concat([init, await load(line)])));
  }
  return sizes;
}

async function openPage(browser: Awaited<ReturnType<typeof launchChromium>>, server: TestServer): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(server.url('/'));
  return page;
}

/** Many times as fast nothing but key frames is loaded, and they are shown. */
async function searchByKeyFrames(page: Page, playlistUrl: string): Promise<void> {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await search(page, playlistUrl, 8);
  await until(() => loaded.filter((url) => url.includes('/keyframe_')).length > 3, 'key frames are loaded');
  const { position } = await playback(page);
  await until(async () => (await playback(page)).position > position + 4, 'key frames are shown');
  expect((await playback(page)).errors).toEqual([]);
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
      const inside = new Date(Number(startMs) + 500).toISOString();
      for (const from of [start, inside]) {
        const { streams, format } = await probe(server.url(`/play/cam/index.m3u8?from=${from}&to=${end}`));
        expect(streams.map(({ codec_type: type }) => type).sort()).toEqual(['audio', 'video']);
        expect(Number(format.duration)).toBeGreaterThan(1);
      }
    }

    const sizes = await sizesOfKeyFrames(server.url(`/play/cam/keyframes.m3u8${query}`));
    expect([...new Set(sizes)]).toEqual(['640x360', '320x180']);
    expect(sizes.length).toBe(
      (await (await fetch(server.url(`/play/cam/video.m3u8${query}`))).text()).match(/EXTINF/g)?.length,
    );

    await using browser = await launchChromium();
    for (const player of PLAYER_NAMES) {
      const page = await openPage(browser, server);
      const end = await playThrough(page, player, server.url(viewFor(player, 'cam', query)), { rate: 4 });
      expect([player, end]).toEqual([player, expect.objectContaining({ ended: true, errors: [] })]);
      for (const place of randomPlaces(manifest, end.duration)) await seek(page, place);
      expect((await playback(page)).errors).toEqual([]);
      if (player === 'Shaka Player') await searchByKeyFrames(page, server.url(`/play/cam/index.m3u8${query}`));
      await page.close();
    }
  });
});
