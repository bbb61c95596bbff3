import type { WorkerReachability } from '../../engine/index.js';
import { scopeOf } from './address-scope.js';
import { adviceFor } from './reachability-advice.js';

const NEVER = { addresses: 0, lastEpochMs: undefined };
const ONCE = { addresses: 1, lastEpochMs: 1000 };

function worker(addresses: readonly string[], changes: Partial<WorkerReachability> = {}): WorkerReachability {
  const candidates = addresses.map((address, index) => ({
    foundation: String(index),
    component: 1,
    transport: 'udp' as const,
    priority: 1,
    address,
    port: 7777,
    type: 'host' as const,
  }));
  const ways = { udp: { port: 7777, arrivals: ONCE }, tcp: { port: 7778, arrivals: NEVER }, stun: undefined };
  return { worker: 0, candidates, ...ways, ...changes };
}

const stun = { endpoints: [], isSymmetric: false, answers: 2 };

describe('advice on reachability', () => {
  it.each<[string[], string, WorkerReachability]>([
    [[], 'public addresses and somebody there', worker(['10.0.0.1', '203.0.113.1'])],
    [['loopback-only'], 'loopback alone', worker(['127.0.0.1', '::1'])],
    [['private-only'], 'a network behind NAT', worker(['127.0.0.1', '192.168.1.2'])],
    [['ipv4-missing'], 'IPv6 alone', worker(['2001:db8::1'])],
    [['stun-silent'], 'STUN servers that do not answer', worker(['203.0.113.1'], { stun: { ...stun, answers: 0 } })],
    [
      ['nat-symmetric'],
      'a port for each destination',
      worker(['203.0.113.1'], { stun: { ...stun, isSymmetric: true } }),
    ],
    [[], 'STUN servers that agree', worker(['203.0.113.1'], { stun })],
    [['tcp-off'], 'no TCP port', worker(['203.0.113.1'], { tcp: undefined })],
    [['nothing-arrived'], 'nobody yet', worker(['203.0.113.1'], { udp: { port: 7777, arrivals: NEVER } })],
    [
      ['udp-blocked'],
      'TCP alone',
      worker(['203.0.113.1'], { udp: { port: 7777, arrivals: NEVER }, tcp: { port: 7778, arrivals: ONCE } }),
    ],
  ])('is %j for %s', (codes, _, seen) => {
    expect(adviceFor([seen]).map(({ code }) => code)).toEqual(codes);
  });

  it('takes all workers together: who has reached one of them has reached the server', () => {
    const quiet = worker(['203.0.113.1'], { udp: { port: 7778, arrivals: NEVER } });

    expect(adviceFor([quiet, worker(['203.0.113.1'])])).toEqual([]);
    expect(adviceFor([])).toEqual([]);
  });
});

it.each([
  ['127.8.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['172.31.0.1', 'private'],
  ['100.64.3.3', 'private'],
  ['fd00::1', 'private'],
  ['172.32.0.1', 'public'],
  ['2001:db8::1', 'public'],
])('%s is %s', (address, scope) => {
  expect(scopeOf(address)).toBe(scope);
});
