import type { Page } from 'playwright-core';
import { goLive, hangUp, launchChromium } from '../../support/browser.js';
import { whyMissing } from '../../support/tools.js';
import { pause } from '../../support/wait.js';
import type { InteropCodec, InteropSender } from '../sender.js';

type ChromiumCodec = Exclude<InteropCodec, 'H265'>;

/** Debian's Chromium: it has no encoder for H.265. */
export const chromium: InteropSender = {
  name: 'Chromium',
  codecs: ['H264', 'VP8', 'VP9', 'AV1'],
  missing: () => Promise.resolve(whyMissing('chromium')),
  async publish({ whipUrl, codec, seconds }) {
    const url = new URL(whipUrl);
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(url.origin);
    await startFlashing(page);
    await goLive(page, url.pathname.split('/').at(-1) ?? '', { picture: 'page', codec: codec as ChromiumCodec });
    await pause(seconds * 1000);
    await untilDark(page);
    const sent = await hangUp(page);
    const count = (wanted: 'video' | 'audio'): number => sent.filter(({ kind }) => kind === wanted).length;
    const audioFramesBeforePicture = sent.findIndex(({ kind }) => kind === 'video');
    return { videoFrames: count('video'), audioFrames: count('audio'), audioFramesBeforePicture };
  },
};

/** A canvas and an oscillator, both by the clock of the sound, as `globalThis.media`. A dim bar moves, so that pictures differ. */
async function startFlashing(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const sound = new AudioContext({ sampleRate: 48_000 });
    await sound.resume();
    const destination = sound.createMediaStreamDestination();
    const gain = new GainNode(sound, { gain: 0 });
    const tone = new OscillatorNode(sound, { frequency: 1000 });
    tone.connect(gain).connect(destination);
    tone.start();
    const start = sound.currentTime + 0.5;
    for (let second = 0; second < 60; second++) {
      gain.gain.setValueAtTime(0.5, start + second);
      gain.gain.setValueAtTime(0, start + second + 2 / 30);
    }
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('No canvas.');
    const pictures = canvas.captureStream(0);
    const [picture] = pictures.getVideoTracks() as CanvasCaptureMediaStreamTrack[];
    let last = -1;
    setInterval(() => {
      const number = Math.floor((sound.currentTime - start) * 30);
      if (number < 0 || number === last) return;
      last = number;
      context.fillStyle = number % 30 < 2 ? 'white' : 'black';
      context.fillRect(0, 0, 640, 360);
      context.fillStyle = '#222';
      context.fillRect((number * 8) % 640, 100, 60, 60);
      picture?.requestFrame();
    }, 4);
    const media = new MediaStream([...pictures.getTracks(), ...destination.stream.getTracks()]);
    const untilDarkMs = (): number => 1000 * (1 - ((sound.currentTime - start + 0.5) % 1));
    Object.assign(globalThis, { media, untilDarkMs });
  });
}

/** The middle of a second: a flash that is cut off by the end tells nothing. */
async function untilDark(page: Page): Promise<void> {
  await pause(await page.evaluate(() => (globalThis as unknown as { untilDarkMs: () => number }).untilDarkMs()));
}
