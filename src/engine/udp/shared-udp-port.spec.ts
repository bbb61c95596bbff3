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
const text = (bytes: string): Uint8Array => Uint8Array.from(Buffer.from(bytes));

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
    const flight = await next(ends[1], send(text('flight')));

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

  it('gives the place of a worker to its successor', async () => {
    const successor = port.join(1);

    expect(await next(successor, send(checkFor('second')))).toMatchObject({ address: '127.0.0.1' });
    expect(successor.sockets).toEqual(port.sockets);
  });
});
