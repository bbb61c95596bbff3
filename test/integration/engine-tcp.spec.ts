import '../support/second-try.js';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../support/wait.js';
import { EngineBench } from './engine-bench.js';
import { TcpBridge } from './engine-tcp-bridge.js';

jest.setTimeout(60_000);

const LOOPBACK = ['127.0.0.1'];
const ANY_PORT = { tcpPort: 0 };

async function tcpPortOf(bench: EngineBench): Promise<number> {
  const [worker] = await bench.engine.reachability();
  if (worker?.tcp === undefined) throw new Error('The engine has no TCP port.');
  return worker.tcp.port;
}

/** A libdatachannel publisher that knows no other address of the engine than the bridge. */
async function publishOver(bench: EngineBench, bridge: TcpBridge): Promise<void> {
  await bench.datachannel('actpass', {}, (answer) =>
    answer
      .replaceAll(/^a=candidate:.* tcp .*\r\n/gm, '')
      .replaceAll(` ${String(bench.udpPort)} typ`, ` ${String(bridge.port)} typ`),
  );
}

describe('a publisher over TCP', () => {
  it('sends and is recorded, is missed when its connection breaks, and goes on by another', async () => {
    await using bench = await EngineBench.start(LOOPBACK, ANY_PORT);
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
  });

  it('loses its connection with its session', async () => {
    await using bench = await EngineBench.start(LOOPBACK, ANY_PORT);
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
