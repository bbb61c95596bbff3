import { stat } from 'node:fs/promises';
import { launchChromium } from '../support/browser.js';
import {
  manifestFor,
  play,
  playback,
  PLAYER_NAMES,
  viewFor,
  watchFor,
  type PlayerName,
} from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

interface RecordedSession {
  readonly id: string;
  readonly segmentCount: number;
}

const MEDIA_SECONDS = 10;
/** Players are up to twelve seconds behind. */
const KEPT_SECONDS = 20;
/** What a player goes on by when it was not left behind. */
const WATCHED_SECONDS = 4;
/** From the start over what is left before what was deleted. */
const THROUGH_SECONDS = 8;

itWith('chromium', 'ffmpeg')(
  'who watches live goes on in every player while retention takes the beginning',
  async () => {
    const from = new Date().toISOString();
    const media = await makeMedia({ seconds: MEDIA_SECONDS, gopFrames: 30 });
    const { size: bytes } = await stat(media);
    await using server = await TestServer.start({
      env: {
        AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2',
        AIRCHECK_RETENTION_MAX_BYTES: String(Math.round((bytes * KEPT_SECONDS) / MEDIA_SECONDS)),
        AIRCHECK_RETENTION_TRIM_RUNNING: 'true',
        AIRCHECK_RETENTION_EVERY_SECONDS: '5',
      },
    });
    await using browser = await launchChromium();
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      loops: 8,
      quiet: true,
    });
    const { mpd_path: manifest } = await server.post<{ mpd_path: string }>('/api/record/cam', {});
    const playlist = server.url(manifestFor('hls.js', manifest).replace('index.m3u8', 'video.m3u8'));
    const text = async () => (await fetch(playlist)).text();
    const firstNumber = async () => Number(/MEDIA-SEQUENCE:(\d+)/.exec(await text())?.[1]);
    /** Where the presentation and its first Period begin, for the directory and for a view of it. */
    const places = () => {
      const paths = [`/api/record/object/${manifest}`, `/play/cam/manifest.mpd?from=${from}`];
      return Promise.all(
        paths.map(async (path) => {
          const mpd = await (await fetch(server.url(path))).text();
          return mpd.match(/availabilityStartTime="[^"]*"|<Period id="[^"]*" start="[^"]*"/g);
        }),
      );
    };
    const pages = await Promise.all(
      PLAYER_NAMES.map(async (player) => {
        const page = await browser.newPage();
        await page.goto(server.url('/'));
        const isView = player === 'Shaka Player';
        const url = server.url(isView ? viewFor(player, 'cam', `?from=${from}`) : manifestFor(player, manifest));
        await until(async () => (await fetch(url)).ok, 'the manifest is there');
        await play(page, player, url);
        return page;
      }),
    );

    const placesBefore = await places();
    await until(async () => (await firstNumber()) > 0, 'the beginning is cut', 60_000);
    const positions = await Promise.all(pages.map(async (page) => (await playback(page)).position));
    const first = await firstNumber();
    await until(async () => (await firstNumber()) > first + 1, 'it is cut again', 40_000);

    expect(await text()).not.toContain('EVENT');
    expect(await places()).toEqual(placesBefore);
    for (const [index, page] of pages.entries()) {
      const wanted = (positions[index] ?? 0) + WATCHED_SECONDS;
      await until(async () => (await playback(page)).position > wanted, `${String(PLAYER_NAMES[index])} plays on`);
      const { errors, skips } = await playback(page);
      expect(errors).toEqual([]);
      expect(skips).toEqual([]);
    }
    await publisher.kill();
  },
);

itWith('chromium', 'ffmpeg')(
  'who watches live goes on when a session in the middle of the day is deleted',
  async () => {
    const media = await makeMedia({ seconds: MEDIA_SECONDS, gopFrames: 30 });
    await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' } });
    await using browser = await launchChromium();
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      loops: 8,
      quiet: true,
    });
    const newestSession = async () => {
      const path = '/api/v1/sessions?stream=cam&limit=1';
      const { sessions } = await server.get<{ sessions: readonly RecordedSession[] }>(path);
      return sessions[0] ?? { id: '', segmentCount: 0 };
    };
    /** The row of a session comes a little after its recording has begun. */
    const recordFor = async (segments: number, sessionBefore = '') => {
      const { mpd_path: path } = await server.post<{ mpd_path: string }>('/api/record/cam', {});
      const isRecorded = async () => {
        const { id, segmentCount } = await newestSession();
        return id !== sessionBefore && segmentCount > segments;
      };
      await until(isRecorded, 'it is recorded', 30_000);
      return { path, id: (await newestSession()).id };
    };
    const stop = () => fetch(server.url('/api/record/cam'), { method: 'DELETE' });
    const { path: manifest, id: first } = await recordFor(2);
    await stop();
    const { id } = await recordFor(2, first);
    await stop();
    await recordFor(6, id);
    const playlist = server.url(manifestFor('hls.js', manifest).replace('index.m3u8', 'video.m3u8'));
    const text = async () => (await fetch(playlist)).text();
    const entries = async () => (await text()).split('\n').filter((line) => /^[a-z]|DISCONTINUITY$/.test(line));
    const opened = async (player: PlayerName, fromStart = false) => {
      const page = await browser.newPage();
      await page.goto(server.url('/'));
      await play(page, player, server.url(manifestFor(player, manifest)), { fromStart });
      await watchFor(page, player, 1);
      return page;
    };
    const watching = [await opened('hls.js'), await opened('Shaka Player')];
    const before = await entries();

    const { status } = await fetch(server.url(`/api/v1/sessions/${id}?removeObjects=true`), { method: 'DELETE' });
    expect(status).toBe(200);
    await until(async () => (await text()).includes('#EXT-X-GAP'), 'the playlist says so');

    expect((await entries()).slice(0, before.length)).toEqual(before);
    for (const page of watching) {
      const { position } = await playback(page);
      await until(async () => (await playback(page)).position > position + WATCHED_SECONDS, 'it plays on');
      expect(await playback(page)).toMatchObject({ errors: [], skips: [] });
    }
    const newcomer = await opened('hls.js', true);
    await until(async () => (await playback(newcomer)).position > THROUGH_SECONDS, 'who comes new plays through');
    expect(await playback(newcomer)).toMatchObject({ errors: [], skips: [] });
    await publisher.kill();
  },
);
