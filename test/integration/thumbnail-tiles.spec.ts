import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { addScript, launchChromium } from '../support/browser.js';
import { encodeSegments } from '../support/encoded-segments.js';
import { dashFaults } from '../support/judges/dash-rules.js';
import { decodeWithFfmpeg, grayAt, probe } from '../support/judges/ffmpeg.js';
import { itWith, describeWith } from '../support/tools.js';
import { DIRECTORY, record, START, startIndex, type IndexFixture } from './support/index-fixture.js';
import { completeMedia, recordMedia } from './support/recorded-media.js';

const MODULES = resolve(__dirname, '../../node_modules');
/** The second session begins so much after the first, at a time of its own between two pictures. */
const SECOND_MS = 27_300;
const SECONDS = 20;
const WIDTH = 160;
const HEIGHT = 90;

const at = (ms: number): string => new Date(START.getTime() + ms).toISOString();
const ALL = `from=${at(-60_000)}&to=${at(60_000)}`;
const sheetAt = (ms: number, step = 2): string => `/play/cam/tiles-${String(step)}-${String(START.getTime() + ms)}.jpg`;

/** The clocks in the pictures: luminance rises by ten a second in the first session, and falls so in the second. */
const RISING = '16+10*floor(T)';
const FALLING = '235-10*floor(T)';
const grayOf = (luminance: number): number => ((luminance - 16) * 255) / 219;
const risingGray = (second: number): number => grayOf(16 + 10 * second);
const fallingGray = (second: number): number => grayOf(235 - 10 * second);
/** Half of what a second makes. */
const SAME = 6;

/**
 * A session of 20 s that lacks from 6 to 10 s, and another; key frames at each even second.
 *
 * @param folder of the pictures
 */
async function recordClocks(folder: string): Promise<IndexFixture> {
  const options = { codec: 'H264', seconds: SECONDS } as const;
  const rising = await encodeSegments({ ...options, luminance: RISING });
  const falling = await encodeSegments({ ...options, luminance: FALLING });
  const part = (from: number, to: number): (typeof rising.video)[] =>
    [rising.video, rising.audio].map((track) => ({ ...track, segments: track.segments.slice(from, to) }));
  const fixture = await startIndex({ AIRCHECK_PLAYBACK_THUMBNAILS_DIR: folder });
  await recordMedia(fixture, { tracks: part(0, 3) });
  await recordMedia(fixture, { tracks: part(5, 10), period: 1, number: 11 });
  await completeMedia(fixture, 's1', new Date(at(SECONDS * 1000)));
  const startedAt = new Date(at(SECOND_MS));
  await recordMedia(fixture, { tracks: [falling.video, falling.audio], sessionId: 's2', startedAt, number: 21 });
  await completeMedia(fixture, 's2', new Date(at(SECOND_MS + SECONDS * 1000)));
  return fixture;
}

function expectGrays(found: readonly number[], expected: readonly number[]): void {
  const isRight = found.map((gray, index) => Math.abs(gray - (expected[index] ?? -1)) < SAME);
  expect({ found, wrong: isRight.indexOf(false) }).toEqual({ found, wrong: -1 });
}

/** Of the first pictures of a sheet. */
const middles = (count: number): { x: number; y: number }[] =>
  Array.from({ length: count }, (_, index) => ({
    x: (index % 10) * WIDTH + WIDTH / 2,
    y: Math.floor(index / 10) * HEIGHT + HEIGHT / 2,
  }));

describeWith('ffmpeg')('small pictures of what was recorded', () => {
  let fixture: IndexFixture;
  let url: string;

  let pictures: string;

  beforeAll(async () => {
    pictures = await mkdtemp(join(tmpdir(), 'aircheck-tiles-'));
    fixture = await recordClocks(join(pictures, 'whole'));
    url = await fixture.app.getUrl();
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await rm(pictures, { recursive: true });
  });

  const ask = (path: string, headers = {}): Promise<Response> => fetch(url + path, { headers });

  /** Gray in the middle of the first pictures of a sheet. */
  async function grays(path: string, count: number): Promise<number[]> {
    const response = await ask(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    const sheet = await response.bytes();
    return grayAt(sheet, middles(count));
  }

  it('lie on sheets, and are of their time or black', async () => {
    const found = await grays(sheetAt(-4000), 30);

    // From four seconds before the first session, of 2 s each.
    const rising = [0, 2, 4, undefined, undefined, 10, 12, 14, 16, 18].map((s) =>
      s === undefined ? 0 : risingGray(s),
    );
    // The second one begins at 27.3 s: the middle of the picture from 26 s on is before it, that of the next 1.7 s behind.
    const falling = [0, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18].map(fallingGray);
    const expected = [0, 0, ...rising, 0, 0, 0, ...falling, 0, 0, 0, 0];
    expectGrays(found, expected);
  });

  it('are those of the part that was asked for', async () => {
    const second = await grays(`${sheetAt(20_000)}?session=s2`, 6);
    const first = await ask(`${sheetAt(20_000)}?session=s1`);
    const range = await grays(`${sheetAt(0)}?from=${at(2500)}&to=${at(3500)}`, 3);

    expect(second.slice(0, 3)).toEqual([0, 0, 0]);
    expect(Math.abs((second[4] ?? 0) - fallingGray(0))).toBeLessThan(SAME);
    expect(first.status).toBe(404);
    expect([range[0], range[2]]).toEqual([0, 0]);
    expect(Math.abs((range[1] ?? 0) - risingGray(2))).toBeLessThan(SAME);
  });

  it('are not sent again to whom has them, and are the same for all ways to ask', async () => {
    const etag = (await ask(sheetAt(0))).headers.get('etag') ?? '';

    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await ask(sheetAt(0), { 'if-none-match': etag })).status).toBe(304);
    expect((await ask(`${sheetAt(0)}?${ALL}`)).headers.get('etag')).toBe(etag);
    expect((await ask(`${sheetAt(0)}?session=s1`)).headers.get('etag')).not.toBe(etag);
  });

  it('are black where the bytes are missing or do not decode, and of their time beside it', async () => {
    await using damaged = await recordClocks(join(pictures, 'damaged'));
    const folder = join(damaged.root, DIRECTORY);
    await rm(join(folder, 'seg_0001.m4s'));
    const bytes = await readFile(join(folder, 'seg_0002.m4s'));
    const media = bytes.indexOf('mdat') + 4;
    await writeFile(join(folder, 'seg_0002.m4s'), bytes.fill(255, media, media + 30));

    const sheet = await fetch((await damaged.app.getUrl()) + sheetAt(0));

    const found = await grayAt(await sheet.bytes(), middles(10));
    expectGrays(found, [0, 0, risingGray(4), 0, 0, ...[10, 12, 14, 16, 18].map(risingGray)]);
    // Some bytes may be found again.
    expect(await readdir(pictures)).toEqual(['whole']);
  });

  it('are refused with a reason', async () => {
    const problem = async (path: string): Promise<unknown[]> => {
      const response = await ask(path);
      return [response.status, ((await response.json()) as { code: string }).code];
    };

    expect(await problem('/play/cam/tiles-3-1795176000000.jpg')).toEqual([400, 'input-invalid']);
    expect(await problem('/play/cam/tiles-2-99999999999999999.jpg')).toEqual([400, 'input-invalid']);
    expect(await problem('/play/cam/tiles-2-253402300799999.jpg')).toEqual([400, 'range-in-future']);
    expect(await problem(sheetAt(-200_000))).toEqual([404, 'nothing-recorded-in-range']);
    expect(await problem(sheetAt(0).replace('cam', 'nobody'))).toEqual([404, 'stream-not-recorded']);
  });

  it('are refused as manifests are', async () => {
    const startedAt = new Date(START.getTime() - 600_000);
    await record(fixture, { id: 'deleted', startedAt, segments: [51, 52] });
    await completeMedia(fixture, 'deleted', new Date(startedAt.getTime() + 12_000));
    expect((await fetch(`${url}/api/v1/sessions/deleted?removeObjects=true`, { method: 'DELETE' })).status).toBe(200);
    const problem = async (path: string): Promise<unknown[]> => {
      const response = await ask(path);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    const cases: [string, number, string][] = [
      [`from=${at(3500)}&to=${at(2500)}`, 400, 'range-invalid'],
      ['from=2999-01-01T00:00:00Z', 400, 'range-in-future'],
      ['session=unknown', 404, 'recording-session-not-found'],
      ['session=deleted', 410, 'range-gone'],
    ];

    for (const [query, status, code] of cases) {
      expect([query, ...(await problem(`/play/cam/manifest.mpd?${query}`))]).toEqual([query, status, code]);
      expect([query, ...(await problem(`${sheetAt(0)}?${query}`))]).toEqual([query, status, code]);
    }
  });

  it('are named by an MPD of what is finished, by its own time', async () => {
    const mpd = await (await ask(`/play/cam/manifest.mpd?${ALL}`)).text();

    expect(dashFaults(mpd)).toEqual([]);
    const names = [
      ...mpd.matchAll(
        /presentationTimeOffset="(\d+)" media="tiles-2-\$Time\$.jpg[^>]*>\s*<SegmentTimeline>\s*<S t="(\d+)" d="(\d+)"\/>/g,
      ),
    ];
    const times = names.map(([, ...numbers]) => numbers.map((number) => Number(number) - START.getTime()));
    expect(times.map(([offset, start]) => [offset, start])).toEqual([
      [0, 0],
      [10_000, 0],
      [SECOND_MS, SECOND_MS - 20_000],
    ]);
    expect(mpd).toContain('maxSegmentDuration="PT120S"');
    expect(mpd).not.toContain('keyframe');
    const { complaints, frames } = await decodeWithFfmpeg(`${url}/play/cam/manifest.mpd?session=s2`);
    expect([complaints, frames > 600]).toEqual(['', true]);
    const { streams } = await probe(`${url}/play/cam/manifest.mpd?session=s2`);
    expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'opus']);
  });

  describeWith('chromium')('in Chromium', () => {
    let browser: Browser & AsyncDisposable;
    let page: Page;

    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser.close());

    beforeEach(async () => {
      page = await browser.newPage();
      await page.goto(`${url}/play/nobody/index.m3u8`);
      await page.evaluate(paintInPage);
    });
    afterEach(() => page.close());

    // On the player's timeline: the first session with its gap, and the second one behind it at 20 s.
    const MOMENTS = [0.5, 4.9, 8, 11, 19.5, 20.5, 25.1, 39.5];

    async function check(grayOfMoment: (seconds: number) => Promise<number>): Promise<void> {
      for (const seconds of MOMENTS) {
        const gray = await grayOfMoment(seconds);
        const second = seconds < 20 ? seconds : seconds - 20;
        // Of the second before or behind: a picture stands for two seconds.
        const clocks = [0, 1, 2].map((back) => Math.floor(second) - back + 1);
        const grays = seconds > 6 && seconds < 10 ? [0] : clocks.map(seconds < 20 ? risingGray : fallingGray);
        const nearest = Math.min(...grays.map((expected) => Math.abs(gray - expected)));
        expect([seconds, nearest < SAME, gray]).toEqual([seconds, true, gray]);
      }
    }

    it('are found by dash.js', async () => {
      await addScript(page, `${MODULES}/dashjs/dist/modern/umd/dash.all.min.js`);
      await page.evaluate(startDash, `${url}/play/cam/manifest.mpd?${ALL}`);

      await check((seconds) => page.evaluate(dashGray, seconds));
    });

    it('are found by Shaka Player', async () => {
      await addScript(page, `${MODULES}/shaka-player/dist/shaka-player.compiled.js`);
      await page.evaluate(startShaka, `${url}/play/cam/manifest.mpd?${ALL}`);

      await check((seconds) => page.evaluate(shakaGray, seconds));
    });

    it('are as large as the video where Shaka Player winds through the key frames alone', async () => {
      const manifest = `${url}/play/cam/manifest.mpd?session=s2&keyframes=true`;
      expect(dashFaults(await (await fetch(manifest)).text())).toEqual([]);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await addScript(page, `${MODULES}/shaka-player/dist/shaka-player.compiled.js`);
      await page.evaluate(startShaka, manifest);

      const { seconds, gray } = await page.evaluate(windShaka, 8);

      expect(asked.filter((one) => /\/keyframe_\d{4}\.m4s$/.test(one)).length).toBeGreaterThan(2);
      const near = [-1, 0, 1, 2, 3, 4].map((back) => Math.abs(gray - fallingGray(Math.floor(seconds) - back)));
      expect([seconds, gray, Math.min(...near) < SAME]).toEqual([seconds, gray, true]);
    });
  });
});

itWith('ffmpeg')('sheets are not spoken of where no ffmpeg is', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  const starting = startIndex().finally(() => (process.env['PATH'] = path));
  await using fixture = await starting;
  await record(fixture, { segments: [1, 2] });
  await completeMedia(fixture, 's1', new Date(at(12_000)));
  const url = await fixture.app.getUrl();

  const mpd = await (await fetch(`${url}/play/cam/manifest.mpd?session=s1`)).text();
  const sheet = await fetch(url + sheetAt(0));

  expect(mpd).toContain('type="static"');
  expect(mpd).not.toContain('tiles');
  expect([sheet.status, ((await sheet.json()) as { code: string }).code]).toEqual([503, 'thumbnails-unavailable']);
});

interface Painting {
  /** @returns gray in the middle of a part of a picture */
  readonly grayIn: (url: string, x: number, y: number, width: number, height: number) => Promise<number>;
}

/** Runs in the page. */
function paintInPage(): void {
  const grayIn: Painting['grayIn'] = async (url, x, y, width, height) => {
    const image = Object.assign(new Image(), { src: url });
    await image.decode();
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context?.drawImage(image, x, y, width, height, 0, 0, width, height);
    return context?.getImageData(width / 2, height / 2, 1, 1).data[1] ?? -1;
  };
  Object.assign(globalThis, { grayIn });
}

interface DashThumbnail {
  readonly url: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface DashPage extends Painting {
  readonly dashjs: {
    readonly MediaPlayer: () => { readonly create: () => DashPage['player'] };
  };
  readonly player: {
    initialize(video: HTMLVideoElement, url: string, autoPlay: boolean): void;
    on(event: string, listener: () => void): void;
    seek(seconds: number): void;
    time(): number;
    provideThumbnail(seconds: number, callback: (thumbnail: DashThumbnail | null) => void): void;
  };
}

/** Runs in the page. */
async function startDash(manifest: string): Promise<void> {
  const { dashjs } = globalThis as unknown as DashPage;
  const video = Object.assign(document.createElement('video'), { muted: true });
  document.body.append(video);
  const player = dashjs.MediaPlayer().create();
  Object.assign(globalThis, { player });
  const ready = new Promise<void>((done) => player.on('canPlay', done));
  player.initialize(video, manifest, false);
  await ready;
}

/** It knows the pictures of a Period when it plays there, or is about to. Runs in the page. */
async function dashGray(seconds: number): Promise<number> {
  const { player, grayIn } = globalThis as unknown as DashPage;
  player.seek(seconds);
  for (;;) {
    const thumbnail = await new Promise<DashThumbnail | null>((done) => player.provideThumbnail(seconds, done));
    if (thumbnail !== null) return grayIn(thumbnail.url, thumbnail.x, thumbnail.y, thumbnail.width, thumbnail.height);
    await new Promise((done) => setTimeout(done, 100));
  }
}

interface ShakaPage extends Painting {
  readonly shaka: { readonly Player: new () => ShakaPage['player'] };
  readonly player: {
    attach(video: HTMLVideoElement): Promise<void>;
    load(url: string): Promise<void>;
    trickPlay(rate: number): void;
    getMediaElement(): HTMLVideoElement;
    getImageTracks(): readonly { readonly id: number }[];
    getThumbnails(
      trackId: number,
      seconds: number,
    ): Promise<{
      readonly uris: readonly string[];
      readonly positionX: number;
      readonly positionY: number;
      readonly width: number;
      readonly height: number;
    } | null>;
  };
}

/** Runs in the page. */
async function startShaka(manifest: string): Promise<void> {
  const { shaka } = globalThis as unknown as ShakaPage;
  const video = Object.assign(document.createElement('video'), { muted: true });
  document.body.append(video);
  const player = new shaka.Player();
  Object.assign(globalThis, { player });
  await player.attach(video);
  await player.load(manifest);
}

/** Plays key frames up to some second. Runs in the page. @returns where it stands and what is shown there */
async function windShaka(toSeconds: number): Promise<{ seconds: number; gray: number }> {
  const { player } = globalThis as unknown as ShakaPage;
  const video = player.getMediaElement();
  player.trickPlay(4);
  await video.play();
  while (video.currentTime < toSeconds) await new Promise((done) => setTimeout(done, 50));
  video.pause();
  await new Promise((done) => setTimeout(done, 500));
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context?.drawImage(video, 0, 0, 1, 1);
  return { seconds: video.currentTime, gray: context?.getImageData(0, 0, 1, 1).data[1] ?? -1 };
}

/** Runs in the page. */
async function shakaGray(seconds: number): Promise<number> {
  const { player, grayIn } = globalThis as unknown as ShakaPage;
  const thumbnail = await player.getThumbnails(player.getImageTracks()[0]?.id ?? -1, seconds);
  if (thumbnail === null) return -1;
  const { uris, positionX, positionY, width, height } = thumbnail;
  return grayIn(uris[0] ?? '', positionX, positionY, width, height);
}
