import { stat } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { launchChromium } from '../support/browser.js';
import { subscriber } from '../support/graphql.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const PASSWORD = 'correct horse';

const refused = new Map<Page, string[]>();

/** @returns a page of its own, which remembers what it is refused from now on */
async function openWith(browser: Browser, server: TestServer, id: string, mode: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 360, height: 780 } });
  await page.goto(server.url('/'));
  await page.getByLabel('Or a token').fill(streamToken(SECRET, { id, mode }));
  refuseNothing(page);
  await page.getByRole('button', { name: 'Use the token' }).click();
  return page;
}

function refuseNothing(page: Page): void {
  const answers: string[] = [];
  refused.set(page, answers);
  page.on('response', (response) => {
    if ([401, 403].includes(response.status())) answers.push(`${response.status()} ${response.url()}`);
  });
}

const regionOf = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

/** Somebody publishes `my-stream`. @returns the page of a token that may watch it */
async function showsWhatTokensMay(browser: Browser, server: TestServer): Promise<Page> {
  const viewer = await openWith(browser, server, 'my-*', 4);
  await viewer.getByText('Your token is for streams named my-*: you may watch live, play back.').waitFor();
  const live = regionOf(viewer, 'Live');
  await live.getByText('connected').waitFor();
  await live.getByRole('button', { name: 'Watch', exact: true }).click();
  await until(() => isPlaying(viewer), 'the stream is watched with its own token', 30_000);
  await viewer.getByRole('button', { name: 'Close' }).click();
  expect(await viewer.getByRole('button', { name: /record|split|go live/i }).count()).toBe(0);

  const controller = await openWith(browser, server, 'my-stream', 1);
  await regionOf(controller, 'Live').getByRole('button', { name: 'Stop recording' }).waitFor();
  expect(await controller.getByRole('button', { name: 'Watch', exact: true }).count()).toBe(0);
  expect(await regionOf(controller, 'Recordings').count()).toBe(0);

  const other = await openWith(browser, server, 'other', 7);
  await regionOf(other, 'Recordings').getByText('Nothing is recorded yet.').waitFor();
  await regionOf(other, 'Live').getByText('Nobody is live.').waitFor();
  expect(await other.getByLabel('Stream name').inputValue()).toBe('other');
  expect(await other.getByLabel('Stream name').getAttribute('readonly')).not.toBe(null);
  return viewer;
}

/** Who needs a token gets addresses that need none, and the browser saves a clip by one. */
async function getsSignedLinks(page: Page, server: TestServer): Promise<void> {
  const recordings = regionOf(page, 'Recordings');
  await recordings.getByRole('button', { name: /^Links to my-stream/ }).click();
  await recordings.getByText(/^Whoever has these links may play it until/).waitFor();
  for (const name of ['DASH', 'HLS']) {
    const link = recordings.getByRole('link', { name: new RegExp(`^${name} of my-stream`) });
    const path = (await link.getAttribute('href')) ?? '';
    server.keepSecret(path.split('/')[2] ?? '');
    expect((await fetch(server.url(path))).status).toBe(200);
  }
  const player = page.getByRole('region', { name: 'Player: my-stream' });
  await player.getByRole('button', { name: 'Select a clip' }).click();
  const saving = page.waitForEvent('download');
  await player.getByRole('link', { name: 'Download' }).click();
  const saved = await saving;
  server.keepSecret(new URL(saved.url()).pathname.split('/')[2] ?? '');
  expect((await stat(await saved.path())).size).toBeGreaterThan(10_000);

  const exported = player.getByRole('region', { name: 'Exports' });
  await exported.getByRole('button', { name: 'Export the clip' }).click();
  const savingExport = page.waitForEvent('download');
  await exported.getByRole('link', { name: /^Save/ }).click();
  const savedExport = await savingExport;
  const [, prefix, token = ''] = new URL(savedExport.url()).pathname.split('/');
  server.keepSecret(token);
  expect(prefix).toBe('signed');
  expect((await stat(await savedExport.path())).size).toBeGreaterThan(10_000);
}

function isPlaying(page: Page): Promise<boolean> {
  return page.evaluate(() => (document.querySelector<HTMLVideoElement>('video.player')?.currentTime ?? 0) > 1);
}

describe('a server with accounts', () => {
  itWith('chromium')('has the page log in, publish, record and watch', async () => {
    await using hasher = await TestServer.start();
    const hash = await hasher.commandWithInput(`${PASSWORD}\n`, 'token', 'hash');
    const accounts = JSON.stringify([{ username: 'ann', password: hash.output.trim() }]);
    const env = { AIRCHECK_AUTH_ACCOUNTS: accounts, AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' };
    await using server = await TestServer.start({ env: { ...env, AIRCHECK_AUTH_SECRET: SECRET } });
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(server.url('/'));

    await page.getByLabel('User name').fill('ann');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('The user name or the password is wrong.').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Nobody is live.').waitFor();
    refuseNothing(page);

    await page.getByLabel('Test pattern').check();
    await page.getByRole('button', { name: 'Go live' }).click();
    await page.getByText('You are live.').waitFor();
    const live = page.getByRole('region', { name: 'Live', exact: true });
    await live.getByRole('button', { name: 'Watch', exact: true }).click();
    await until(() => isPlaying(page), 'the live recording plays', 30_000);
    await page.getByRole('button', { name: 'Close' }).click();
    const viewer = await showsWhatTokensMay(browser, server);
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await live.getByText('Nobody is live.').waitFor();
    await page.reload();
    for (const one of [page, viewer]) {
      await regionOf(one, 'Recordings').getByRole('button', { name: 'Play' }).click();
      await until(() => isPlaying(one), 'the finished recording plays', 30_000);
    }
    await getsSignedLinks(viewer, server);
    await regionOf(viewer, 'Recordings')
      .getByText(/complete|gap/)
      .click();
    await viewer.getByRole('region', { name: /^Session from/ }).waitFor();
    expect(await viewer.getByRole('button', { name: /hold|delete…/i }).count()).toBe(0);
    expect([...refused.values()].flat()).toEqual([]);

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('User name').waitFor();
    await page.reload();
    await page.getByLabel('User name').waitFor();
    expect(server.log).not.toContain(PASSWORD);
  });
});

describe('tokens for others', () => {
  it('are made over REST, GraphQL and the command line, and revoked, which ends what goes on with them', async () => {
    const env = { AIRCHECK_AUTH_TOKENS: 'a-token-for-tests-only', AIRCHECK_AUTH_SECRET: SECRET };
    await using server = await TestServer.start({ env });
    const admin = { authorization: 'Bearer a-token-for-tests-only', 'content-type': 'application/json' };
    const post = async <T>(path: string, body: object): Promise<T> => {
      const response = await fetch(server.url(path), { method: 'POST', headers: admin, body: JSON.stringify(body) });
      expect(response.status).toBe(200);
      return (await response.json()) as T;
    };
    const status = async (path: string, token: string): Promise<number> => {
      const response = await fetch(server.url(path), { headers: { authorization: `Bearer ${token}` } });
      await response.arrayBuffer();
      return response.status;
    };

    const wanted = { id: 'cam', duration: 60, subscribe: true, publish: false, admin: false };
    const rest = await post<Record<string, string>>('/api/token', wanted);
    expect(Object.keys(rest)).toEqual(['access_token', 'token_type', 'id']);
    const query = `mutation { createToken(input: { stream: "cam", durationSeconds: 60, subscribe: true }) { id accessToken } }`;
    const { data } = await post<{ data: { createToken: { id: string; accessToken: string } } }>('/graphql', { query });
    const { id, accessToken } = data.createToken;
    const made = await server.command('token', 'create', '--id', 'cam', '--duration', '60', '--subscribe');
    const tokens = [rest['access_token'] ?? '', accessToken, made.output.trim()];

    for (const token of tokens) {
      expect(await status('/api/playback/cam', token)).toBe(200);
      expect(await status('/api/playback/door', token)).toBe(403);
      expect(await status('/whip/cam', token)).toBe(403);
    }
    const client = subscriber(server, { authorization: `Bearer ${accessToken}` });
    const closed = new Promise((found) => client.on('closed', (event) => found((event as { code: number }).code)));
    await new Promise((found) => client.on('connected', found));
    const everywhere = await post<Record<string, string>>('/api/token', { ...wanted, id: '*', duration: 3 });
    const headers = { authorization: `Bearer ${everywhere['access_token'] ?? ''}` };
    const events = await fetch(server.url('/api/sse/streams'), { headers });
    expect(events.status).toBe(200);
    await post('/graphql', { query: `mutation { revokeToken(id: "${id}") }` });
    expect(await status('/api/playback/cam', accessToken)).toBe(401);

    expect(await closed).toBe(4401);
    await events.text();
    await client.dispose();

    await server.terminate();
    await server.start();
    expect(await status('/api/playback/cam', accessToken)).toBe(401);
    expect(await status('/api/playback/cam', tokens[0] ?? '')).toBe(200);
    for (const token of tokens) expect(server.log).not.toContain(token);
  });
});
