import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const STREAMS = 10;
const SECONDS = 10;
const LOGINS_PER_SECOND = 1000;
const EVERY_MS = 10;
const CLOCK_TICKS_PER_SECOND = 100;
/** Two hundred strangers may wait, and the check of each and the pause after it take a fifth of a second on a slow machine. */
const LONGEST_QUEUE_MS = 60_000;
const TOKEN = 'a-token-for-load-tests';
const ACCOUNTS = '[{"username":"ann","password":"the password of ann"}]';

interface Track {
  readonly kind: string;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly framesDropped: number;
}

/** @returns seconds of processor time that a process has used (proc(5)) */
function cpuSeconds(pid: number): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

/** Log-ins with wrong passwords at a steady pace, each from another address as far as the server can tell. */
async function tryPasswords(server: TestServer, seconds: number): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1024 });
  const statuses = new Map<number, number>();
  let open = 0;
  let sent = 0;
  const attempt = (): void => {
    sent += 1;
    open += 1;
    const address = `10.${String((sent >> 16) & 255)}.${String((sent >> 8) & 255)}.${String(sent & 255)}`;
    const body = JSON.stringify({ username: `name-${String(sent % 500)}`, password: `guess ${String(sent)}` });
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
    const login = request(server.url('/api/login'), { method: 'POST', agent, headers }, (response) => {
      const status = response.statusCode ?? 0;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      response.resume().once('end', () => (open -= 1));
    });
    login.once('error', () => (open -= 1)).end(body);
  };
  const startedAt = performance.now();
  while (performance.now() - startedAt < seconds * 1000) {
    const due = ((performance.now() - startedAt) / 1000) * LOGINS_PER_SECOND;
    while (sent < due) attempt();
    await pause(EVERY_MS);
  }
  await until(() => open === 0, 'every log-in is answered', LONGEST_QUEUE_MS);
  agent.destroy();
  return statuses;
}

describe('a thousand wrong log-ins a second', () => {
  itWith('ffmpeg')('cost ten recordings no packet, and at most one core', async () => {
    await using server = await TestServer.start({
      env: {
        AIRCHECK_AUTH_ACCOUNTS: ACCOUNTS,
        AIRCHECK_AUTH_TOKENS: TOKEN,
        AIRCHECK_HTTP_TRUSTED_PROXIES: '127.0.0.1',
        AIRCHECK_LOG_LEVEL: 'info',
      },
    });
    const media = await makeMedia({ seconds: SECONDS + 6, size: '640x360', bitrateKbps: 800 });
    const urls = Array.from({ length: STREAMS }, (_, n) => server.url(`/whip/cam-${String(n)}`));
    await using publisher = await Publisher.start('datachannel', { urls, media, token: TOKEN, quiet: true });
    await pause(2000);
    const quietCpu = cpuSeconds(server.pid);
    await pause(2000);
    const before = cpuSeconds(server.pid);
    const mediaCores = (before - quietCpu) / 2;
    const startedAt = performance.now();
    const statuses = await tryPasswords(server, SECONDS);
    const elapsed = (performance.now() - startedAt) / 1000;
    const cores = (cpuSeconds(server.pid) - before) / elapsed - mediaCores;
    await publisher.ended();

    const headers = { authorization: `Bearer ${TOKEN}` };
    const finished = async (): Promise<readonly { readonly id: string }[]> => {
      const list = await fetch(server.url('/api/v1/sessions?state=completed'), { headers });
      return ((await list.json()) as { sessions: { id: string }[] }).sessions;
    };
    await until(async () => (await finished()).length === STREAMS, 'all recordings are finished');
    const tracks: Track[] = [];
    for (const { id } of await finished()) {
      const session = await fetch(server.url(`/api/v1/sessions/${id}`), { headers });
      tracks.push(...((await session.json()) as { completeness: { tracks: Track[] } }).completeness.tracks);
    }
    const sum = [...statuses.values()].reduce((total, count) => total + count, 0);
    process.stdout.write(
      `wrong log-ins: ${String(Math.round(sum / elapsed))}/s, ${JSON.stringify([...statuses])}, ${cores.toFixed(2)} cores beside ${mediaCores.toFixed(2)} of media\n`,
    );

    expect(sum).toBeGreaterThan((SECONDS - 1) * LOGINS_PER_SECOND);
    expect([...statuses.keys()].filter((status) => ![401, 429, 503].includes(status))).toEqual([]);
    expect(tracks).toHaveLength(2 * STREAMS);
    expect(tracks.map(({ packetsLost, framesDropped }) => [packetsLost, framesDropped])).toEqual(
      tracks.map(() => [0, 0]),
    );
    // The log-ins take a core at most; a tenth is for what the media takes now and did not before.
    expect(cores).toBeLessThan(1.1);
  });
});
