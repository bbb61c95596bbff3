import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { NetworkPath, type PathConditions } from '../support/network/network-path.js';
import { seededRandom } from '../support/network/seeded-random.js';
import { UdpRelay } from '../support/network/udp-relay.js';

const DATAGRAMS = 5000;
const SIZE_BYTES = 1000;

interface Arrival {
  readonly number: number;
  readonly atMs: number;
}

function datagram(number: number): Uint8Array {
  const bytes = new Uint8Array(SIZE_BYTES);
  new DataView(bytes.buffer).setUint32(4, number);
  return bytes;
}

/** Sends numbered datagrams every `everyMs` of pretended time. @returns what came out, when */
function through(
  conditions: Partial<PathConditions>,
  { seed = 1, everyMs = 1, datagrams = DATAGRAMS }: { seed?: number; everyMs?: number; datagrams?: number } = {},
): { readonly path: NetworkPath; readonly arrivals: readonly Arrival[] } {
  const arrivals: Arrival[] = [];
  const startMs = performance.now();
  const path = new NetworkPath(seededRandom(seed), (bytes) => {
    const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);
    arrivals.push({ number, atMs: performance.now() - startMs });
  });
  path.become(conditions);
  for (let number = 0; number < datagrams; number++) {
    path.take(datagram(number));
    jest.advanceTimersByTime(everyMs);
  }
  jest.advanceTimersByTime(5000);
  path.close();
  return { path, arrivals };
}

const numbers = (arrivals: readonly Arrival[]): number[] => arrivals.map(({ number }) => number);
const all = Array.from({ length: DATAGRAMS }, (_, number) => number);

/** @returns lengths of the stretches of numbers that are missing */
function bursts(arrivals: readonly Arrival[]): number[] {
  const there = new Set(numbers(arrivals));
  const lengths: number[] = [];
  let length = 0;
  for (const number of all) {
    if (!there.has(number)) length++;
    else if (length > 0) {
      lengths.push(length);
      length = 0;
    }
  }
  return lengths;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a network path', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('that is clean lets everything through at once and in order', () => {
    const { arrivals } = through({});

    expect(numbers(arrivals)).toEqual(all);
    expect(arrivals.every(({ number, atMs }) => Math.abs(atMs - number) < 1)).toBe(true);
  });

  it('loses as much as it is told, each datagram by itself, and counts it', () => {
    const { path, arrivals } = through({ lossPercent: 5 });

    expect(path.counters.lost).toBe(DATAGRAMS - arrivals.length);
    expect(path.counters.lost / DATAGRAMS).toBeCloseTo(0.05, 2);
    expect(mean(bursts(arrivals))).toBeLessThan(1.2);
  });

  it('loses as much in bursts of the mean length that it is told', () => {
    const { path, arrivals } = through({ lossPercent: 10, lossBurst: 8 });

    expect(path.counters.lost / DATAGRAMS).toBeGreaterThan(0.07);
    expect(path.counters.lost / DATAGRAMS).toBeLessThan(0.13);
    expect(mean(bursts(arrivals))).toBeGreaterThan(6);
    expect(mean(bursts(arrivals))).toBeLessThan(10);
  });

  it('duplicates and reorders as much as it is told, and loses none', () => {
    const { path, arrivals } = through({ duplicatePercent: 1, reorderPercent: 2, reorderMs: 15 });
    const moved = numbers(arrivals).filter((number, index) => number < (numbers(arrivals)[index - 1] ?? 0));

    expect(new Set(numbers(arrivals))).toEqual(new Set(all));
    expect(arrivals.length - DATAGRAMS).toBe(path.counters.duplicated);
    expect(path.counters.duplicated / DATAGRAMS).toBeCloseTo(0.01, 2);
    expect(path.counters.reordered / arrivals.length).toBeCloseTo(0.02, 2);
    expect(moved.length).toBeGreaterThan(0.8 * path.counters.reordered);
  });

  it('delays with jitter and keeps the order', () => {
    const { arrivals } = through({ delayMs: 50, jitterMs: 20 });
    const delays = arrivals.map(({ number, atMs }) => atMs - number);

    expect(numbers(arrivals)).toEqual(all);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...delays)).toBeLessThan(72);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(10);
  });

  it('carries no more than its rate, queues up what it can, and loses the rest from the end of the queue', () => {
    // 8 Mbit/s into a link of 4.
    const { path, arrivals } = through({ rateKbps: 4000, queueMs: 100 });
    const delays = arrivals.map(({ number, atMs }) => atMs - number);

    expect(arrivals.length / DATAGRAMS).toBeCloseTo(0.51, 2);
    expect(path.counters.overflowed).toBe(DATAGRAMS - arrivals.length);
    expect(numbers(arrivals)).toEqual([...numbers(arrivals)].sort((a, b) => a - b));
    expect(numbers(arrivals).slice(0, 100)).toEqual(all.slice(0, 100));
    expect(Math.max(...delays)).toBeGreaterThan(95);
    expect(Math.max(...delays)).toBeLessThan(106);
  });

  it('adds no delay to what is below its rate', () => {
    const { path, arrivals } = through({ rateKbps: 10_000, queueMs: 50 });

    expect(path.counters.overflowed).toBe(0);
    expect(Math.max(...arrivals.map(({ number, atMs }) => atMs - number))).toBeLessThan(2);
  });

  it('lets nothing through while it is down', () => {
    expect(through({ isDown: true }).arrivals).toEqual([]);
  });

  it('brings the same fate to the same datagrams with the same seed only', () => {
    const conditions = { lossPercent: 10, lossBurst: 3, duplicatePercent: 5, reorderPercent: 5 };
    const [first, second, other] = [7, 7, 8].map((seed) => numbers(through(conditions, { seed }).arrivals));

    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

describe('a relay', () => {
  it('stands between a publisher and a server, both ways, and gives the publisher another address when asked', async () => {
    await using relay = await UdpRelay.start({ seed: 1 });
    const server = await listening(relay.serverPort);
    const publisher = await listening(0);
    const addresses: number[] = [];
    server.on('message', (bytes, from) => {
      addresses.push(from.port);
      server.send(Buffer.concat([bytes, Buffer.from('!')]), from.port, '127.0.0.1');
    });
    const ask = async (text: string): Promise<string> => {
      const answer = once(publisher, 'message') as Promise<[Buffer]>;
      publisher.send(text, relay.port, '127.0.0.1');
      return (await answer)[0].toString();
    };

    const before = await ask('one');
    await relay.changeAddress();
    const after = await ask('two');

    expect([before, after]).toEqual(['one!', 'two!']);
    expect(new Set(addresses).size).toBe(2);
    expect(addresses).not.toContain(publisher.address().port);
    server.close();
    publisher.close();
  });
});

async function listening(port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
