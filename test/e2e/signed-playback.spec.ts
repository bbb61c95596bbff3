import { type Browser } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import { decodeErrors, probe } from '../support/judges/ffmpeg.js';
import { PLAYER_NAMES, playThrough, viewFor } from '../support/judges/player.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const TOKEN = 'a-token-for-signed-playback';
const withAll = itWith('chromium', 'ffmpeg');

interface Signed {
  readonly dash: string;
  readonly hls: string;
  readonly mp4: string | null;
  readonly expiresAt: string;
}

/** Two sessions of one stream, recorded while nobody needs a token; then the server asks for one. */
describe('signed playback URLs', () => {
  let server: TestServer;
  let browser: Browser & AsyncDisposable;
  let sessions: readonly { readonly id: string; readonly startedAt: string; readonly endedAt: string }[];

  beforeAll(async () => {
    server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' } });
    const media = await makeMedia({ seconds: 6, size: '320x180', gopFrames: 30 });
    for (let n = 0; n < 2; n += 1) {
      await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
      await publisher.ended();
      await until(() => isFinished(server, 'cam'), 'the recording is finished');
    }
    const list = await server.get<{ sessions: typeof sessions }>('/api/v1/sessions?order=oldest-first');
    ({ sessions } = list);
    await server.terminate();
    await server.start({ AIRCHECK_AUTH_TOKENS: TOKEN });
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const authorization = `Bearer ${TOKEN}`;

  async function sign(wanted: Readonly<Record<string, unknown>>): Promise<Signed> {
    const response = await fetch(server.url('/api/v1/playback-urls'), {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(wanted),
    });
    expect(response.status).toBe(200);
    const signed = (await response.json()) as Signed;
    server.keepSecret(signed.hls.split('/')[2] ?? '');
    return signed;
  }

  const status = async (path: string, init: RequestInit = {}): Promise<number> =>
    (await fetch(server.url(path), init)).status;
  const codeOf = async (path: string): Promise<string> =>
    ((await (await fetch(server.url(path))).json()) as { code: string }).code;
  const prefixOf = ({ hls }: Signed): string => hls.split('/').slice(0, 3).join('/');
  const session = (at: number): string => sessions[at]?.id ?? '';

  /** Addresses of the segments that a playlist names, as a player finds them. */
  async function segmentsOf(path: string): Promise<string[]> {
    const text = await (await fetch(server.url(path))).text();
    const uris = text.split('\n').filter((line) => line.endsWith('.m4s'));
    return uris.map((uri) => new URL(uri, server.url(path)).pathname);
  }

  withAll('play in players that send no headers, and their manifests and segments need nothing else', async () => {
    const { hls, dash, mp4 } = await sign({ stream: 'cam', session: session(0) });

    expect(await status('/play/cam/index.m3u8')).toBe(401);
    expect((await probe(server.url(hls))).streams.map(({ codec_type: type }) => type).sort()).toEqual([
      'audio',
      'video',
    ]);
    expect(await decodeErrors(server.url(dash))).toBe('');
    expect(await decodeErrors(server.url(mp4 ?? ''))).toBe('');
  });

  describe.each(PLAYER_NAMES)('in %s', (player) => {
    async function plays(path: string, options: { readonly token?: string } = {}): Promise<void> {
      const page = await browser.newPage();
      await page.goto(server.url('/'));
      const { errors, ended } = await playThrough(page, player, server.url(path), { rate: 4, ...options });
      await page.close();
      expect([errors, ended]).toEqual([[], true]);
    }

    withAll('play to the end without a header, and the plain address does with one', async () => {
      const { hls, dash } = await sign({ stream: 'cam', session: session(0) });

      await plays(player === 'hls.js' ? hls : dash);
      await plays(viewFor(player, 'cam', `?session=${session(0)}`), { token: TOKEN });
    });
  });

  withAll('are good after a restart, and no manifest or log has their token', async () => {
    const signed = await sign({ stream: 'cam' });
    await server.terminate();
    await server.start({ AIRCHECK_AUTH_TOKENS: TOKEN });

    expect(await status(signed.hls)).toBe(200);
    const manifest = await (await fetch(server.url(signed.hls))).text();
    expect(manifest).not.toContain(prefixOf(signed).split('/')[2]);
  });

  withAll('lead to nothing but the playback of their stream, by reading', async () => {
    const prefix = prefixOf(await sign({ stream: 'cam' }));

    for (const path of ['/api/streams', '/api/v1/sessions', '/play/other/index.m3u8', '/api/v1/audit', '/graphql']) {
      expect([path, await codeOf(`${prefix}${path}`)]).toEqual([path, 'signed-url-scope']);
    }
    expect(await codeOf(`${prefix}/api/record/object/other/2026/11/20/init.m4s`)).toBe('permission-denied');
    expect(await status(`${prefix}/api/record/cam`, { method: 'POST' })).toBe(404);
    expect(await status(`${prefix}/play/cam/index.m3u8`, { method: 'DELETE' })).toBe(404);
    expect(await status(`${prefix}/play/cam/index.m3u8`, { method: 'HEAD' })).toBe(200);
  });

  withAll('of a session show nothing of the other one', async () => {
    const [first, second] = [await sign({ stream: 'cam', session: session(0) }), await sign({ stream: 'cam' })];
    const own = await segmentsOf(first.hls.replace('index.m3u8', 'video.m3u8'));
    const forced = await segmentsOf(first.hls.replace('index.m3u8', `video.m3u8?session=${session(1)}`));
    const all = await segmentsOf(second.hls.replace('index.m3u8', 'video.m3u8'));

    expect(own.length).toBeGreaterThan(1);
    expect(forced).toEqual(own);
    const others = all
      .map((path) => path.replace(prefixOf(second), prefixOf(first)))
      .filter((path) => !own.includes(path));
    expect(others.length).toBeGreaterThan(1);
    for (const path of own) expect(await status(path)).toBe(200);
    for (const path of others) expect(await codeOf(path)).toBe('signed-url-scope');
    const directory = own[0]?.slice(0, own[0].lastIndexOf('/')) ?? '';
    expect(await codeOf(`${directory}/manifest.mpd`)).toBe('signed-url-scope');
    expect(await codeOf(`${directory}/session_${session(1)}.json`)).toBe('signed-url-scope');
  });

  withAll('of a range give every segment that its playlist names, and none of another time', async () => {
    const [one, other] = sessions;
    const range = { stream: 'cam', from: one?.startedAt, to: one?.endedAt };
    const signed = await sign(range);
    const own = await segmentsOf(signed.hls.replace('index.m3u8', 'video.m3u8'));

    expect(await decodeErrors(server.url(signed.hls))).toBe('');
    for (const path of own) expect(await status(path)).toBe(200);
    const later = await sign({ stream: 'cam', session: other?.id });
    const [foreign = ''] = await segmentsOf(later.hls.replace('index.m3u8', 'video.m3u8'));
    expect(await codeOf(foreign.replace(prefixOf(later), prefixOf(signed)))).toBe('signed-url-scope');
  });

  withAll('end on time, and are nothing when anything of them is changed', async () => {
    const short = await sign({ stream: 'cam', expiresInSeconds: 2 });
    const changed = short.hls.replace(/\/signed\/(.)/, (_all, first: string) => `/signed/${first === 'A' ? 'B' : 'A'}`);

    expect(await status(short.hls)).toBe(200);
    expect(await codeOf(changed)).toBe('signed-url-invalid');
    expect(await codeOf('/signed/x.y/play/cam/index.m3u8')).toBe('signed-url-invalid');
    await pause(Date.parse(short.expiresAt) - Date.now() + 50);
    expect(await codeOf(short.hls)).toBe('signed-url-expired');
  });

  withAll('are written down with who had them made', async () => {
    const answer = await fetch(server.url('/api/v1/audit?event=playback-url-created'), { headers: { authorization } });
    const { events } = (await answer.json()) as { events: readonly object[] };

    expect(events[0]).toMatchObject({ actor: 'auth.tokens #1', stream: 'cam', outcome: 'ok', address: '127.0.0.1' });
  });
});
