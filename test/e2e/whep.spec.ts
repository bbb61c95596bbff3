import type { Browser } from 'playwright-core';
import { goLive, hangUp, launchChromium, type SentFrame } from '../support/browser.js';
import { viewerOffer } from '../support/offer.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../support/tools.js';
import { receivedFrames, stopWatching, watch, watched } from '../support/viewer.js';
import { pause, until } from '../support/wait.js';
import { watchWithClient } from '../support/whip-whep.js';

interface StreamRow {
  readonly id: string;
  readonly subscribe: {
    readonly sessions: { readonly id: string; readonly state: string; readonly stats: { readonly packets: number } }[];
  };
}

const hashes = (frames: readonly SentFrame[], kind: string): string[] =>
  frames.filter((frame) => frame.kind === kind).map(({ hash }) => hash);

/** How many of `received` lie in one unbroken run of `sent`, from the first of them on. Silence looks the same every time. */
function unbroken(received: readonly string[], sent: readonly string[]): number {
  const starts = sent.flatMap((hash, start) => (hash === received[0] ? [start] : []));
  const lengths = starts.map((start) => {
    const different = received.findIndex((hash, index) => hash !== sent[start + index]);
    return different < 0 ? received.length : different;
  });
  return Math.max(0, ...lengths);
}

describeWith('chromium')('WHEP', () => {
  let server: TestServer;
  let browser: Browser & AsyncDisposable;

  beforeAll(async () => {
    server = await TestServer.start();
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const openPage = async () => {
    const page = await browser.newPage();
    await page.goto(server.url('/'));
    return page;
  };
  const streamRow = async (name: string): Promise<StreamRow | undefined> =>
    (await server.get<StreamRow[]>('/api/streams/')).find(({ id }) => id === name);

  it('gives a browser every frame of another one, from the key frame that was asked for on', async () => {
    const [publisher, viewer] = [await openPage(), await openPage()];
    await goLive(publisher, 'cam');
    await pause(2_000);

    await watch(viewer, 'cam');
    await until(async () => (await watched(viewer)).framesDecoded > 0, 'the first picture is there', 3_000);
    await until(async () => (await watched(viewer)).framesDecoded > 90, 'three seconds are decoded');
    const row = await streamRow('cam');
    const sent = await hangUp(publisher);

    const received = await receivedFrames(viewer);
    for (const kind of ['video', 'audio'] as const) {
      const frames = hashes(received, kind);
      expect(frames.length).toBeGreaterThan(80);
      expect(unbroken(frames, hashes(sent, kind))).toBe(frames.length);
    }
    const report = await watched(viewer);
    expect(report).toMatchObject({ codec: 'video/H264', packetsLost: 0, audioPacketsLost: 0 });
    expect(report.framesReceived - report.framesDecoded).toBeLessThan(10);
    const session = row?.subscribe.sessions.find(({ id }) => report.session.endsWith(id));
    expect(session).toMatchObject({ state: 'connected' });
    expect(session?.stats.packets).toBeGreaterThan(100);
    expect(await stopWatching(viewer)).toBe(204);
    await Promise.all([publisher.close(), viewer.close()]);
  });

  it('keeps a viewer from before the publisher came, and when it comes again', async () => {
    const [publisher, viewer] = [await openPage(), await openPage()];
    await watch(viewer, 'late', { codec: 'VP8' });
    expect((await streamRow('late'))?.subscribe.sessions).toHaveLength(1);

    await goLive(publisher, 'late', { codec: 'VP8' });
    await until(async () => (await watched(viewer)).framesDecoded > 30, 'the first publisher is seen');
    const first = await hangUp(publisher);
    await publisher.reload();
    await goLive(publisher, 'late', { codec: 'VP8' });
    const before = (await watched(viewer)).framesDecoded;
    await until(async () => (await watched(viewer)).framesDecoded > before + 60, 'the second publisher is seen');
    const second = await hangUp(publisher);

    const received = hashes(await receivedFrames(viewer), 'video');
    const ofFirst = unbroken(received, hashes(first, 'video'));
    const ofSecond = received.slice(ofFirst);
    expect(ofFirst).toBeGreaterThan(30);
    expect(ofSecond.length).toBeGreaterThan(60);
    expect(unbroken(ofSecond, hashes(second, 'video'))).toBe(ofSecond.length);
    await Promise.all([publisher.close(), viewer.close()]);
  });

  it('shows sound alone to who wants nothing else, and nothing of a codec that is not taken', async () => {
    const [publisher, viewer] = [await openPage(), await openPage()];
    await goLive(publisher, 'loud', { codec: 'VP9' });

    await watchWithClient(viewer, 'loud', ['audio']);

    await until(async () => (await watched(viewer)).audioSamples > 48_000, 'a second of sound is heard');
    const headers = { 'content-type': 'application/sdp' };
    const both = viewerOffer();
    const answer = await (await fetch(server.url('/whep/loud'), { method: 'POST', headers, body: both })).text();
    expect(answer.match(/^a=(sendonly|inactive)/gm)).toEqual(['a=sendonly', 'a=inactive']);
    const picture = both.replace(/m=audio[^]*(?=m=video)/, '').replace('BUNDLE 0 1', 'BUNDLE 1');
    const refused = await fetch(server.url('/whep/loud'), { method: 'POST', headers, body: picture });
    expect(refused.status).toBe(406);
    expect(await refused.json()).toMatchObject({ code: 'codec-not-acceptable', accepted: 'VP9' });
    await Promise.all([publisher.close(), viewer.close()]);
  });
});
