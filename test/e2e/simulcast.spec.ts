import type { Page } from 'playwright-core';
import { environmentOf, otherCombination } from '../support/engine-combinations.js';
import { goLive, hangUp, launchChromium } from '../support/browser.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { judgePeriods, seams } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

/** Each layer gets what it needs at once: how fast the path is found to be good is not what is tested. */
const ENCODINGS = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 80_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 150_000 },
  { rid: 'f', maxBitrate: 300_000 },
];
const FRAME_SECONDS = 1 / 15;

/** Three layers are what Chromium sends from 960x540 on. */
async function takeCamera(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const video = { width: 960, height: 540, frameRate: 15 };
    const media = await navigator.mediaDevices.getUserMedia({ video, audio: true });
    Object.assign(globalThis, { media });
  });
}

async function setActive(page: Page, rid: string, isActive: boolean): Promise<void> {
  await page.evaluate(
    async ([name, active]) => {
      const { live } = globalThis as unknown as { live: { peer: RTCPeerConnection } };
      const sender = live.peer.getSenders().find(({ track }) => track?.kind === 'video');
      const parameters = sender?.getParameters();
      if (sender === undefined || parameters === undefined) throw new Error('Nothing is sent.');
      for (const encoding of parameters.encodings) if (encoding.rid === name) encoding.active = active;
      await sender.setParameters(parameters);
    },
    [rid, isActive] as const,
  );
}

interface LiveStream {
  readonly codecs: readonly { readonly kind: string; readonly height?: number }[];
}

async function liveHeight(server: TestServer): Promise<number | undefined> {
  const [stream] = await server.get<LiveStream[]>('/api/streams/');
  return stream?.codecs.find(({ kind }) => kind === 'video')?.height;
}

describe('simulcast of Chromium', () => {
  itWith('chromium', 'ffmpeg')('is recorded in its best layer that flows', async () => {
    await using server = await TestServer.start({ env: environmentOf(otherCombination) });
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(server.url('/'));
    await takeCamera(page);

    await goLive(page, 'cam', { picture: 'page', encodings: ENCODINGS });
    await until(async () => (await liveHeight(server)) === 540, 'the best layer is taken', 20_000);
    await pause(4_000);
    await setActive(page, 'f', false);
    await until(async () => (await liveHeight(server)) === 270, 'the next best layer is taken', 10_000);
    await pause(4_000);
    await setActive(page, 'f', true);
    await until(async () => (await liveHeight(server)) === 540, 'the best layer is taken again', 20_000);
    await pause(3_000);
    await hangUp(page);
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    const video = await judgePeriods(server, 'cam', 'video');
    const audio = await judgePeriods(server, 'cam', 'audio');
    const heights = video.map(({ height }) => height);
    expect(heights.slice(-3)).toEqual([540, 270, 540]);
    expect(heights.length).toBeLessThanOrEqual(5);
    for (const { errors, samples } of video) {
      expect(errors).toBe('');
      expect(samples[0]?.isKeyframe).toBe(true);
    }
    for (const seam of [...seams(video), ...seams(audio)]) expect(Math.abs(seam)).toBeLessThanOrEqual(FRAME_SECONDS);
    const longest = Math.max(...video.flatMap(({ samples }) => samples.map(({ durationSeconds }) => durationSeconds)));
    expect(longest).toBeLessThan(2);
  });
});
