import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ExportsModule } from '../../src/modules/exports/exports.module.js';
import { launchChromium } from '../support/browser.js';
import { encodeSegments } from '../support/encoded-segments.js';
import { readShown } from '../support/judges/mediabunny.js';
import { describeWith } from '../support/tools.js';
import { START, startIndex } from './support/index-fixture.js';
import { completeMedia, recordMedia } from './support/recorded-media.js';

const at = (seconds: number): string => new Date(START.getTime() + seconds * 1000).toISOString();

/** What a <video> makes of a URL: its length, then the picture at some places, then its end. */
interface Played {
  readonly seconds: number;
  readonly seeks: readonly string[];
  readonly ended: boolean;
  readonly error: string;
}

describeWith('chromium', 'ffmpeg')('a clip in Chromium', () => {
  let browser: Browser & AsyncDisposable;
  let page: Server;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-chromium-'));
    browser = await launchChromium();
    page = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
    await once(page.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    await browser.close();
    page.close();
    await rm(folder, { recursive: true });
  });

  async function play(url: string, places: readonly number[]): Promise<Played> {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${String((page.address() as AddressInfo).port)}/`);
    const played = await tab.evaluate(
      async ([source, wanted]) => {
        const video = Object.assign(document.createElement('video'), { src: source, muted: true, preload: 'auto' });
        document.body.append(video);
        const failed = new Promise<never>((_, reject) => {
          video.addEventListener('error', () => {
            reject(new Error(video.error?.message ?? 'error'));
          });
        });
        const event = (name: string): Promise<unknown> =>
          Promise.race([failed, new Promise((resolve) => video.addEventListener(name, resolve, { once: true }))]);
        const seeks: string[] = [];
        try {
          await event('loadeddata');
          const seconds = video.duration;
          for (const place of wanted) {
            const sought = event('seeked');
            video.currentTime = place;
            await sought;
            seeks.push(`${video.currentTime.toFixed(1)} ${String(video.videoWidth)}x${String(video.videoHeight)}`);
          }
          const ended = event('ended');
          video.playbackRate = 4;
          video.currentTime = Math.max(0, video.duration - 3);
          await video.play();
          await ended;
          return { seconds, seeks, ended: video.ended, error: '' };
        } catch (error) {
          return { seconds: video.duration, seeks, ended: video.ended, error: String(error) };
        }
      },
      [url, places] as const,
    );
    await tab.close();
    return played;
  }

  // Debian's Chromium has no decoder for H.265 where the machine has none.
  it.each(['H264', 'VP9', 'AV1'] as const)(
    'of %s plays and is sought over a gap between sessions and a change of resolution',
    async (codec) => {
      const options = { codec, seconds: 4, size: '160x90', ...(codec === 'H264' && { bFrames: 2 }) };
      const before = await encodeSegments(options);
      const after = await encodeSegments({ ...options, size: '240x134' });
      await using fixture = await startIndex({}, {}, [ExportsModule]);
      await recordMedia(fixture, { tracks: [before.video, before.audio] });
      await completeMedia(fixture, 's1', new Date(at(4)));
      await recordMedia(fixture, {
        tracks: [after.video, after.audio],
        sessionId: 's2',
        startedAt: new Date(at(9)),
        number: 11,
      });
      await completeMedia(fixture, 's2', new Date(at(13)));
      const url = `${await fixture.app.getUrl()}/play/cam/clip.mp4?from=${at(1.5)}&to=${at(12.5)}`;

      const played = await play(url, [8.5, 0.2, 10.7, 4, 2.2, 9]);

      const [small, large] = ['160x90', '240x134'];
      expect(played).toEqual({
        seconds: expect.closeTo(11, 1) as number,
        seeks: [`8.5 ${large}`, `0.2 ${small}`, `10.7 ${large}`, `4.0 ${small}`, `2.2 ${small}`, `9.0 ${large}`],
        ended: true,
        error: '',
      });
      const path = join(folder, `${codec}.mp4`);
      await writeFile(path, Buffer.from(await (await fetch(url)).arrayBuffer()));
      const shown = await readShown(path);
      expect(shown.map(({ endSeconds }) => Math.round(endSeconds))).toEqual([11, 11]);
    },
  );
});
