import { offer, viewerOffer } from '../support/offer.js';
import { PostgresServer } from '../support/postgres-server.js';
import { problem } from '../support/problem.js';
import { TestServer } from '../support/server.js';
import { stall } from '../support/stall.js';
import { describeWith } from '../support/tools.js';
import { until } from '../support/wait.js';

/** So late in each second that the worker is overstrained before long (src/engine/strain.ts). */
const STALL_MS = 1300;
const LIMIT_MS = 60_000;

let streams = 0;
/** Of a stream that nobody has heard of. */
const newPath = (kind: 'whip' | 'whep'): string => `/${kind}/new-${String(streams++)}?a=b`;

function post(server: TestServer, path: string, redirect: 'manual' | 'follow' = 'manual'): Promise<Response> {
  return fetch(server.url(path), {
    method: 'POST',
    headers: { 'content-type': 'application/sdp' },
    body: path.startsWith('/whep') ? viewerOffer() : offer(),
    redirect,
  });
}

/** Holds the server up until it answers as wanted. */
async function whileHeldUp(
  server: TestServer,
  ask: () => Promise<Response>,
  isWanted: (answer: Response) => boolean,
): Promise<Response> {
  let answer: Response | undefined;
  await until(
    async () => {
      await stall(server, STALL_MS);
      answer = await ask();
      return isWanted(answer);
    },
    'it is answered as by an overloaded node',
    LIMIT_MS,
  );
  if (answer === undefined) throw new Error('Nobody has asked.');
  return answer;
}

describeWith('postgres')('an overloaded node', () => {
  it('sends who is new to another node of its database, keeps who is here, and refuses where there is none', async () => {
    await using postgres = await PostgresServer.start();
    const env = {
      AIRCHECK_DATABASE_URL: postgres.url(await postgres.createDatabase()),
      AIRCHECK_ENGINE_WORKERS: '1',
      AIRCHECK_RECORDER_AUTO_STREAMS: 'none',
    };
    await using busy = await TestServer.start({ env: { ...env, AIRCHECK_RECORDER_NODE_ALIAS: 'busy' } });
    await using idle = await TestServer.start({ env: { ...env, AIRCHECK_RECORDER_NODE_ALIAS: 'idle' } });

    for (const kind of ['whip', 'whep'] as const) {
      let path = '';
      const ask = (redirect?: 'follow') => () => post(busy, (path = newPath(kind)), redirect);

      const sent = await whileHeldUp(busy, ask(), ({ status }) => status === 307);
      expect(sent.headers.get('location')).toBe(idle.url(path));
      expect(sent.headers.get('retry-after')).toBeNull();
      expect(await problem(sent)).toMatchObject({ status: 307, code: 'node-overloaded' });

      const answer = await whileHeldUp(busy, ask('follow'), ({ redirected }) => redirected);
      expect([answer.status, answer.url]).toEqual([201, idle.url(path)]);
      const session = new URL(answer.headers.get('location') ?? '', answer.url);
      expect((await fetch(session, { method: 'DELETE' })).status).toBe(204);
    }

    const created = await fetch(busy.url('/api/streams/here'), { method: 'POST' });
    expect(created.ok).toBe(true);
    const viewer = await whileHeldUp(
      busy,
      () => post(busy, '/whep/here'),
      ({ status }) => status !== 201,
    );
    expect(viewer.headers.get('location')).toBeNull();
    expect(Number(viewer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(viewer)).toMatchObject({ status: 503, code: 'node-overloaded' });
    expect((await post(busy, '/whip/here')).status).toBe(201);

    await idle.post('/api/v1/drain', {});
    const refused = await whileHeldUp(
      busy,
      () => post(busy, newPath('whip')),
      ({ status }) => status === 503,
    );
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(refused)).toMatchObject({ status: 503, code: 'node-overloaded' });
    await until(async () => (await post(busy, newPath('whip'))).status === 201, 'it has room again', LIMIT_MS);
  });
});
