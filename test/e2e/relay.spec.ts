import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import { goLive, hangUp, launchChromium } from '../support/browser.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { TurnServer } from '../support/turn-server.js';
import { pause, until } from '../support/wait.js';

const withCoturn = itWith('coturn');
const withBoth = itWith('coturn', 'chromium');
const LINK =
  /^<(?<url>[^>]+)>; rel="ice-server"(?:; username="(?<username>[^"]*)"; credential="(?<credential>[^"]*)")?$/;

interface IceServer {
  readonly urls: string;
  readonly username: string;
  readonly credential: string;
}

function serverWith(turn: TurnServer, secret = turn.secret): Promise<TestServer> {
  return TestServer.start({
    env: { AIRCHECK_EXTRA_ICE_COTURN_URLS: turn.url, AIRCHECK_EXTRA_ICE_COTURN_SECRET: secret },
  });
}

/** What a WHIP client is told before it offers. */
async function iceServers(server: TestServer): Promise<IceServer[]> {
  const response = await fetch(server.url('/whip/cam'), { method: 'OPTIONS' });
  const links = response.headers.get('link')?.split(', ') ?? [];
  return links.map((link) => {
    const { url = '', username = '', credential = '' } = LINK.exec(link)?.groups ?? {};
    return { urls: url, username, credential };
  });
}

/** coturn's own client: asks for relays and sends itself packets through them. @returns true when they arrived */
async function relays(turn: TurnServer, username: string, credential: string): Promise<boolean> {
  const target = ['-y', '-n', '5', '-m', '1', '-p', String(turn.port), '127.0.0.1'];
  const run = promisify(execFile)('turnutils_uclient', ['-u', username, '-w', credential, ...target], {
    timeout: 20_000,
  });
  const { stdout } = await run.catch((error: unknown) => error as { readonly stdout: string });
  return stdout.includes('Total lost packets 0 (');
}

describe('a relay by coturn', () => {
  withCoturn('takes the credentials that a client is given, and none that are wrong or old', async () => {
    await using turn = await TurnServer.start();
    await using server = await serverWith(turn);
    const [given] = await iceServers(server);

    expect(given?.urls).toBe(turn.url);
    await expect(relays(turn, given?.username ?? '', given?.credential ?? '')).resolves.toBe(true);
    await expect(relays(turn, given?.username ?? '', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=')).resolves.toBe(false);
    const before = String(Math.floor(Date.now() / 1000) - 60);
    const expired = createHmac('sha1', turn.secret).update(before).digest('base64');
    await expect(relays(turn, before, expired)).resolves.toBe(false);
  });

  withBoth('carries the media of a Chromium that may use nothing else', async () => {
    await using turn = await TurnServer.start();
    await using server = await serverWith(turn);
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(server.url('/'));
    const connection = { iceServers: await iceServers(server), iceTransportPolicy: 'relay' } as const;

    await goLive(page, 'cam', { connection });
    await pause(5000);
    const sent = await hangUp(page);

    await until(() => isFinished(server, 'cam'), 'the recording is finished');
    const { sessions } = await server.get<{ sessions: { lengthMs: number }[] }>('/api/v1/sessions');
    expect(sent.filter(({ kind }) => kind === 'video').length).toBeGreaterThan(60);
    expect(sessions[0]?.lengthMs).toBeGreaterThan(4000);
  });
});
