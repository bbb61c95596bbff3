import '../support/second-try.js';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { PublisherOrder } from '../../src/engine/index.js';
import { itByEngine, oppositeCombinations } from '../support/engine-combinations.js';
import { until } from '../support/wait.js';
import { EngineBench } from './engine-bench.js';
import { TcpBridge } from './engine-tcp-bridge.js';

jest.setTimeout(60_000);

const LOOPBACK = ['127.0.0.1'];
const ANY_PORT = { tcpPort: 0 };
const byOpposites = itByEngine(oppositeCombinations);

async function tcpPortOf(bench: EngineBench): Promise<number> {
  const [worker] = await bench.engine.reachability();
  if (worker?.tcp === undefined) throw new Error('The engine has no TCP port.');
  return worker.tcp.port;
}

/** A libdatachannel publisher that knows no other address of the engine than the bridge. */
async function publishOver(
  bench: EngineBench,
  bridge: TcpBridge,
  overrides: Partial<PublisherOrder> = {},
): Promise<void> {
  await bench.datachannel('actpass', overrides, (answer) =>
    answer
      .replaceAll(/^a=candidate:.* tcp .*\r\n/gm, '')
      .replaceAll(/^(a=candidate:.* udp .* )\d+( typ.*)$/gm, `$1${String(bridge.port)}$2`),
  );
}

describe('a publisher over TCP', () => {
  byOpposites(
    'sends and is recorded, is missed when its connection breaks, and goes on by another',
    async (combination) => {
      await using bench = await EngineBench.start(LOOPBACK, { ...ANY_PORT, ...combination });
      using bridge = await TcpBridge.start(await tcpPortOf(bench));
      await bench.record();
      await publishOver(bench, bridge);
      await bench.statistics((all) => all.length === 2 && all.every((track) => track.framesPerSecond > 20));

      const cutMs = performance.now();
      bridge.cut();
      await bench.reached('disconnected');
      const missedAfterMs = performance.now() - cutMs;
      await bridge.reconnect();
      await until(() => bench.states.at(-1) === 'connected', 'the session is back');
      const { tracks } = await bench.statistics((all) => all.every((track) => track.framesPerSecond > 20));
      await bench.engine.stopRecording('recording');

      expect(missedAfterMs).toBeGreaterThan(2800);
      expect(bench.states).toEqual(['connecting', 'connected', 'disconnected', 'connected']);
      expect(tracks.every(({ packetsReceived }) => packetsReceived > 50)).toBe(true);
      expect(bench.of('segment-closed').length).toBeGreaterThan(1);
      const [{ udp, tcp } = { udp: undefined, tcp: undefined }] = await bench.engine.reachability();
      expect([udp?.arrivals.addresses, tcp?.arrivals.addresses]).toEqual([0, 2]);
    },
  );

  it('reaches its stream by the one port, whichever worker that is in', async () => {
    await using bench = await EngineBench.start(LOOPBACK, { ...ANY_PORT, workers: 2 });
    const ports = new Set((await bench.engine.reachability()).map(({ tcp }) => tcp?.port));
    using bridges = new DisposableStack();
    const placed: (number | undefined)[] = [];
    const countIn = (worker: number): number => placed.filter((one) => one === worker).length;

    while (countIn(0) === 0 || countIn(1) === 0) {
      const streamId = `stream ${String(placed.length)}`;
      const bridge = bridges.use(await TcpBridge.start(await tcpPortOf(bench)));
      await publishOver(bench, bridge, { streamId, sessionId: `session of ${streamId}` });
      placed.push(bench.engine.workerOf(streamId));
    }
    const areConnected = (): boolean => bench.states.filter((state) => state === 'connected').length === placed.length;
    await until(areConnected, 'all are connected');

    const workers = await bench.engine.reachability();
    expect(ports.size).toBe(1);
    expect(workers.map(({ tcp }) => tcp?.arrivals.addresses)).toEqual([countIn(0), countIn(1)]);
  });

  byOpposites('loses its connection with its session', async (combination) => {
    await using bench = await EngineBench.start(LOOPBACK, { ...ANY_PORT, ...combination });
    using bridge = await TcpBridge.start(await tcpPortOf(bench));
    await publishOver(bench, bridge);
    await bench.reached('connected');

    await bench.engine.closeSession('session', 'requested');

    await expect(bridge.closed()).resolves.toBeUndefined();
  });
});

it('strangers on the TCP port are turned away, and a publisher loses nothing by them', async () => {
  await using bench = await EngineBench.start(LOOPBACK, ANY_PORT);
  const port = await tcpPortOf(bench);
  await bench.datachannel('actpass');
  await bench.statistics((all) => all.length === 2 && all.every((track) => track.framesPerSecond > 20));

  for (let round = 0; round < 20; round += 1) {
    const strangers = Array.from({ length: 50 }, () =>
      connect(port, '127.0.0.1')
        .on('error', () => undefined)
        .resume(),
    );
    // A frame that is no protocol of ours, and more that is none either.
    for (const stranger of strangers) stranger.write(Buffer.concat([Buffer.of(0, 200, 255), randomBytes(4000)]));
    await Promise.all(
      strangers.map(async (stranger) => {
        if (!stranger.closed) await once(stranger, 'close');
      }),
    );
  }

  const { tracks } = await bench.statistics((all) => all.every((track) => track.framesPerSecond > 20));
  expect(tracks.map(({ packetsLost }) => packetsLost)).toEqual([0, 0]);
  expect(bench.states).toEqual(['connecting', 'connected']);
});
