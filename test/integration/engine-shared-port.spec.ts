import '../support/second-try.js';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { until } from '../support/wait.js';
import { EngineBench } from './engine-bench.js';
import { Relay } from './engine-relay.js';
import { publishWithWerift } from './engine-werift.js';

jest.setTimeout(90_000);

const LOOPBACK = ['127.0.0.1'];
const sessionOf = (streamId: string): { streamId: string; sessionId: string } => ({
  streamId,
  sessionId: `session of ${streamId}`,
});

/** Waits until each of the streams has so many packets more, of each track. */
async function flows(bench: EngineBench, streams: readonly string[], packets: number): Promise<void> {
  const received = (streamId: string): number => {
    const last = bench.of('stream-statistics').findLast((event) => event.streamId === streamId);
    return Math.min(...(last?.tracks.map(({ packetsReceived }) => packetsReceived) ?? [0]));
  };
  const before = new Map(streams.map((streamId) => [streamId, received(streamId)]));
  await until(
    () => streams.every((streamId) => received(streamId) >= (before.get(streamId) ?? 0) + packets),
    'media flows in all streams',
    30_000,
  );
}

/** Publishes streams until each of two workers has one; which one takes a stream depends on their load. */
async function inBothWorkers(bench: EngineBench, publish: (streamId: string) => Promise<unknown>): Promise<string[]> {
  const streams: string[] = [];
  const workers = new Set<number | undefined>();
  while (workers.size < 2) {
    const streamId = `stream ${String(streams.length)}`;
    streams.push(streamId);
    await publish(streamId);
    workers.add(bench.engine.workerOf(streamId));
  }
  return streams;
}

describe('publishers of two workers', () => {
  it.each([
    ['fd', 1],
    ['dgram', 2],
  ] as const)('received by %s have %i UDP ports, and lose nothing', async (receive, ports) => {
    await using bench = await EngineBench.start(LOOPBACK, { receive, workers: 2 });
    const streams = await inBothWorkers(bench, (streamId) => bench.datachannel('actpass', sessionOf(streamId)));
    await flows(bench, streams, 100);

    const lost = bench.of('stream-statistics').flatMap(({ tracks }) => tracks.map(({ packetsLost }) => packetsLost));
    const arrivals = (await bench.engine.reachability()).map(({ udp }) => udp.arrivals.addresses);
    expect(new Set(bench.engine.udpPorts).size).toBe(ports);
    expect(Math.max(...lost)).toBe(0);
    expect(arrivals.every((addresses) => addresses >= 1)).toBe(true);
  });

  it('are followed to other addresses by the one port, each in its worker', async () => {
    await using bench = await EngineBench.start(LOOPBACK, { receive: 'fd', workers: 2 });
    using relays = new DisposableStack();
    const moving: Relay[] = [];
    const ends: (() => Promise<void>)[] = [];
    const streams = await inBothWorkers(bench, async (streamId) => {
      const relay = relays.use(await Relay.start(bench.udpPort));
      const rewriteAnswer = relay.inFrontOf(bench.udpPort);
      const { end } = await publishWithWerift(bench, { rewriteAnswer, overrides: sessionOf(streamId) });
      moving.push(relay);
      ends.push(end);
    });
    await flows(bench, streams, 50);

    for (const relay of moving) await relay.move();
    await flows(bench, streams, 100);
    const { states } = bench;
    for (const end of ends) await end();

    expect(states.some((state) => state.startsWith('closed'))).toBe(false);
  });

  it('lose nothing to strangers on the one port, who are counted and get no answer', async () => {
    await using bench = await EngineBench.start(LOOPBACK, { receive: 'fd', workers: 2 });
    const streams = await inBothWorkers(bench, (streamId) => bench.datachannel('actpass', sessionOf(streamId)));
    await flows(bench, streams, 50);
    const stranger = createSocket('udp4').bind(0, '127.0.0.1');
    await once(stranger, 'listening');
    let answers = 0;
    stranger.on('message', () => (answers += 1));
    const check = Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const hostile = [check, Buffer.from([22, 0xfe, 0xfd, 1]), Buffer.from([0x80, 102, 0, 1]), Buffer.of(255)];

    const dropped = (): number => bench.of('worker-load').reduce((most, one) => Math.max(most, one.packetsDropped), 0);
    while (dropped() < 300) {
      for (const bytes of hostile) stranger.send(bytes, bench.udpPort, '127.0.0.1');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await flows(bench, streams, 50);
    stranger.close();

    const lost = bench.of('stream-statistics').flatMap(({ tracks }) => tracks.map(({ packetsLost }) => packetsLost));
    expect(answers).toBe(0);
    expect(Math.max(...lost)).toBe(0);
  });
});
