import { launchChromium } from '../support/browser.js';
import { offer } from '../support/offer.js';
import { leakedInto } from '../support/given-secrets.js';
import { subscriber } from '../support/graphql.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const TOKEN = 'a-token-for-hardening-tests';
const PASSWORD = 'a password for hardening tests';
const ORIGIN = 'https://studio.example';
const RATE = 3;
const BURST = 6 * RATE;

let addresses = 0;
/** Nobody has been heard from there before, also not by an earlier try. */
const freshAddress = (): string => `203.0.113.${String((addresses += 1))}`;

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface AuditPage {
  readonly events: readonly { readonly address: string }[];
}

/** What stands between the network and the routes: who may ask how often, from which pages, and what answers tell. */
describe('the server behind a proxy, with authorisation', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      env: {
        AIRCHECK_AUTH_TOKENS: TOKEN,
        AIRCHECK_AUTH_ACCOUNTS: JSON.stringify(['ann', 'bob'].map((username) => ({ username, password: PASSWORD }))),
        AIRCHECK_HTTP_CORS_ORIGINS: ORIGIN,
        AIRCHECK_HTTP_TRUSTED_PROXIES: '127.0.0.0/8',
        AIRCHECK_HTTP_WHIP_RATE_PER_ADDRESS: String(RATE),
        AIRCHECK_HTTP_HSTS_SECONDS: '3600',
        AIRCHECK_HTTP_METRICS_PUBLIC: 'false',
        AIRCHECK_LOG_LEVEL: 'trace',
      },
    });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Response> {
    const authorization = `Bearer ${TOKEN}`;
    return fetch(server.url(path), {
      method,
      headers: { authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  const goodbye = (address: string, headers = {}): Promise<Response> =>
    ask('/session/cam/none', { method: 'DELETE', headers: { 'x-forwarded-for': address, ...headers } });

  async function statuses(times: number, address: string): Promise<number[]> {
    const found: number[] = [];
    for (let n = 0; n < times; n += 1) found.push((await goodbye(address)).status);
    return found;
  }

  it('shows metrics to administrators alone when they are not public', async () => {
    expect((await fetch(server.url('/metrics'))).status).toBe(401);
    expect((await ask('/metrics')).status).toBe(200);
  });

  it('takes so many POST, PATCH and DELETE of publishers from one address, and tells the others when to come', async () => {
    expect(await statuses(BURST, '192.0.2.1')).toEqual(Array<number>(BURST).fill(404));
    const waits: number[] = [];
    for (let n = 0; n < 4 * RATE; n += 1) {
      const refused = await goodbye('192.0.2.1');
      if (refused.status === 404) continue;
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({ code: 'whip-rate-exceeded' });
      waits.push(Number(refused.headers.get('retry-after')));
    }

    expect(Math.min(...waits)).toBe(1);
    expect(Math.max(...waits)).toBeGreaterThan(1);
    const elsewhere = { 'x-forwarded-for': '192.0.2.2', 'content-type': 'application/sdp' };
    expect((await ask('/whip/rates', { method: 'POST', headers: elsewhere, body: offer() })).status).toBe(201);
  });

  it('counts a /64 of IPv6 as one address', async () => {
    for (let n = 0; n < BURST; n += 1) await goodbye(`2001:db8:0:1::${n.toString(16)}`);

    expect((await goodbye('2001:db8:0:1:ffff::1')).status).toBe(503);
    expect((await goodbye('2001:db8:0:2::1')).status).toBe(404);
  });

  it('judges credentials before rates, and rates before content type and body', async () => {
    await statuses(BURST, '192.0.2.3');
    const headers = { 'x-forwarded-for': '192.0.2.3' };

    const stranger = await goodbye('192.0.2.3', { authorization: 'Bearer a-wrong-token' });
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('www-authenticate')).toMatch(/^Bearer/);
    const wrongType = { ...headers, 'content-type': 'text/plain' };
    expect((await ask('/whip/cam', { method: 'POST', headers: wrongType, body: 'x' })).status).toBe(503);
    expect((await ask('/session/cam/none', { method: 'PATCH', headers: wrongType, body: 'x' })).status).toBe(503);
    expect((await ask('/whip/cam', { headers })).status).toBe(204);
  });

  it('lets pages of named origins call it with credentials, and no others', async () => {
    const named = await ask('/api/streams', { headers: { origin: ORIGIN } });
    const others = await ask('/api/streams', { headers: { origin: 'https://elsewhere.example' } });

    expect(named.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(named.headers.get('access-control-allow-credentials')).toBe('true');
    expect(named.headers.get('vary')).toMatch(/origin/i);
    expect(named.headers.get('access-control-expose-headers')?.split(',')).toEqual(
      expect.arrayContaining(['Location', 'ETag', 'Link', 'Retry-After', 'Content-Range']),
    );
    expect(others.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('answers a preflight without a token, and shows an allowed page why it was refused', async () => {
    const preflight = await fetch(server.url('/whip/cam'), {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    const refused = await ask('/whip/cam', { method: 'POST', headers: { origin: ORIGIN, authorization: '' } });

    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });

  it('promises HTTPS on every answer, and tells pages what they may load', async () => {
    const page = await ask('/');
    const list = await ask('/api/streams');

    for (const { headers } of [page, list]) {
      expect(headers.get('strict-transport-security')).toBe('max-age=3600');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
    }
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    expect(list.headers.get('content-security-policy')).toBeNull();
  });

  itWith('chromium')('shows the API description under its Content-Security-Policy', async () => {
    await using browser = await launchChromium();
    const page = await browser.newPage();
    const mistakes: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') mistakes.push(message.text());
    });
    await page.goto(server.url('/api-docs'));

    await page.getByText('Publish a stream: offer in, answer out').waitFor();
    expect(mistakes).toEqual([]);
  });

  it('repeats no secret in a problem or in its log, wherever it was put', async () => {
    const type = { 'content-type': 'application/json' };
    const asName = TOKEN.replaceAll('-', '_');
    const graphql = { method: 'POST', headers: type, body: `{"query":"{ ${asName} }"}` };
    const answers = await Promise.all([
      ask(`/api/v1/sessions?cursor=x&token=${TOKEN}`),
      ask('/api/streams', { headers: { authorization: `Basic ${TOKEN}` } }),
      ask('/api/streams', { headers: { authorization: `Bearer ${TOKEN} x` } }),
      ask('/api/streams', { headers: { cookie: `session=${TOKEN}`, authorization: '' } }),
      ask('/graphql', graphql),
    ]);

    for (const answer of answers) expect(leakedInto(await answer.text(), [TOKEN])).toEqual([]);
    // As in a link of live777's player, and as a stream's name: who sent it knows it already.
    await ask(`/live/${TOKEN}/index.m3u8`);
    await ask(`/whip/${TOKEN}`, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: offer() });
    await until(() => server.log.includes('/live/(hidden)/index.m3u8'), 'the request is in the log');
    // Whoever sent a document is told which of its names is wrong; nobody else is.
    expect(leakedInto(server.log, [TOKEN, asName])).toEqual([]);
  });

  it('writes down who did what on which stream, over REST and GraphQL, and who was refused', async () => {
    const from = new Date().toISOString();
    const address = freshAddress();
    const headers = { 'x-forwarded-for': address, 'content-type': 'application/json' };
    await ask('/api/record/nobody', { method: 'POST', headers, body: '{}' });
    await ask('/api/v1/sessions/none/hold', { method: 'PUT', headers });
    const query = '{"query":"mutation { stopRecording(stream: \\"cam\\") }"}';
    await ask('/graphql', { method: 'POST', headers, body: query });
    for (let n = 0; n < 30; n += 1) await ask('/api/streams', { headers: { ...headers, authorization: 'Bearer no' } });
    const list = await ask(`/api/v1/audit?from=${from}&limit=3`);
    const { events, nextCursor } = (await list.json()) as AuditPage & { nextCursor: string };
    const rest = await ask(`/api/v1/audit?from=${from}&cursor=${nextCursor}`);
    const all = [...events, ...((await rest.json()) as AuditPage).events];

    const actor = 'auth.tokens #1';
    // What was done before, through no proxy, may be written down in the same millisecond.
    expect(all.filter((event) => event.address === address)).toMatchObject([
      { event: 'refused', outcome: 'token-invalid', actor: '', address, subject: 'GET /api/streams', times: 1 },
      { event: 'recording-stopped', outcome: 'ok', actor, address, stream: 'cam' },
      { event: 'hold-placed', outcome: 'recording-session-not-found', actor, address, subject: 'none', stream: null },
      { event: 'recording-started', outcome: 'stream-not-found', actor, address, stream: 'nobody' },
    ]);
    expect(server.log).toContain('"event":"recording-stopped","outcome":"ok"');
    expect((await ask('/api/v1/audit', { headers: { authorization: '' } })).status).toBe(401);
  });

  it('writes down who was refused by a signed URL and on a WebSocket, and no password given as a user name', async () => {
    const from = new Date().toISOString();
    const headers = { 'content-type': 'application/json', authorization: '' };
    await ask('/signed/made-up.token/play/cam/index.m3u8', { headers });
    const client = subscriber(server, { authorization: 'Bearer nobody-gave-this-out' });
    await new Promise((closed) => client.on('closed', closed));
    await client.dispose();
    const body = JSON.stringify({ username: PASSWORD, password: 'ann' });
    await ask('/api/login', { method: 'POST', headers, body });
    const list = await ask(`/api/v1/audit?from=${from}`);
    const text = await list.text();

    expect((JSON.parse(text) as { events: object[] }).events).toMatchObject([
      { event: 'login', outcome: 'credentials-wrong', actor: '' },
      { event: 'refused', outcome: 'token-invalid', actor: '', subject: 'WebSocket /graphql' },
      { event: 'refused', outcome: 'signed-url-invalid', actor: '', subject: 'GET /signed/:token' },
    ]);
    expect(leakedInto(text + server.log, [PASSWORD])).toEqual([]);
  });

  it.each(['token', 'access_token', 'authorization', 'jwt'])('takes no token from a query, as ?%s=', async (name) => {
    const given = await ask(`/api/streams?${name}=${TOKEN}`, { headers: { authorization: '' } });

    expect(given.status).toBe(401);
  });

  it('has a strange member of a body change nothing, or refuses it', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = '{"stream":"cam","rights":["admin"],"__proto__":{"stream":"other"}}';
    const urls = await ask('/api/v1/playback-urls', { method: 'POST', headers, body });
    const login = await ask('/api/login', { method: 'POST', headers, body: '{"username":{"$ne":null},"password":[]}' });

    expect([urls.status, login.status]).toEqual([400, 400]);
  });

  it('throttles wrong log-ins by account and address, lets the same account in from elsewhere, and writes both down', async () => {
    const login = (username: string, password: string, address: string): Promise<Response> =>
      fetch(server.url('/api/login'), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ username, password }),
      });
    const from = new Date().toISOString();
    const [guesser, colleague] = [freshAddress(), freshAddress()];
    const statuses: number[] = [];
    let throttled = await login('ann', 'guess', guesser);
    // A check that takes longer than the wait for the one before is not refused: then the next wait is twice as long.
    for (let n = 0; n < 12 && throttled.status !== 429; n += 1) {
      statuses.push(throttled.status);
      throttled = await login('ann', `guess ${String(n)}`, guesser);
    }
    const other = await login('ann', PASSWORD, colleague);
    const { access_token: token } = (await other.json()) as { access_token: string };
    server.keepSecret(token);

    expect(statuses.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(throttled.status).toBe(429);
    expect(Number(throttled.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(other.status).toBe(200);
    const list = await ask(`/api/v1/audit?event=login&from=${from}`, { headers: { authorization: `Bearer ${token}` } });
    const { events } = (await list.json()) as { events: readonly { address: string }[] };
    expect(events.filter(({ address }) => [guesser, colleague].includes(address))).toMatchObject([
      { outcome: 'ok', actor: 'ann', address: colleague },
      { outcome: 'login-throttled', actor: 'ann', address: guesser },
      { outcome: 'credentials-wrong', actor: 'ann', address: guesser },
    ]);
  });
});
