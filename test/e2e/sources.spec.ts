import { launchChromium } from '../support/browser.js';
import { ask } from '../support/graphql.js';
import { makeMedia } from '../support/media.js';
import { viewerOffer, offer } from '../support/offer.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { decodeErrorsOfPeriods } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const TOKEN = 'a-token-of-tests-for-sources';
/** Nothing is recorded by itself. */
const EDGE = {
  AIRCHECK_CASCADE_ALLOWED_NETWORKS: '127.0.0.1',
  AIRCHECK_RECORDER_AUTO_STREAMS: ',',
  AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1',
};
const LIMIT_MS = 60_000;

interface Source {
  readonly state: string;
}

const stateOf = async (server: TestServer, stream: string): Promise<string> =>
  (await server.get<Source>(`/api/sources/${stream}`)).state;

function send(
  server: TestServer,
  method: string,
  path: string,
  body: string,
  type = 'application/json',
): Promise<Response> {
  return fetch(server.url(path), { method, headers: { 'content-type': type }, body });
}

/** Sessions of `cam` that are not over, at a server that wants the token. */
async function watching(server: TestServer): Promise<number> {
  const response = await fetch(server.url('/api/streams/cam'), { headers: { authorization: `Bearer ${TOKEN}` } });
  const { subscribe } = (await response.json()) as { subscribe: { sessions: { state: string }[] } };
  return subscribe.sessions.filter(({ state }) => state !== 'closed').length;
}

async function publishAt(server: TestServer): Promise<Publisher> {
  const media = await makeMedia({ seconds: 10 });
  return Publisher.start('datachannel', { urls: [server.url('/whip/cam')], token: TOKEN, media, loops: 30 });
}

describe('a source', () => {
  itWith('ffmpeg')(
    'on demand is fetched for a recording that is asked for, and for a viewer, and left after each',
    async () => {
      await using origin = await TestServer.start({ env: { AIRCHECK_AUTH_TOKENS: TOKEN } });
      await using publisher = await publishAt(origin);
      const url = origin.url('/whep/cam').replace('http://', `whep://${TOKEN}@`);
      const streams = {
        cam: {
          sources: [{ url }],
          on_demand: true,
          on_demand_close_after_ms: 200,
          on_demand_start_timeout_ms: LIMIT_MS,
        },
      };
      const env = { ...EDGE, AIRCHECK_STREAM: JSON.stringify(streams) };
      await using edge = await TestServer.start({ env: { ...env } });
      edge.keepSecret(TOKEN);
      const source = { id: 'cam', stream_id: 'cam', source_type: 'whep', url: origin.url('/whep/cam') };
      const idle = { ...source, state: 'Disconnected', on_demand: true, configured: true };
      expect(await edge.get('/api/sources')).toEqual({ sources: [idle] });
      expect(await edge.get('/api/streams/cam')).toMatchObject({ onDemand: true, publish: { sessions: [] } });

      expect((await send(edge, 'POST', '/api/record/cam', '{}')).status).toBe(200);
      expect(await stateOf(edge, 'cam')).toBe('Connected');
      const stored = async (): Promise<number> =>
        (await (await StoredRecording.of(edge, 'cam')).segmentNames('video')).length;
      await until(async () => (await stored()) > 0, 'something of it is recorded', LIMIT_MS);
      expect((await fetch(edge.url('/api/record/cam'), { method: 'DELETE' })).status).toBe(200);
      await until(async () => (await stateOf(edge, 'cam')) === 'Disconnected', 'it is left', LIMIT_MS);
      await until(async () => (await watching(origin)) === 0, 'the other server knows', LIMIT_MS);
      expect(await decodeErrorsOfPeriods(edge, 'cam')).toBe('');

      const watched = await send(edge, 'POST', '/whep/cam', viewerOffer(), 'application/sdp');
      expect(watched.status).toBe(201);
      await until(async () => (await stateOf(edge, 'cam')) === 'Connected', 'it is fetched again', LIMIT_MS);
      await fetch(edge.url(watched.headers.get('location') ?? ''), { method: 'DELETE' });
      await until(async () => (await stateOf(edge, 'cam')) === 'Disconnected', 'it is left again', LIMIT_MS);
      expect((await fetch(edge.url('/api/sources/cam'), { method: 'DELETE' })).status).toBe(409);

      expect((await send(edge, 'POST', '/api/record/cam', '{}')).status).toBe(200);
      const before = await stored();
      await until(async () => (await stored()) > before, 'it is recorded again', LIMIT_MS);
      await edge.kill();
      await edge.start();
      const saved = await stored();
      await until(async () => (await stored()) > saved, 'it is fetched and recorded on after a crash', LIMIT_MS);
      await publisher.end();
    },
  );

  itWith('ffmpeg', 'chromium')('is begun and ended on the page, and keeps its stream to itself', async () => {
    await using origin = await TestServer.start({ env: { AIRCHECK_AUTH_TOKENS: TOKEN } });
    await using publisher = await publishAt(origin);
    await using edge = await TestServer.start({ env: EDGE });
    edge.keepSecret(TOKEN);
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(edge.url('/'));
    const ways = page.getByRole('region', { name: 'Between servers' });
    await ways.getByText('Streams from other servers, and to them').click();
    await ways.getByText('No stream comes from elsewhere or goes there.').waitFor();

    await ways.getByLabel('What to do').selectOption('Fetch a stream as its source');
    await ways.getByLabel('Name of the stream here').fill('far');
    await ways.getByLabel('Its URL there').fill(origin.url('/whep/cam'));
    await ways.getByRole('button', { name: 'Start' }).click();
    await ways.getByText('The other server did not take it: it said 401 token-missing.').waitFor();
    await ways.getByLabel('Token for there, if it wants one').fill(TOKEN);
    await ways.getByRole('button', { name: 'Start' }).click();
    await ways.getByText(`source ${origin.url('/whep/cam')}`).waitFor();
    await ways.getByText('connected', { exact: true }).waitFor();

    const again = await send(edge, 'POST', '/api/sources/far', JSON.stringify({ url: origin.url('/whep/cam') }));
    expect([again.status, await again.json()]).toMatchObject([409, { code: 'source-exists' }]);
    const published = await send(edge, 'POST', '/whip/far', offer(), 'application/sdp');
    expect([published.status, await published.json()]).toMatchObject([409, { code: 'stream-busy' }]);
    const query = '{ sources { stream state isOnDemand } cascades { stream direction state } }';
    expect(await ask(edge, query)).toEqual({
      sources: [{ stream: 'far', state: 'CONNECTED', isOnDemand: false }],
      cascades: [{ stream: 'far', direction: 'PULL', state: 'CONNECTED' }],
    });
    await ways.getByRole('button', { name: /^Stop source/ }).click();
    await ways.getByText('No stream comes from elsewhere or goes there.').waitFor();
    await until(async () => (await watching(origin)) === 0, 'the other server knows', LIMIT_MS);
    await publisher.end();
  });
});
