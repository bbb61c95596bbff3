import { launchChromium } from '../support/browser.js';
import { decodeErrors, decodeWithFfmpeg, probe } from '../support/judges/ffmpeg.js';
import { PLAYER_NAMES, manifestFor, playThrough } from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { decodeErrorsOfPeriods } from '../support/stored-periods.js';
import { StoredSession } from '../support/stored-sessions.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const LENGTH_SECONDS = 20;
/** Key frames come each 2 s: sessions are 6 s long. */
const LIMIT_SECONDS = 5;
const SESSIONS = 4;
/** FFmpeg's HLS reader goes over a discontinuity with one reader of files, and tells of the new init and of the time from 0. It makes no frames of some packets then. */
const RESTART = /Found duplicated MOOV Atom|DTS 0 < \d+ out of order|Last message repeated/;

interface Started {
  readonly record_id: string;
  readonly mpd_path: string;
}

describe('a publisher who stays longer than a session may', () => {
  let server: TestServer;
  let owed: Publisher['owed'];
  let recording: StoredRecording;
  let sessions: StoredSession[];
  const started: Started[] = [];
  let wasAlwaysRecording = true;
  const withAll = itWith('chromium', 'ffmpeg');

  withAll('is recorded all the time, and asked for it the server names the session of now', async () => {
    const media = await makeMedia({ seconds: LENGTH_SECONDS });
    server = await TestServer.start({
      env: {
        AIRCHECK_RECORDER_MAX_RECORDING_SECONDS: String(LIMIT_SECONDS),
        AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2',
      },
    });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    const ended = publisher.ended();
    await until(async () => (await server.get<{ recording: boolean }>('/api/record/cam')).recording, 'it is recorded');
    for (let second = 0; second < LENGTH_SECONDS - 2; second++) {
      wasAlwaysRecording &&= (await server.get<{ recording: boolean }>('/api/record/cam')).recording;
      const response = await fetch(server.url('/api/record/cam'), { method: 'POST' });
      started.push((await response.json()) as Started);
      await pause(1000);
    }
    await ended;
    owed = publisher.owed;
    await until(() => isFinished(server, 'cam'), 'the recording is finished');
    recording = await StoredRecording.of(server, 'cam');
    await until(
      async () => (sessions = await StoredSession.completedIn(recording)).length === SESSIONS,
      'every session has its file',
    );

    expect(wasAlwaysRecording).toBe(true);
    const ids = [...new Set(started.map(({ record_id: id }) => id))];
    expect(ids.length).toBeGreaterThanOrEqual(SESSIONS - 1);
    const starts = sessions.map(({ file: { started_at: at } }) => String(Math.floor(Date.parse(at) / 1000)));
    expect(starts.slice(0, ids.length)).toEqual(ids);
    expect(new Set(started.map(({ mpd_path: path }) => path)).size).toBe(1);
  });

  withAll('has sessions that end where the next one begins, under numbers that run on', () => {
    const numbers = sessions.flatMap(({ file }) => file.segments.map(({ number }) => number));

    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(sessions.map(({ file: { state, reason } }) => `${state} ${reason}`)).toEqual([
      ...Array.from({ length: SESSIONS - 1 }, () => 'completed max-duration'),
      'completed publisher-left',
    ]);
    expect(sessions.flatMap(({ file }) => file.segments.map(({ period }) => period))).toEqual(numbers.map(() => 0));
  });

  for (const kind of ['video', 'audio'] as const) {
    withAll(`has every frame of its ${kind} in one of them, byte for byte`, async () => {
      const kept = await Promise.all(sessions.map((session) => session.samples(kind)));
      const wanted = owed[kind];

      expect(kept.flatMap((samples) => samples.map(({ hash }) => hash)).slice(-wanted.length)).toEqual(wanted);
      for (const [first] of kept) {
        expect(first?.startSeconds).toBeLessThan(0.04);
        expect(first?.isKeyframe).toBe(true);
      }
    });
  }

  withAll('has sessions of one length that FFmpeg decodes each by itself, and all together', async () => {
    for (const session of sessions) expect(await decodeErrors(`concat:${session.paths('video').join('|')}`)).toBe('');
    for (const session of sessions) expect(await decodeErrors(`concat:${session.paths('audio').join('|')}`)).toBe('');
    const playlist = server.url(`/api/record/object/${recording.entry.mpd_path.replace('manifest.mpd', 'index.m3u8')}`);
    const { complaints } = await decodeWithFfmpeg(playlist);
    expect(complaints.split('\n').filter((line) => line !== '' && !RESTART.test(line))).toEqual([]);
    expect(await decodeErrorsOfPeriods(server, 'cam')).toBe('');
    const video = (await probe(playlist)).streams.find(({ codec_type: type }) => type === 'video');
    expect(Number(video?.nb_read_packets)).toBe(owed.video.length);
  });

  for (const player of PLAYER_NAMES) {
    withAll(`is played over all of them by ${player}`, async () => {
      await using browser = await launchChromium();
      const page = await browser.newPage();
      await page.goto(server.url('/'));

      const end = await playThrough(page, player, server.url(manifestFor(player, recording.entry.mpd_path)), {
        rate: 4,
      });

      expect(end).toMatchObject({ ended: true, errors: [], skips: [] });
      expect(Math.abs(end.duration - LENGTH_SECONDS)).toBeLessThan(0.5);
      expect(end.longestStall).toBeLessThan(1);
    });
  }

  afterAll(() => server[Symbol.asyncDispose]());
});
