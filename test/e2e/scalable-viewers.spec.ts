import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { connectionReport, goLive, hangUp, launchChromium, sentFrames } from '../support/browser.js';
import { UdpRelay } from '../support/network/udp-relay.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../support/tools.js';
import { receivedFrames, watch, watched } from '../support/viewer.js';
import { pause, until } from '../support/wait.js';

const WIDTH = 640;
const SOME_PICTURES = 30;
const LOCAL = { AIRCHECK_CASCADE_ALLOWED_NETWORKS: '127.0.0.1' };
/** A picture that waits in the jitter buffer is seen later. */
const SPARE = 1.5;

/** Times that the slowest layer is chosen: the first of its pictures, four times as far away as those before, counts as frozen. */
const SLOWED_DOWN = 2;

/** How many layers there are depends on the size of the picture: 640x480 has two sizes at most. */
const MODES = [
  { codec: 'VP9', mode: 'L1T2', spatial: 1, temporal: 2 },
  { codec: 'VP9', mode: 'L2T3', spatial: 2, temporal: 3 },
  { codec: 'VP9', mode: 'L3T3_KEY', spatial: 2, temporal: 3 },
  { codec: 'AV1', mode: 'L1T3', spatial: 1, temporal: 3 },
  { codec: 'AV1', mode: 'L3T3', spatial: 2, temporal: 3 },
] as const;

type Codec = (typeof MODES)[number]['codec'];

/** Best first. */
function namesOf(spatial: number, temporal: number): string[] {
  const from = (count: number): number[] => [...Array(count).keys()].reverse();
  return from(spatial).flatMap((s) => from(temporal).map((t) => `S${String(s)}T${String(t)}`));
}

/** Each layer gets what it needs at once: how fast the path is found to be good is not what is tested. */
function encoding(scalabilityMode: string): RTCRtpEncodingParameters & { scalabilityMode: string } {
  return { active: true, scalabilityMode, maxBitrate: 900_000 };
}

describeWith('chromium')('a viewer of one stream with layers', () => {
  let browser: Browser & AsyncDisposable;
  let relay: UdpRelay;
  let server: TestServer;
  /** Another one, which may ask the first. */
  let edge: TestServer;

  beforeAll(async () => {
    relay = await UdpRelay.start({ seed: 7 });
    server = await TestServer.start({
      env: { ...LOCAL, AIRCHECK_ENGINE_WORKERS: '1', AIRCHECK_WEBRTC_UDP_PORT: String(relay.serverPort) },
    });
    edge = await TestServer.start({ env: LOCAL });
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await edge[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    relay.become({});
    await Promise.all(browser.contexts().map((context) => context.close()));
  });

  async function openPage(at = server): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(at.url('/'));
    return page;
  }

  /** A publisher whose picture is sent at full size. */
  async function publish(codec: Codec, mode: string, stream = `cam-${randomUUID()}`): Promise<string> {
    const page = await openPage();
    await takeCamera(page);
    await goLive(page, stream, { picture: 'page', codec, keepsSize: true, rtx: true, encodings: [encoding(mode)] });
    const isWhole = async (): Promise<boolean> => (await connectionReport(page)).frameWidth === WIDTH;
    await until(isWhole, 'a picture of full size is encoded', 60_000);
    return stream;
  }

  /** In the order in which they were opened. */
  const pages = (): Page[] => browser.contexts().flatMap((context) => context.pages());

  async function layersOf(viewer: Page, at = server): Promise<LayerChoice> {
    return new LayerChoice(at.url(`${(await watched(viewer)).session}/layer`));
  }

  it.each(MODES)(
    'gets the layer that it asks for, goes on in every change, and others see nothing of it: $codec $mode',
    async ({ codec, mode, spatial, temporal }) => {
      const stream = await publish(codec, mode);
      const [viewer, other] = [await openPage(), await openPage()];
      for (const page of [viewer, other]) await watch(page, stream, { codec, takesDescriptor: codec === 'AV1' });
      for (const page of [viewer, other]) await shows(page, WIDTH);
      const layers = await layersOf(viewer);
      const names = namesOf(spatial, temporal);
      await until(async () => (await layers.names()).length === names.length, 'all layers are known', 20_000);

      expect(await layers.names()).toEqual(names);
      expect(await layers.select('S0T0')).toBe(200);
      await shows(viewer, WIDTH / 2 ** (spatial - 1));
      await pause(1_000);
      const [slow, fast] = await picturesOf([viewer, other]);
      expect(slow).toBeGreaterThan(0);
      expect(slow).toBeLessThanOrEqual((fast * SPARE) / 2 ** (temporal - 1) + 1);

      for (const [index, name] of names.toReversed().entries()) {
        expect(await layers.select(name)).toBe(200);
        await shows(viewer, WIDTH / 2 ** (spatial - 1 - Math.floor(index / temporal)));
      }
      expect(await layers.select('S7T7')).toBe(404);
      expect(await layers.select('S0T0')).toBe(200);
      await shows(viewer, WIDTH / 2 ** (spatial - 1));
      expect(await layers.release()).toBe(200);
      await shows(viewer, WIDTH);
      const isAsFast = async (): Promise<boolean> => {
        const [again, still] = await picturesOf([viewer, other]);
        return again > still / SPARE;
      };
      await until(isAsFast, 'it gets as many pictures as others', 60_000);

      const [chosen, whole] = [await watched(viewer), await watched(other)];
      expect(chosen.packetsLost).toBe(0);
      expect(whole).toMatchObject({ packetsLost: 0, width: WIDTH });
      expect(chosen.freezes).toBeLessThanOrEqual(whole.freezes + SLOWED_DOWN + 1);
    },
  );

  it.each(['VP9', 'AV1'] as const)(
    'gets less when the way becomes narrow, and more again when it is wide: %s',
    async (codec) => {
      const stream = await publish(codec, 'L2T3');
      const viewer = await openPage();
      await watch(viewer, stream, { codec, takesDescriptor: true, throughPort: [relay.serverPort, relay.port] });
      await shows(viewer, WIDTH);

      relay.toPublisher.become({ rateKbps: 350, queueMs: 300 });
      await until(async () => (await watched(viewer)).width < WIDTH, 'a lower layer is sent', 40_000);
      const { framesDecoded } = await watched(viewer);
      await until(
        async () => (await watched(viewer)).framesDecoded > framesDecoded + SOME_PICTURES,
        'it goes on',
        30_000,
      );
      relay.toPublisher.become({});
      await shows(viewer, WIDTH, 90_000);
    },
  );

  it('is sent the largest of AV1 in several sizes at once, and by every publisher after another', async () => {
    const stream = await publish('AV1', 'L2T1');
    const viewer = await openPage();
    await watch(viewer, stream, { codec: 'AV1', takesDescriptor: true });
    await shows(viewer, WIDTH);
    const layers = await layersOf(viewer);
    await until(async () => (await layers.select('S0T0')) === 200, 'both sizes are known');
    await shows(viewer, WIDTH / 2);
    await layers.release();
    // With a key frame, whose number is larger than that of the next publisher's first.
    await shows(viewer, WIDTH);

    await Promise.all(
      pages()
        .slice(0, 1)
        .map((page) => hangUp(page)),
    );
    await publish('AV1', 'L2T1', stream);
    await shows(viewer, WIDTH);
    // What is sent of the smaller size has a temporal delimiter in front, which is not put into packets.
    const [, larger] = await sentFrames(pages().at(-1) ?? viewer);
    const seen = await receivedFrames(viewer);
    const first = seen.find(({ hash }) => hash === larger?.hash);
    expect(seen.filter(({ rtpTimestamp }) => rtpTimestamp === first?.rtpTimestamp)).toHaveLength(2);
    expect((await watched(viewer)).packetsLost).toBe(0);
  });

  it.each([
    ['a pull', (stream: string) => ({ sourceUrl: server.url(`/whep/${stream}`) })],
    ['a push', (stream: string) => ({ targetUrl: edge.url(`/whip/${stream}`) })],
  ])('gets the layer of AV1 that it asks for on another server, behind %s', async (_how, body) => {
    const stream = await publish('AV1', 'L2T1');
    const order = body(stream);
    const headers = { 'content-type': 'application/json' };
    const asked = ('sourceUrl' in order ? edge : server).url(`/api/cascade/${stream}`);
    const begun = await fetch(asked, { method: 'POST', headers, body: JSON.stringify(order) });
    expect([begun.status, await begun.text()]).toEqual([200, '']);
    const viewer = await openPage(edge);
    await watch(viewer, stream, { codec: 'AV1', takesDescriptor: true });
    await shows(viewer, WIDTH);

    const layers = await layersOf(viewer, edge);
    await until(async () => (await layers.names()).join(' ') === 'S1T0 S0T0', 'both sizes are known');
    expect(await layers.select('S0T0')).toBe(200);
    await shows(viewer, WIDTH / 2);
    await layers.release();
    await shows(viewer, WIDTH);
    expect((await watched(viewer)).packetsLost).toBe(0);
  });

  it('gets of AV1 in several sizes the one that browsers show without the descriptor', async () => {
    const stream = await publish('AV1', 'L2T1');
    const viewer = await openPage();
    await watch(viewer, stream, { codec: 'AV1' });

    await shows(viewer, WIDTH / 2);
    const layers = await layersOf(viewer);
    await until(async () => (await layers.names()).join(' ') === 'S1T0 S0T0', 'both sizes are known');
    const { framesDecoded } = await watched(viewer);
    await until(
      async () => (await watched(viewer)).framesDecoded > framesDecoded + SOME_PICTURES,
      'it goes on',
      30_000,
    );
  });
});

async function takeCamera(page: Page): Promise<void> {
  await page.evaluate(async (width) => {
    const media = await navigator.mediaDevices.getUserMedia({ video: { width, height: 480, frameRate: 15 } });
    Object.assign(globalThis, { media });
  }, WIDTH);
}

async function shows(page: Page, width: number, timeoutMs = 30_000): Promise<void> {
  const { framesDecoded: before } = await watched(page);
  const isShown = async (): Promise<boolean> => {
    const report = await watched(page);
    return report.width === width && report.framesDecoded > before + 2;
  };
  await until(isShown, `the picture is ${String(width)} wide`, timeoutMs);
}

/** @returns how many pictures each of them decodes in the same few seconds */
async function picturesOf(pages: readonly [Page, Page]): Promise<[number, number]> {
  const counts = (): Promise<number[]> => Promise.all(pages.map(async (page) => (await watched(page)).framesDecoded));
  const before = await counts();
  await pause(4_000);
  const [one = 0, other = 0] = (await counts()).map((count, index) => count - (before[index] ?? 0));
  return [one, other];
}

/** A viewer's choice of layers. */
class LayerChoice {
  constructor(private readonly url: string) {}

  async names(): Promise<string[]> {
    const response = await fetch(this.url);
    if (response.status !== 200) return [];
    return ((await response.json()) as { encodingId: string }[]).map(({ encodingId }) => encodingId);
  }

  async select(encodingId: string): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(this.url, { method: 'POST', headers, body: JSON.stringify({ encodingId }) })).status;
  }

  async release(): Promise<number> {
    return (await fetch(this.url, { method: 'DELETE' })).status;
  }
}
