import type { Page } from 'playwright-core';
import { type SentFrame, goLive, hangUp, launchChromium } from '../support/browser.js';
import { decodeErrors, decodeWithFfmpeg, probe } from '../support/judges/ffmpeg.js';
import { PLAYER_NAMES, manifestFor, playThrough } from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished, newestSession } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { decodeErrorsOfPeriods } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const LENGTH_SECONDS = 30;
const withAll = itWith('chromium', 'ffmpeg');

/** Three independent senders go live at once, and the recordings are read back by software that others wrote. */
describe('a recording of half a minute', () => {
  let server: TestServer;
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let page: Page;
  const sent: Record<string, Publisher['owed']> = {};

  const publish = async (kind: 'datachannel' | 'ffmpeg', media: string): Promise<void> => {
    await using publisher = await Publisher.start(kind, { urls: [server.url(`/whip/${kind}`)], media });
    await publisher.ended();
    sent[kind] = publisher.owed;
  };

  const publishFromChromium = async (): Promise<void> => {
    await goLive(page, 'chromium', { keepsSize: true });
    await pause(LENGTH_SECONDS * 1000);
    sent['chromium'] = sinceFirstPicture(await hangUp(page));
  };

  withAll('is taken from Chromium, FFmpeg and libdatachannel at the same time', async () => {
    const media = await makeMedia({ seconds: LENGTH_SECONDS });
    server = await TestServer.start();
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(server.url('/'));

    await Promise.all([publish('datachannel', media), publish('ffmpeg', media), publishFromChromium()]);

    for (const stream of Object.keys(sent)) await until(() => isFinished(server, stream), `${stream} is finished`);
    expect(Object.keys(sent).sort()).toEqual(['chromium', 'datachannel', 'ffmpeg']);
  });

  for (const stream of ['datachannel', 'ffmpeg', 'chromium']) {
    withAll(`holds every picture that ${stream} sent, byte for byte`, async () => {
      const recording = await StoredRecording.of(server, stream);
      const samples = await recording.samples('video');

      expect(samples.map(({ hash }) => hash)).toEqual(sent[stream]?.video);
      expect(samples[0]?.isKeyframe).toBe(true);
    });

    withAll(`holds every audio packet that ${stream} sent since its first key frame, byte for byte`, async () => {
      const recording = await StoredRecording.of(server, stream);
      const stored = (await recording.samples('audio')).map(({ hash }) => hash);
      const wanted = sent[stream]?.audio ?? [];

      expect(stored.slice(-wanted.length)).toEqual(wanted);
    });

    withAll(`has the right length and steady durations for ${stream}`, async () => {
      const recording = await StoredRecording.of(server, stream);
      const video = await recording.samples('video');
      const last = video.at(-1);
      const length = (last?.startSeconds ?? 0) + (last?.durationSeconds ?? 0) - (video[0]?.startSeconds ?? 0);

      expect(Math.abs(length - LENGTH_SECONDS)).toBeLessThan(2);
      expect(Math.abs(recording.entry.duration_ms / 1000 - length)).toBeLessThan(0.2);
      for (const sample of video) expect(sample.durationSeconds).toBeLessThan(0.5);
    });

    withAll(`is decoded without an error by FFmpeg through DASH, HLS and single segments: ${stream}`, async () => {
      const recording = await StoredRecording.of(server, stream);
      const object = (name: string): string =>
        server.url(`/api/record/object/${recording.entry.mpd_path.replace('manifest.mpd', name)}`);

      expect(await decodeErrors(object('manifest.mpd'))).toBe('');
      expect(await decodeErrors(object('index.m3u8'))).toBe('');
      expect(await decodeErrorsOfPeriods(server, stream)).toBe('');
      const segments = await recording.segmentNames('video');
      expect(
        await decodeErrors(
          `concat:${recording.path('init.m4s')}|${segments.map((name) => recording.path(name)).join('|')}`,
        ),
      ).toBe('');
      const { streams } = await probe(object('index.m3u8'));
      const pictures = streams.find(({ codec_type: type }) => type === 'video');
      expect(Number(pictures?.nb_read_packets)).toBe(sent[stream]?.video.length);
    });

    withAll(`is one MP4 of everything as a clip: ${stream}`, async () => {
      const { entry } = await StoredRecording.of(server, stream);
      const clip = server.url(`/play/${stream}/clip.mp4?session=${await newestSession(server, stream)}`);

      const [{ streams, format }, decoded] = await Promise.all([probe(clip), decodeWithFfmpeg(clip)]);

      expect(decoded.complaints).toBe('');
      const pictures = streams.find(({ codec_type: type }) => type === 'video');
      expect(Number(pictures?.nb_read_packets)).toBe(sent[stream]?.video.length);
      expect(Math.abs(Number(format.duration) - entry.duration_ms / 1000)).toBeLessThan(0.2);
    });

    for (const player of PLAYER_NAMES) {
      withAll(`is played to its end by ${player}: ${stream}`, async () => {
        const recording = await StoredRecording.of(server, stream);
        const viewer = await browser.newPage();
        await viewer.goto(server.url('/'));
        const url = server.url(manifestFor(player, recording.entry.mpd_path));

        const end = await playThrough(viewer, player, url, { rate: 8 });

        expect(end).toMatchObject({ ended: true, errors: [] });
        expect(Math.abs(end.duration - LENGTH_SECONDS)).toBeLessThan(2);
        await viewer.close();
      });
    }
  }

  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
});

/** What a recording owes: the pictures (the first one is a key frame) and the audio frames that left after the first of them. */
function sinceFirstPicture(frames: readonly SentFrame[]): Publisher['owed'] {
  const first = frames.findIndex(({ kind }) => kind === 'video');
  const hashes = (kind: 'video' | 'audio'): string[] =>
    frames
      .slice(first)
      .filter((frame) => frame.kind === kind)
      .map(({ hash }) => hash);
  return { video: hashes('video'), audio: hashes('audio') };
}
