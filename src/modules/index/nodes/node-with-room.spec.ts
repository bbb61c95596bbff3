import type { NodeRow } from '../entities/index.js';
import { NO_ROOM_PERCENT, nodeWithRoom } from './node-with-room.js';

const now = new Date();

function node(alias: string, cpuPercent: number, change: Partial<NodeRow> = {}): NodeRow {
  const url = `http://${alias}.example:7777/`;
  const load = { workers: 1, cpuPercent, sessions: 0, liveStreams: 0 };
  return { alias, url, version: '1.0.0', startedAt: now, lastSeenAt: now, ...load, ...change };
}

const full = node('full', NO_ROOM_PERCENT);

describe('the node that newcomers are sent to', () => {
  it('is the least loaded, by processor and then by streams', () => {
    const nodes = [full, node('a', 40), node('b', 10, { liveStreams: 3 }), node('c', 10, { liveStreams: 2 })];

    expect(nodeWithRoom(nodes, 'full')).toBe('http://c.example:7777');
  });

  it('is none that is overloaded or draining, so nobody is sent in a circle', () => {
    const other = node('other', NO_ROOM_PERCENT);

    expect(nodeWithRoom([full, other], 'full')).toBeUndefined();
    expect(nodeWithRoom([full, other], 'other')).toBeUndefined();
  });

  it('is none before the own row says that it has no room: they could be sent back', () => {
    expect(nodeWithRoom([node('late', 80), node('a', 10)], 'late')).toBeUndefined();
    expect(nodeWithRoom([node('a', 10)], 'unknown')).toBeUndefined();
  });

  it.each([
    ['listens everywhere', 'http://0.0.0.0:7777/'],
    ['listens everywhere by IPv6', 'http://[::]:7777/'],
    ['has the same address: that of a load balancer', full.url],
    ['has no address', 'somewhere'],
  ])('is none that %s', (_, url) => {
    expect(nodeWithRoom([full, node('a', 10, { url })], 'full')).toBeUndefined();
    expect(nodeWithRoom([full, node('a', 10, { url }), node('b', 20)], 'full')).toBe('http://b.example:7777');
  });
});
