import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { goLive, launchChromium, sentFrames } from '../support/browser.js';
import { UdpRelay } from '../support/network/udp-relay.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../support/tools.js';
import { receivedFrames, watch, watched } from '../support/viewer.js';
import { until } from '../support/wait.js';

/** Each layer gets what it needs at once: how fast the path is found to be good is not what is tested. */
const ENCODINGS = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 80_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 200_000 },
  { rid: 'f', maxBitrate: 900_000 },
];
const WIDTHS = { q: 240, h: 480, f: 960 };

/** As many as make one of a hundred a good many. */
const FRAMES = 400;
/** As much as a browser keeps to play evenly. */
const IN_THE_BUFFER = 60;

/** Three layers are what Chromium sends from 960x540 on. */
async function takeCamera(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const video = { width: 960, height: 540, frameRate: 15 };
    const media = await navigator.mediaDevices.getUserMedia({ video, audio: true });
    Object.assign(globalThis, { media });
  });
}

async function shows(page: Page, width: number): Promise<void> {
  await until(async () => (await watched(page)).width === width, `the picture is ${width} wide`, 30_000);
}

describeWith('chromium')('a viewer behind a network', () => {
  let browser: Browser & AsyncDisposable;
  let relay: UdpRelay;
  let server: TestServer;

  beforeAll(async () => {
    relay = await UdpRelay.start({ seed: 7 });
    server = await TestServer.start({
      env: { AIRCHECK_ENGINE_WORKERS: '1', AIRCHECK_WEBRTC_UDP_PORT: String(relay.serverPort) },
    });
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    relay.become({});
    await Promise.all(browser.contexts().map((context) => context.close()));
  });

  async function openPage(): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(server.url('/'));
    return page;
  }

  it('that loses 5 % of all packets gets all frames but 1 %', async () => {
    const [publisher, viewer] = [await openPage(), await openPage()];
    const stream = newStream();
    await goLive(publisher, stream, { codec: 'VP8' });
    relay.become({ lossPercent: 5, delayMs: 10 });

    await watch(viewer, stream, { codec: 'VP8', throughPort: [relay.serverPort, relay.port] });

    const arrived = async () => (await receivedFrames(viewer)).filter(({ kind }) => kind === 'video');
    await until(async () => (await arrived()).length > FRAMES, 'many pictures have come', 90_000);
    const received = new Set((await arrived()).map(({ hash }) => hash));
    const sent = (await sentFrames(publisher)).filter(({ kind }) => kind === 'video').map(({ hash }) => hash);
    const isReceived = (hash: string): boolean => received.has(hash);
    const between = sent.slice(sent.findIndex(isReceived), sent.findLastIndex(isReceived) + 1);
    const lost = between.filter((hash) => !isReceived(hash));

    expect(relay.toPublisher.counters.lost).toBeGreaterThan(50);
    expect(between.length).toBeGreaterThanOrEqual(FRAMES);
    expect(lost.length).toBeLessThan(between.length * 0.01);
    const { framesReceived, framesDecoded, framesDropped } = await watched(viewer);
    expect(framesDecoded + framesDropped).toBeGreaterThan(framesReceived - IN_THE_BUFFER);
  });

  it('too narrow for the best layer gets a smaller one; a choice of its own goes first', async () => {
    const [publisher, viewer] = [await openPage(), await openPage()];
    relay.become({});
    await publisher.bringToFront();
    await takeCamera(publisher);
    const stream = newStream();
    await goLive(publisher, stream, { codec: 'VP8', picture: 'page', encodings: ENCODINGS });

    await watch(viewer, stream, { codec: 'VP8', throughPort: [relay.serverPort, relay.port] });
    await until(async () => (await watched(viewer)).framesDecoded > 0, 'something is seen');
    const layer = server.url(`${(await watched(viewer)).session}/layer`);
    expect(await (await fetch(layer)).json()).toEqual([{ encodingId: 'f' }, { encodingId: 'h' }, { encodingId: 'q' }]);
    expect(await select(layer, 'f')).toBe(200);
    await shows(viewer, WIDTHS.f);
    relay.toPublisher.become({ rateKbps: 500, queueMs: 300 });
    expect((await fetch(layer, { method: 'DELETE' })).status).toBe(200);
    await until(async () => (await watched(viewer)).width < WIDTHS.f, 'a smaller layer is sent', 30_000);
    relay.toPublisher.become({});
    expect(await select(layer, 'q')).toBe(200);
    await shows(viewer, WIDTHS.q);
    expect(await select(layer, 'x')).toBe(404);

    await until(async () => (await watched(viewer)).framesDecoded > 50, 'it goes on');
  });
});

/** A publisher whose page is closed is there for some seconds more: a second try does not meet it. */
function newStream(): string {
  return `cam-${randomUUID()}`;
}

async function select(layer: string, encodingId: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(layer, { method: 'POST', headers, body: JSON.stringify({ encodingId }) })).status;
}
