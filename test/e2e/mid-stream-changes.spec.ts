import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { flashAndBeep } from '../interop/flash-and-beep.js';
import { goLive, hangUp, launchChromium } from '../support/browser.js';
import { manifestFor, playThrough, type Playback } from '../support/judges/player.js';
import type { PublishedPart } from '../support/publishers/changing.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { type JudgedPeriod, judgePeriods, seams } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const PROJECT = resolve(__dirname, '../..');
/** Where time has jumped, nothing but arrival tells how it goes on. */
const SEAM_SECONDS = 2 / 30;
const PART_SECONDS = 4;
type Codec = 'H264' | 'VP9' | 'AV1';
/** As the publisher offers them. */
const PAYLOAD_TYPES: Readonly<Record<Codec, number>> = { H264: 102, VP9: 98, AV1: 45 };

async function publish(server: TestServer, parts: readonly PublishedPart[]): Promise<{ video: number; audio: number }> {
  const script = join(PROJECT, 'test/support/publishers/changing.ts');
  const order = JSON.stringify({ whipUrl: server.url('/whip/cam'), parts });
  const node = join(PROJECT, 'node_modules/.bin/node');
  const { stdout } = await promisify(execFile)(node, ['--no-warnings', script, order]);
  await until(() => isFinished(server, 'cam'), 'the recording is finished');
  return JSON.parse(stdout) as { video: number; audio: number };
}

/** Every Period decodes, begins with a key frame, and begins where the one before ends. */
function expectWhole(video: readonly JudgedPeriod[], frameSeconds: number): void {
  for (const { errors, samples } of video) {
    expect(errors).toBe('');
    expect(samples[0]?.isKeyframe).toBe(true);
  }
  for (const seam of seams(video)) expect(Math.abs(seam)).toBeLessThanOrEqual(frameSeconds);
}

function count(periods: readonly JudgedPeriod[]): number {
  return periods.reduce((sum, { samples }) => sum + samples.length, 0);
}

async function changeCodec(page: Page, name: string): Promise<void> {
  await page.evaluate(async (wanted) => {
    const { live } = globalThis as unknown as { live: { peer: RTCPeerConnection } };
    const sender = live.peer.getSenders().find(({ track }) => track?.kind === 'video');
    const parameters = sender?.getParameters();
    const codec = parameters?.codecs.find(({ mimeType }) => mimeType === `video/${wanted}`);
    if (sender === undefined || parameters === undefined || codec === undefined) throw new Error(`No ${wanted}.`);
    for (const encoding of parameters.encodings) Object.assign(encoding, { codec });
    await sender.setParameters(parameters);
  }, name);
}

/** Sends pictures in one codec after another, and plays the recording from its start with hls.js. */
async function playCodecs(codecs: readonly Codec[]): Promise<Playback> {
  await using server = await TestServer.start();
  const parts = codecs.map(async (codec): Promise<PublishedPart> => {
    const { packets } = await flashAndBeep(codec, 10);
    return { packets, seconds: PART_SECONDS, payloadType: PAYLOAD_TYPES[codec] };
  });
  await publish(server, await Promise.all(parts));
  const { entry } = await StoredRecording.of(server, 'cam');
  await using browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(server.url('/'));
  return await playThrough(page, 'hls.js', server.url(manifestFor('hls.js', entry.mpd_path)), { limitMs: 30_000 });
}

describe('a sender that changes in mid-stream', () => {
  itWith('chromium', 'ffmpeg')('is played through by hls.js, from codec to codec', async () => {
    const end = await playCodecs(['H264', 'VP9', 'AV1']);

    expect(end).toMatchObject({ ended: true, errors: [], skips: [] });
    expect(end.longestStall).toBeLessThan(1);
    expect(end.decodedFrames).toBeGreaterThan(3 * PART_SECONDS * 30 * 0.9);
  });

  itWith('ffmpeg')('is recorded whole in one session through sources, formats, codecs and jumps of time', async () => {
    const [h264, vp9, av1] = await Promise.all(
      (['H264', 'VP9', 'AV1'] as const).map(async (codec) => (await flashAndBeep(codec, 10)).packets),
    );
    if (h264 === undefined || vp9 === undefined || av1 === undefined) throw new Error('No packets.');
    await using server = await TestServer.start();

    const sent = await publish(server, [
      // Time and sequence numbers wrap in the first seconds.
      {
        packets: h264,
        seconds: PART_SECONDS,
        payloadType: 102,
        video: { timestamp: 2 ** 32 - 2 * 90_000, sequenceNumber: 65_500 },
        audio: { timestamp: 2 ** 32 - 3 * 48_000, sequenceNumber: 65_500 },
      },
      // The sender has started again.
      {
        packets: h264,
        seconds: PART_SECONDS,
        payloadType: 102,
        video: { ssrc: 1002, timestamp: 123_456_789, sequenceNumber: 7 },
        audio: { ssrc: 2002, timestamp: 3_987_654_321, sequenceNumber: 40_000 },
      },
      { packets: h264, seconds: PART_SECONDS, payloadType: 108 },
      { packets: vp9, seconds: PART_SECONDS, payloadType: PAYLOAD_TYPES.VP9 },
      { packets: av1, seconds: PART_SECONDS, payloadType: PAYLOAD_TYPES.AV1 },
      // An hour forward, then two back.
      { packets: av1, seconds: PART_SECONDS, payloadType: 45, video: { timestamp: 123_456_789 + 3_700 * 90_000 } },
      { packets: av1, seconds: PART_SECONDS, payloadType: 45, video: { timestamp: 4_000_000_000 } },
    ]);

    const video = await judgePeriods(server, 'cam', 'video');
    const audio = await judgePeriods(server, 'cam', 'audio');
    expect(video.map(({ codec }) => codec)).toEqual(['h264', 'h264', 'vp9', 'av1']);
    expectWhole(video, SEAM_SECONDS);
    expect(count(video)).toBe(sent.video);
    expect(count(audio)).toBeGreaterThanOrEqual(sent.audio - 2);
    const lengthSeconds = (video.at(-1)?.endSeconds ?? 0) - (video[0]?.startSeconds ?? 0);
    expect(Math.abs(lengthSeconds - 7 * PART_SECONDS)).toBeLessThan(0.2);
    expect(await server.get<unknown[]>('/api/playback/cam')).toHaveLength(1);
  });

  itWith('chromium', 'ffmpeg')(
    'is recorded in each codec that Chromium is told to send, with all of its sound',
    async () => {
      await using server = await TestServer.start();
      await using browser = await launchChromium();
      const page = await browser.newPage();
      await page.goto(server.url('/'));

      await goLive(page, 'cam', { codec: 'H264', others: ['VP9', 'AV1'] });
      for (const codec of ['VP9', 'AV1']) {
        await pause(PART_SECONDS * 1000);
        await changeCodec(page, codec);
      }
      await pause(PART_SECONDS * 1000);
      const sent = await hangUp(page);
      await until(() => isFinished(server, 'cam'), 'the recording is finished');

      const video = await judgePeriods(server, 'cam', 'video');
      const audio = await judgePeriods(server, 'cam', 'audio');
      expect([...new Set(video.map(({ codec }) => codec))]).toEqual(['h264', 'vp9', 'av1']);
      expectWhole(video, 1);
      expect(count(audio)).toBeGreaterThanOrEqual(sent.filter(({ kind }) => kind === 'audio').length * 0.95);
    },
  );
});
