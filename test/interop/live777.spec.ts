import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import { decodeWithFfmpeg } from '../support/judges/ffmpeg.js';
import { Live777, type TomlSections } from '../support/live777.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import type { PlaybackEntry } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { stopWatching, watch, watched } from '../support/viewer.js';
import { until } from '../support/wait.js';

const TOKEN = 'a-token-of-tests-with-live777';
/** Two of live777's programs, a publisher and a browser take their time beside other tests. */
const LIMIT_MS = 60_000;
const TEST_LIMIT_MS = 400_000;
const withLive777 = itWith('ffmpeg', 'chromium', 'LIVEMAN', 'LIVE777');
/** With `ice_lite`, its default: we make the connectivity checks. */
const LOOPBACK = { webrtc: { ice_udp_addrs: ['127.0.0.1:0'] } };

interface Session {
  readonly id: string;
  readonly state: string;
  readonly stats: { readonly packets: number };
}

interface ManagedStream {
  readonly id: string;
  readonly publish: { readonly sessions: readonly Session[] };
  readonly subscribe: { readonly sessions: readonly Session[] };
}

type IndexEntry = Pick<PlaybackEntry, 'record' | 'mpd_path'>;

/** A manager of two nodes, which it knows as `aircheck` and `live777`. */
function startManager(node: TestServer, peer: Live777, sections: TomlSections, token?: string): Promise<Live777> {
  const nodes = [
    { alias: 'aircheck', url: node.url(''), token },
    { alias: 'live777', url: peer.url, token, mode: 'sse' },
  ];
  return Live777.start('LIVEMAN', { nodes, ...sections });
}

/** A page of the manager itself, of which it has none: what it answers is enough. */
async function openPage(browser: Browser, manager: Live777): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(manager.url);
  return page;
}

async function streamOf(manager: Live777, stream: string): Promise<ManagedStream | undefined> {
  return (await manager.get<ManagedStream[]>('/api/streams/')).find(({ id }) => id === stream);
}

async function seesPictures(page: Page, atLeast: number): Promise<void> {
  await until(async () => (await watched(page)).framesDecoded >= atLeast, 'pictures are decoded', LIMIT_MS);
}

/** Sessions that the node's manager has not taken over yet. */
async function sessionsToSync(node: TestServer): Promise<unknown[]> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await fetch(node.url('/api/recordings?limit=10'), { headers });
  return ((await response.json()) as { readonly sessions: unknown[] }).sessions;
}

describe("live777's manager", () => {
  jest.setTimeout(TEST_LIMIT_MS);
  let browser: Browser & AsyncDisposable;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(() => browser[Symbol.asyncDispose]());

  withLive777(
    'lists, proxies and records what is published on a node of ours, and plays it from our index',
    async () => {
      const env = { AIRCHECK_AUTH_TOKENS: TOKEN, AIRCHECK_RECORDER_AUTO_STREAMS: 'by-itself' };
      await using node = await TestServer.start({ env });
      await using peer = await Live777.start('LIVE777', { ...LOOPBACK, auth: { tokens: [TOKEN] } });
      const recording = {
        'recorder.storage': { type: 'fs', root: node.recordings },
        auto_record: { base_prefix: 'managed' },
        record_sync: { enabled: true, tick_ms: 500 },
      };
      await using manager = await startManager(node, peer, recording, TOKEN);
      const whip = (stream: string): string => `${manager.url}/whip/${stream}?nodes=aircheck`;
      const media = await makeMedia({ seconds: 10 });
      await using publisher = await Publisher.start('datachannel', {
        urls: [whip('cam'), whip('by-itself')],
        media,
        loops: 30,
      });
      const page = await openPage(browser, manager);
      await until(async () => (await streamOf(manager, 'cam')) !== undefined, 'the stream is listed', LIMIT_MS);
      await watch(page, 'cam');
      await seesPictures(page, 30);
      await until(async () => (await streamOf(manager, 'cam'))?.subscribe.sessions[0]?.state === 'connected', 'viewer');

      expect(await streamOf(manager, 'cam')).toMatchObject({ publish: { sessions: [{ state: 'connected' }] } });
      expect(Object.keys(await manager.get('/api/streams/cam'))).toEqual(['aircheck']);
      expect(await manager.get('/api/nodes/')).toContainEqual(
        expect.objectContaining({ alias: 'aircheck', status: 'running' }),
      );
      const started = (await manager.ask('POST', '/api/record/cam')).json();
      const mpdPath = expect.stringMatching(/^managed\/\d+\/manifest\.mpd$/) as string;
      expect(await started).toEqual({ started: true, mpd_path: mpdPath });
      expect(await manager.get('/api/record/cam')).toEqual({ recording: true });
      await seesPictures(page, (await watched(page)).framesDecoded + 180);
      expect(await stopWatching(page)).toBe(204);
      expect(await (await manager.ask('DELETE', '/api/record/cam')).json()).toEqual({ stopped: true });
      await publisher.end();
      await page.close();

      const entries = await manager.get<IndexEntry[]>('/api/playback/cam');
      expect(entries).toEqual([{ record: expect.stringMatching(/^\d+$/) as string, mpd_path: mpdPath }]);
      // Nobody had the manager record this one: it knows of it by our index.
      await until(
        async () => (await manager.get<IndexEntry[]>('/api/playback/by-itself')).length === 1,
        'the index is taken over',
        LIMIT_MS,
      );
      await until(async () => (await sessionsToSync(node)).length === 0, 'the node knows of it', LIMIT_MS);
      const played = await decodeWithFfmpeg(`${manager.url}/api/record/object/${entries[0]?.mpd_path ?? ''}`);
      expect(played.complaints).toBe('');
      expect(played.packets).toBeGreaterThan(180);
    },
  );

  /** One viewer is as many as the source takes: the next one is sent to the target. */
  async function expectCarried(manager: Live777, stream: string, source: string, target: string): Promise<void> {
    await using publisher = await Publisher.start('datachannel', {
      urls: [`${manager.url}/whip/${stream}?nodes=${source}`],
      media: await makeMedia({ seconds: 10 }),
      loops: 30,
    });
    const [first, second] = [await openPage(browser, manager), await openPage(browser, manager)];
    await until(async () => (await streamOf(manager, stream)) !== undefined, 'the stream is listed', LIMIT_MS);
    await watch(first, stream);
    await seesPictures(first, 30);
    await until(async () => (await streamOf(manager, stream))?.subscribe.sessions.length === 1, 'it is full', LIMIT_MS);
    await watch(second, stream);
    await seesPictures(second, 60);
    await until(() => manager.log.includes('success, checked attempts'), 'the manager has seen it', LIMIT_MS);
    const streams = await manager.get<Record<string, ManagedStream>>(`/api/streams/${stream}`);

    expect(streams[target]).toMatchObject({
      publish: { sessions: [{ state: 'connected' }] },
      subscribe: { sessions: [{ state: 'connected' }] },
    });
    await publisher.end();
    await Promise.all([first.close(), second.close()]);
  }

  // It shows nodes no token where it has one of them ask the other, so that these have none.
  withLive777(
    'has a node of ours push what is full there to live777, and live777 to us, and us pull from there',
    async () => {
      const env = { AIRCHECK_CASCADE_ALLOWED_NETWORKS: '127.0.0.1', AIRCHECK_STRATEGY_EACH_STREAM_MAX_SUB: '1' };
      await using node = await TestServer.start({ env });
      await using peer = await Live777.start('LIVE777', { ...LOOPBACK, strategy: { each_stream_max_sub: 1 } });
      for (const [mode, source, target] of [
        ['push', 'aircheck', 'live777'],
        ['push', 'live777', 'aircheck'],
        ['pull', 'live777', 'aircheck'],
      ] as const) {
        await using manager = await startManager(node, peer, { cascade: { mode, check_attempts: 60 } });
        await expectCarried(manager, `${mode}-to-${target}`, source, target);
      }
    },
  );

  withLive777.each([true, false])(
    'is not needed between a node of ours and live777, with ice_lite = %s',
    async (isLite) => {
      const env = { AIRCHECK_CASCADE_ALLOWED_NETWORKS: '127.0.0.1', AIRCHECK_AUTH_TOKENS: TOKEN };
      await using node = await TestServer.start({ env });
      const webrtc = { ...LOOPBACK.webrtc, ice_lite: isLite };
      await using peer = await Live777.start('LIVE777', { webrtc, auth: { tokens: [TOKEN] } });
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
      const begin = async (url: string, body: object): Promise<unknown> => {
        const token = `Bearer ${TOKEN}`;
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ token, ...body }) });
        return [response.status, await response.text()];
      };
      /** Names of streams of which media comes. */
      const flowing = async (url: string): Promise<string[]> => {
        const streams = (await (await fetch(url, { headers })).json()) as readonly ManagedStream[];
        const comes = ({ publish }: ManagedStream): boolean =>
          publish.sessions.some(({ state, stats }) => state === 'connected' && stats.packets > 200);
        return streams
          .filter(comes)
          .map(({ id }) => id)
          .sort();
      };
      const media = await makeMedia({ seconds: 10 });
      const order = { token: TOKEN, media, loops: 30 };
      await using ours = await Publisher.start('datachannel', { urls: [node.url('/whip/ours')], ...order });
      await using theirs = await Publisher.start('datachannel', { urls: [`${peer.url}/whip/theirs`], ...order });

      for (const [at, body] of [
        [`${peer.url}/api/cascade/ours-pulled`, { sourceUrl: node.url('/whep/ours') }],
        [`${peer.url}/api/cascade/theirs`, { targetUrl: node.url('/whip/theirs-pushed') }],
        [node.url('/api/cascade/theirs-pulled'), { sourceUrl: `${peer.url}/whep/theirs` }],
        [node.url('/api/cascade/ours'), { targetUrl: `${peer.url}/whip/ours-pushed` }],
      ] as const)
        expect(await begin(at, body)).toEqual([200, '']);
      for (const [url, streams] of [
        [node.url('/api/streams/'), 'ours,theirs-pulled,theirs-pushed'],
        [`${peer.url}/api/streams/`, 'ours-pulled,ours-pushed,theirs'],
      ] as const)
        await until(async () => (await flowing(url)).join() === streams, `media of ${streams} comes`, LIMIT_MS);
      await ours.end();
      await theirs.end();
    },
  );
});
