import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { encodeBinding } from '../../media/stun/message-encoder.js';
import { SharedUdpPort } from './shared-udp-port.js';
import type { FromSharedPort, SharedPortEnd, ToSharedPort } from './shared-port-messages.js';

const sessions = new Map([
  ['first', { sessionId: 'session of the first', worker: 0 }],
  ['second', { sessionId: 'session of the second', worker: 1 }],
]);

const transactionId = Uint8Array.from({ length: 12 }, (_, index) => index);
const checkFor = (name: string): Uint8Array =>
  encodeBinding({ class: 'request', transactionId, username: `${name}:peer` });
const text = (bytes: string): Uint8Array => Uint8Array.from(Buffer.from(bytes, 'latin1'));

/** The next message to a worker that is as wanted; the socket sends until there is one, as datagrams may get lost. */
async function next(end: SharedPortEnd, knock = (): void => undefined): Promise<FromSharedPort> {
  const timer = setInterval(knock, 50);
  knock();
  const [message] = (await once(end.messages, 'message')) as [FromSharedPort];
  clearInterval(timer);
  return message;
}

describe('SharedUdpPort', () => {
  let port: SharedUdpPort;
  let ends: [SharedPortEnd, SharedPortEnd];
  let peer: Socket;
  const send = (bytes: Uint8Array) => (): void => peer.send(bytes, port.portNumber, '127.0.0.1');

  beforeEach(async () => {
    port = await SharedUdpPort.open({
      port: 0,
      listenAddresses: ['127.0.0.1'],
      clock: { epochMs: () => 0, monotonicMs: () => 0 },
      sessionOf: (usernameFragment) => sessions.get(usernameFragment),
    });
    ends = [port.join(0), port.join(1)];
    peer = createSocket('udp4').bind(0, '127.0.0.1');
    await once(peer, 'listening');
  });

  afterEach(async () => {
    peer.close();
    await port.close();
  });

  it('hands a check to the worker of its session, and what follows from that address', async () => {
    const check = await next(ends[1], send(checkFor('second')));
    const flight = await next(ends[1], send(text('\x16 a flight')));

    expect(check).toEqual({
      bytes: checkFor('second'),
      address: '127.0.0.1',
      port: peer.address().port,
      socketId: 0,
    });
    expect(flight).toMatchObject({ port: peer.address().port });
  });

  it('counts what nobody wants with that of the first worker', async () => {
    const count = await next(ends[0], send(checkFor('nobody')));

    expect(count).toMatchObject({ unclaimed: expect.any(Number) as number });
  });

  it('sends from its socket, and gives the answer of a STUN server to the worker that asked', async () => {
    const question = encodeBinding({ class: 'request', transactionId });
    const to = { address: '127.0.0.1', port: peer.address().port, socketId: 0 };
    ends[1].messages.postMessage({ what: 'send', bytes: question, ...to } satisfies ToSharedPort);
    const [heard, from] = (await once(peer, 'message')) as [Buffer, { port: number }];

    const answer = await next(ends[1], send(encodeBinding({ class: 'success', transactionId })));

    expect(Uint8Array.from(heard)).toEqual(question);
    expect(from.port).toBe(port.portNumber);
    expect(answer).toMatchObject({ address: '127.0.0.1' });
  });

  it('gives what a worker overheard to the one it is for', async () => {
    const overheard = { bytes: checkFor('second'), address: '192.0.2.1', port: 9, socketId: 0 };
    ends[0].messages.postMessage({ what: 'overheard', ...overheard } satisfies ToSharedPort);

    expect(await next(ends[1])).toEqual(overheard);
  });

  it('outlives what cannot be sent anywhere, and hears nothing from port 0', async () => {
    const nowhere = { bytes: checkFor('second'), address: '127.0.0.1', port: 0, socketId: 0 };
    ends[0].messages.postMessage({ what: 'send', ...nowhere } satisfies ToSharedPort);
    ends[0].messages.postMessage({ what: 'overheard', ...nowhere } satisfies ToSharedPort);

    expect(await next(ends[1], send(checkFor('second')))).toMatchObject({ port: peer.address().port });
  });

  describe('of addresses that checks came from', () => {
    const place = { address: '192.0.2.1', port: 9, socketId: 0 };
    const tell = (message: ToSharedPort): void => ends[0].messages.postMessage(message);
    const overhear = (bytes: Uint8Array): void => tell({ what: 'overheard', bytes, ...place });
    const media = text('\xbf media');

    /** What the worker of the second session was handed when all that was told is heard. */
    async function handed(): Promise<string[]> {
      const all: string[] = [];
      ends[1].messages.on('message', (message: FromSharedPort) => {
        if ('bytes' in message) all.push(Buffer.from(message.bytes).toString('latin1'));
      });
      tell({ what: 'echo', echo: 1 });
      while (!('echo' in (await next(ends[0]))));
      ends[1].messages.postMessage({ what: 'echo', echo: 2 } satisfies ToSharedPort);
      while (!('echo' in (await next(ends[1]))));
      return all;
    }

    it('hands over handshakes, a limited number each second', async () => {
      overhear(checkFor('second'));
      for (let i = 0; i < 300; i += 1) overhear(text('\x16'));

      expect(await handed()).toHaveLength(200);
    });

    it('hands over media once the worker has said that the address is proven, not before', async () => {
      overhear(checkFor('second'));
      overhear(text('\x80 early'));
      tell({ what: 'proved', usernameFragment: 'second', ...place });
      overhear(text('\x80 media'));

      expect((await handed()).slice(1)).toEqual(['\x80 media']);
    });

    it('hands no more to a worker that takes nothing, until it does', async () => {
      tell({ what: 'proved', usernameFragment: 'second', ...place });
      for (let i = 0; i < 1500; i += 1) overhear(media);
      expect(await handed()).toHaveLength(1024);

      ends[1].messages.postMessage({ what: 'taken', count: 1000 } satisfies ToSharedPort);
      ends[1].messages.postMessage({ what: 'overheard', bytes: media, ...place } satisfies ToSharedPort);

      expect(await handed()).toHaveLength(1);
    });
  });

  it('answers an echo behind everything that has arrived', async () => {
    const overheard = { bytes: checkFor('second'), address: '192.0.2.1', port: 9, socketId: 0 };
    ends[1].messages.postMessage({ what: 'overheard', ...overheard } satisfies ToSharedPort);
    ends[1].messages.postMessage({ what: 'echo', echo: 7 } satisfies ToSharedPort);

    expect(await next(ends[1])).toEqual(overheard);
    expect(await next(ends[1])).toEqual({ echo: 7 });
  });

  it('gives the place of a worker to its successor', async () => {
    const successor = port.join(1);

    expect(await next(successor, send(checkFor('second')))).toMatchObject({ address: '127.0.0.1' });
    expect(successor.sockets).toEqual(port.sockets);
  });
});
