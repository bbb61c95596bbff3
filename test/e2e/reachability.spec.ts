import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { launchChromium } from '../support/browser.js';
import { freePort } from '../support/listening.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { TurnServer } from '../support/turn-server.js';

interface Reachability {
  readonly workers: readonly {
    readonly candidates: readonly { transport: string; address: string; port: number; scope: string }[];
    readonly udp: { readonly port: number; readonly arrivals: number };
    readonly tcp?: { readonly arrivals: number };
    readonly stun?: { readonly endpoints: readonly object[]; symmetric: boolean; answers: number };
  }[];
  readonly advice: readonly { readonly code: string }[];
}

const PATH = '/api/v1/reachability';
const ONE_WORKER = { AIRCHECK_ENGINE_WORKERS: '1' };

describe('the reachability of a server', () => {
  itWith('chromium')('is tried from the page, UDP and TCP each by itself, and leaves nothing behind', async () => {
    await using server = await TestServer.start({
      env: { ...ONE_WORKER, AIRCHECK_WEBRTC_TCP_PORT: String(await freePort()) },
    });
    const before = await server.get<Reachability>(PATH);
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(server.url('/'));
    const section = page.getByRole('region', { name: 'Reachability' });

    await section.getByRole('button', { name: 'Check from here' }).click();

    await section.getByText(/^UDP 127\.0\.0\.1:\d+ reached in \d+ ms$/).waitFor();
    await section.getByText(/^TCP 127\.0\.0\.1:\d+ reached in \d+ ms$/).waitFor();
    await section.getByText('UDP arrives.').waitFor();
    await section
      .getByRole('list', { name: 'Advice' })
      .getByText(/Only programs on this machine/)
      .waitFor();
    const { workers, advice } = await server.get<Reachability>(PATH);
    expect(before.advice.map(({ code }) => code)).toEqual(['loopback-only', 'nothing-arrived']);
    expect(advice.map(({ code }) => code)).toEqual(['loopback-only']);
    expect(workers[0]?.udp.arrivals).toBeGreaterThan(0);
    expect(workers[0]?.tcp?.arrivals).toBeGreaterThan(0);
    expect(await server.get('/api/streams/')).toEqual([]);
    expect(await server.get('/api/playback')).toEqual([]);
  });

  itWith('coturn')('names the address and port that a STUN server sees', async () => {
    await using turn = await TurnServer.start();
    await using server = await TestServer.start({
      env: {
        ...ONE_WORKER,
        AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '',
        AIRCHECK_WEBRTC_STUN_SERVERS: `stun:127.0.0.1:${String(turn.port)}`,
      },
    });

    const { workers, advice } = await server.get<Reachability>(PATH);

    const endpoint = { address: '127.0.0.1', port: workers[0]?.udp.port };
    expect(workers[0]?.stun).toEqual({ endpoints: [endpoint], symmetric: false, answers: 1 });
    expect(workers[0]?.candidates).toEqual([{ transport: 'udp', scope: 'loopback', ...endpoint }]);
    expect(advice.map(({ code }) => code)).not.toContain('stun-silent');
  });

  it('says that no STUN server answers, and starts all the same', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    await using server = await TestServer.start({
      env: {
        ...ONE_WORKER,
        AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '',
        AIRCHECK_WEBRTC_STUN_SERVERS: `stun:127.0.0.1:${String(silent.address().port)}`,
      },
    });

    const { workers, advice } = await server.get<Reachability>(PATH);
    silent.close();

    expect(workers[0]?.candidates).toHaveLength(1);
    expect(advice.map(({ code }) => code)).toContain('stun-silent');
  });
});
