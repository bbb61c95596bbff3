import { launchChromium } from '../support/browser.js';
import { PLAYER_NAMES, manifestFor, playThrough } from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { type PlaybackEntry, StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { decodeErrorsOfPeriods } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const withAll = itWith('chromium', 'ffmpeg');
const AWAY_SECONDS = 10;

describe('a publisher that vanishes and returns', () => {
  withAll('leaves one recording session with a gap, and players cross it', async () => {
    await using server = await TestServer.start();
    const media = await makeMedia({ seconds: 10 });
    const urls = [server.url('/whip/cam')];
    const before = await Publisher.start('datachannel', { urls, media });
    const started = await server.post<{ record_id: string }>('/api/record/cam', {});
    await pause(8000);
    await before.kill();

    await pause(AWAY_SECONDS * 1000);
    expect(await server.get('/api/record/cam')).toEqual({ recording: true });
    await using after = await Publisher.start('datachannel', { urls, media });
    await after.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    const entries = await server.get<PlaybackEntry[]>('/api/playback/cam');
    expect(entries.map(({ record }) => record)).toEqual([started.record_id]);
    const recording = await StoredRecording.of(server, 'cam');
    const playlist = await recording.text('video.m3u8');
    expect(playlist.match(/#EXT-X-DISCONTINUITY/g)).toHaveLength(1);
    const times = (await recording.samples('video')).map(({ startSeconds }) => startSeconds);
    const gaps = times.map((time, i) => time - (times[i - 1] ?? time)).filter((gap) => gap > 1);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toBeGreaterThan(AWAY_SECONDS - 1);
    expect(gaps[0]).toBeLessThan(AWAY_SECONDS + 4);

    expect(await decodeErrorsOfPeriods(server, 'cam')).toBe('');
    await using browser = await launchChromium();
    for (const player of PLAYER_NAMES) {
      const page = await browser.newPage();
      await page.goto(server.url('/'));
      const url = server.url(manifestFor(player, recording.entry.mpd_path));
      const end = await playThrough(page, player, url, { rate: 4 });
      expect([player, end]).toEqual([player, expect.objectContaining({ ended: true, errors: [] })]);
      await page.close();
    }
  });
});
