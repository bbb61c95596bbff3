import { type Browser } from 'playwright-core';
import { environmentOf, otherCombination } from '../support/engine-combinations.js';
import { launchChromium } from '../support/browser.js';
import { decodeWithFfmpeg } from '../support/judges/ffmpeg.js';
import { judgeDashPeriods } from '../support/judges/dash-periods.js';
import { PLAYER_NAMES, manifestFor, playThrough } from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher, type PublisherOrder } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const withAll = itWith('chromium', 'ffmpeg');
const SECONDS = 12;
/** An init object that is named again behind a discontinuity: FFmpeg says so and goes on. */
const REPEATED_INIT = /^\[.*\] Found duplicated MOOV Atom\. Skipped it\n?/gm;

type Changes = Pick<PublisherOrder, 'audio' | 'video' | 'spans'>;

/** What a publisher of each stream sends. */
const STREAMS: Readonly<Record<string, Changes>> = {
  'sound-begins-late': { spans: { audio: [5.4, SECONDS] } },
  'sound-stops-early': { spans: { audio: [0, 5.3] } },
  'pictures-begin-late': { spans: { video: [5, SECONDS] } },
  'pictures-stop-early': { spans: { video: [0, 5.3] } },
  'sound-alone': { video: false },
  'pictures-alone': { audio: false },
};
/** Publishers that come one after another to one stream, each without a goodbye. */
const RETURNING: readonly Changes[] = [{ video: false }, {}, { audio: false }];

describe('tracks that come and go', () => {
  let server: TestServer;
  let browser: Browser & AsyncDisposable;

  beforeAll(async () => {
    server = await TestServer.start({
      env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2', ...environmentOf(otherCombination) },
    });
    browser = await launchChromium();
    const media = await makeMedia({ seconds: SECONDS, size: '320x180', bitrateKbps: 150, gopFrames: 30 });
    const once = Object.entries(STREAMS).map(async ([stream, changes]) => {
      await using publisher = await Publisher.start('datachannel', { ...order(stream, media), ...changes });
      await publisher.ended();
    });
    await Promise.all([...once, publishInTurn('publishers-in-turn', media)]);
    for (const stream of Object.keys(STREAMS)) await until(() => isFinished(server, stream), `${stream} is finished`);
  }, 120_000);

  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  function order(stream: string, media: string): PublisherOrder {
    return { urls: [server.url(`/whip/${stream}`)], media, quiet: true };
  }

  async function publishInTurn(stream: string, media: string): Promise<void> {
    for (const changes of RETURNING) {
      await until(async () => !(await isConnected(stream)), 'the place is free');
      const publisher = await Publisher.start('datachannel', { ...order(stream, media), ...changes });
      await pause(5000);
      await publisher.kill();
    }
    await fetch(server.url(`/api/record/${stream}`), { method: 'DELETE' });
    await until(() => isFinished(server, stream), `${stream} is finished`);
  }

  async function isConnected(stream: string): Promise<boolean> {
    const streams = await server.get<{ id: string; publish: { sessions: { state: string }[] } }[]>('/api/streams/');
    const sessions = streams.find(({ id }) => id === stream)?.publish.sessions ?? [];
    return sessions.some(({ state }) => state === 'connected');
  }

  for (const stream of [...Object.keys(STREAMS), 'publishers-in-turn']) {
    const kinds = { video: stream !== 'sound-alone', audio: stream !== 'pictures-alone' };

    withAll(`${stream}: plays from start to end in every player with its own settings`, async () => {
      const { entry } = await StoredRecording.of(server, stream);
      const ends = await Promise.all(
        PLAYER_NAMES.map(async (player) => {
          const page = await browser.newPage();
          await page.goto(server.url('/'));
          const end = await playThrough(page, player, server.url(manifestFor(player, entry.mpd_path)), { rate: 2 });
          await page.close();
          return { player, ...end };
        }),
      );

      for (const end of ends) {
        expect(end).toEqual(expect.objectContaining({ ended: true, errors: [] }));
        expect(end.longestStall).toBeLessThan(1);
        expect(Math.abs(end.position - end.duration)).toBeLessThan(0.3);
        expect({ video: end.decodedFrames > 0, audio: end.decodedAudioBytes > 0 }).toEqual(kinds);
        if (stream !== 'publishers-in-turn') expect(end).toMatchObject({ skips: [] });
      }
    });

    withAll(`${stream}: is decoded by FFmpeg, whole through HLS and Period by Period through DASH`, async () => {
      const { entry } = await StoredRecording.of(server, stream);
      const { complaints } = await decodeWithFfmpeg(server.url(manifestFor('hls.js', entry.mpd_path)));
      expect(complaints.replace(REPEATED_INIT, '')).toBe('');

      const periods = await judgeDashPeriods(server.url(manifestFor('dash.js', entry.mpd_path)));
      const wanted = Object.entries(kinds).flatMap(([kind, isThere]) => (isThere ? [kind] : []));
      for (const period of periods) {
        expect(period.errors).toBe('');
        expect(period.streams.map(({ codec_type: type }) => type).sort()).toEqual(wanted.sort());
      }
    });
  }
});
