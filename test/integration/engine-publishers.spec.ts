import '../support/second-try.js';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { everyCombination, itByEngine, oppositeCombinations } from '../support/engine-combinations.js';
import { EngineBench } from './engine-bench.js';
import { Relay } from './engine-relay.js';
import { COUNTER_MODE, GCM, publishWithWerift } from './engine-werift.js';

jest.setTimeout(60_000);

const LOOPBACK = ['127.0.0.1'];
const byEngine = itByEngine(everyCombination);
const byOpposites = itByEngine(oppositeCombinations);

/** Containers often have none. */
const HAS_IPV6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describe('a publisher on libdatachannel', () => {
  byEngine('connects, and all its frames are recorded', async (combination) => {
    await using bench = await EngineBench.start(LOOPBACK, combination);
    await bench.record();
    await bench.datachannel('actpass');

    await bench.reached('connected');
    const { tracks } = await bench.statistics(
      (all) => all.length === 2 && all.every((track) => track.framesPerSecond > 20),
    );
    await bench.engine.stopRecording('recording');

    expect(tracks.find(({ kind }) => kind === 'video')).toMatchObject({
      codecString: 'avc1.42C01E',
      width: 640,
      height: 480,
      packetsLost: 0,
    });
    expect(tracks.find(({ kind }) => kind === 'audio')).toMatchObject({ codecString: 'opus', packetsLost: 0 });
    const objects = bench.of('segment-closed').flatMap(({ segment }) => segment.objects);
    const samples = (kind: string): number =>
      objects.filter((object) => object.kind === kind).reduce((sum, object) => sum + object.samples, 0);
    expect(samples('video')).toBeGreaterThan(20);
    expect(samples('audio')).toBeGreaterThan(40);
    expect(bench.of('gap-recorded')).toEqual([]);
  });

  it('that offers setup:passive connects', async () => {
    await using bench = await EngineBench.start();
    await bench.datachannel('passive');

    await bench.reached('connected');
    await bench.statistics((all) => all.length === 2 && all.every((track) => track.framesPerSecond > 20));
  });

  byOpposites('is disconnected by 3 s of silence and connected again by its next packet', async (combination) => {
    await using bench = await EngineBench.start(LOOPBACK, combination);
    const peer = await bench.datachannel('actpass');
    await bench.reached('connected');

    peer.kill('SIGSTOP');
    await bench.reached('disconnected');
    peer.kill('SIGCONT');
    await bench.statistics((all) => all.every((track) => track.framesPerSecond > 20));

    expect(bench.states).toEqual(['connecting', 'connected', 'disconnected', 'connected']);
  });

  byOpposites('is refused when its certificate is not the announced one', async (combination) => {
    await using bench = await EngineBench.start(LOOPBACK, combination);
    const value = Array.from(randomBytes(32), (octet) => octet.toString(16).padStart(2, '0').toUpperCase()).join(':');

    await bench.datachannel('actpass', { remoteFingerprints: [{ algorithm: 'sha-256', value }] });

    await bench.reached('closed: dtls-failed');
    expect(bench.states).not.toContain('connected');
  });

  byOpposites('is told when its session is closed', async (combination) => {
    await using bench = await EngineBench.start(LOOPBACK, combination);
    const peer = await bench.datachannel('actpass');
    await bench.reached('connected');

    await bench.engine.closeSession('session', 'requested');

    await bench.reached('closed: requested');
    while (peer.states.at(-1) !== 'closed') await new Promise((resolve) => setTimeout(resolve, 20));
  });

  byEngine(
    'loses nothing to strangers who send checks, handshakes, media and noise, and they get no answer',
    async (combination) => {
      await using bench = await EngineBench.start(LOOPBACK, combination);
      await bench.datachannel('actpass');
      await bench.reached('connected');
      const stranger = createSocket('udp4').bind(0, '127.0.0.1');
      await once(stranger, 'listening');
      let answers = 0;
      stranger.on('message', () => (answers += 1));
      const forgedCheck = Buffer.concat([Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]), randomBytes(12)]);
      const clientHello = Buffer.concat([
        Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50, 1]),
        randomBytes(49),
      ]);
      const media = Buffer.concat([Buffer.from([0x80, 102]), randomBytes(200)]);

      for (let round = 0; round < 200; round += 1) {
        for (const bytes of [
          forgedCheck,
          clientHello,
          media,
          media.subarray(0, 7),
          randomBytes(1 + (round % 100)),
          Buffer.alloc(3000),
        ])
          stranger.send(bytes, bench.udpPort, '127.0.0.1');
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const { tracks } = await bench.statistics((all) => all.every((track) => track.framesPerSecond > 20));
      stranger.close();

      expect(answers).toBe(0);
      expect(tracks.map(({ packetsLost }) => packetsLost)).toEqual([0, 0]);
      expect(bench.of('worker-load').at(-1)?.packetsDropped).toBeGreaterThan(500);
      expect(bench.states).toEqual(['connecting', 'connected']);
    },
  );

  itByEngine(oppositeCombinations, HAS_IPV6 ? it : it.skip)('connects over IPv6', async (combination) => {
    await using bench = await EngineBench.start(['::1'], combination);
    await bench.datachannel('actpass');

    await bench.reached('connected');
  });
});

describe('a publisher on werift', () => {
  describe.each([
    ['AEAD_AES_128_GCM', GCM, 'actpass'],
    ['AES_CM_128_HMAC_SHA1_80', COUNTER_MODE, 'passive'],
  ] as const)('that speaks %s only (%i) and offers setup:%s', (_, profile, setup) => {
    byEngine('is heard', async (combination) => {
      await using bench = await EngineBench.start(LOOPBACK, combination);
      const { end } = await publishWithWerift(bench, { profiles: [profile], setup });

      await bench.reached('connected');
      const { tracks } = await bench.statistics((all) => all.every((track) => track.framesPerSecond > 20));
      await end();

      expect(tracks).toMatchObject([{ kind: 'audio', codecString: 'opus', packetsLost: 0 }]);
    });
  });

  byOpposites('is followed to another address without a new session', async (combination) => {
    await using bench = await EngineBench.start(LOOPBACK, combination);
    using relay = await Relay.start(bench.udpPort);
    const { end } = await publishWithWerift(bench, { rewriteAnswer: relay.inFrontOf(bench.udpPort) });
    const { tracks } = await bench.statistics((all) => all.every((track) => track.framesPerSecond > 20));
    const before = Math.max(...tracks.map(({ packetsReceived }) => packetsReceived));

    await relay.move();
    // Whether the peer's next check comes before or after the session counts as disconnected is up to the peer.
    await bench.statistics((all) => all.every(({ packetsReceived }) => packetsReceived > before + 100));
    await end();

    expect(bench.states.filter((state) => state !== 'disconnected').slice(0, 2)).toEqual(['connecting', 'connected']);
    expect(bench.states.at(-1)).toBe('connected');
  });

  it('that is a lite agent is checked by us where it says that it is, and heard', async () => {
    // Its only addresses are those of the network.
    await using bench = await EngineBench.start(['0.0.0.0']);
    let answered = '';
    const hearAnswer = (answer: string): string => (answered = answer);
    const { end } = await publishWithWerift(bench, { rewriteAnswer: hearAnswer, iceLite: true });

    await bench.reached('connected');
    const { tracks } = await bench.statistics((all) => all.every((track) => track.framesPerSecond > 20));
    await end();

    expect(answered).not.toContain('a=candidate');
    expect(tracks).toMatchObject([{ kind: 'audio', codecString: 'opus', packetsLost: 0 }]);
  });

  it('is refused when it speaks no profile of ours', async () => {
    await using bench = await EngineBench.start();
    const { end } = await publishWithWerift(bench, { profiles: [2] });

    await bench.reached('closed: dtls-failed');
    await end();
  });
});
