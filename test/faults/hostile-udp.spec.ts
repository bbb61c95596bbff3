import { randomBytes } from 'node:crypto';
import { type Socket, createSocket } from 'node:dgram';
import { environmentOf, itByEngine, oppositeCombinations } from '../support/engine-combinations.js';
import { makeMedia } from '../support/media.js';
import { offer } from '../support/offer.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const PACKETS_PER_KIND = 3000;

const CLIENT_HELLO = Buffer.from('16feff000000000000000000360100002a000000000000002afefd', 'hex');
const stunHeader = (length: number): Buffer =>
  Buffer.concat([Buffer.from([0, 1, length >> 8, length & 255, 0x21, 0x12, 0xa4, 0x42]), randomBytes(12)]);

/** What strangers send to an open UDP port. */
const hostile: Record<string, () => Buffer> = {
  'random bytes': () => randomBytes(1 + Math.floor(Math.random() * 1400)),
  'STUN without integrity': () => stunHeader(0),
  'STUN that lies about its length': () => Buffer.concat([stunHeader(200), randomBytes(40)]),
  'STUN with a made-up user name': () =>
    Buffer.concat([stunHeader(16), Buffer.from([0, 6, 0, 9]), Buffer.from('abcd:efgh'), Buffer.alloc(3)]),
  'DTLS before ICE': () => Buffer.concat([CLIENT_HELLO, randomBytes(64)]),
  'RTP that nobody agreed on': () => Buffer.concat([Buffer.from([0x80, 0x66]), randomBytes(400)]),
  'truncated RTP': () => Buffer.from([0x9f, 0x66, 0, 1]),
  'truncated RTCP': () => Buffer.from([0x80, 0xc9, 0xff, 0xff]),
  'empty datagrams': () => Buffer.alloc(0),
};

describe('a stream whose port is under fire', () => {
  itByEngine(oppositeCombinations, itWith('ffmpeg'))(
    'is recorded whole, and the server answers strangers with nothing and logs no line per packet',
    async (combination) => {
      await using server = await TestServer.start({ env: environmentOf(combination) });
      const media = await makeMedia({ seconds: 10 });
      await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
      const port = await mediaPort(server);
      const socket = createSocket('udp4');
      let answers = 0;
      socket.on('message', () => answers++);
      const logBefore = server.log.length;

      for (const make of Object.values(hostile)) await fire(socket, port, make);
      await publisher.ended();

      await until(() => isFinished(server, 'cam'), 'the recording is finished');
      const recording = await StoredRecording.of(server, 'cam');
      expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
      expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(publisher.sent.audio);
      expect(answers).toBe(0);
      expect(server.log.length - logBefore).toBeLessThan(20_000);
      socket.close();
    },
  );
});

async function mediaPort(server: TestServer): Promise<number> {
  const response = await fetch(server.url('/whip/port'), {
    method: 'POST',
    headers: { 'content-type': 'application/sdp' },
    body: offer(),
  });
  const match = /a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host/i.exec(await response.text());
  return Number(match?.[1]);
}

/** Paced, so that it is the server and not the socket's buffer that is tested. */
async function fire(socket: Socket, port: number, make: () => Buffer): Promise<void> {
  for (let sent = 0; sent < PACKETS_PER_KIND; sent += 50) {
    for (let i = 0; i < 50; i++) socket.send(make(), port, '127.0.0.1');
    await pause(5);
  }
}
