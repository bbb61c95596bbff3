import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { until } from '../../../test/support/wait.js';
import { ConnectedSocket } from './connected-socket.js';
import { bindSocket, closeSocket, type DgramUdpPort } from './dgram-udp-port.js';
import { FdUdpPort } from './fd-udp-port.js';
import { createMediaBlock } from './media-block.js';
import { openUdpPort, whyNotByDescriptor } from './receive-choice.js';
import { SLOT_BYTES, SlotPool } from './slot-pool.js';

interface Heard {
  text: string;
  port: number;
  socketId: number;
}

type Implementation = 'dgram' | 'fd';

interface OpenPort {
  port: DgramUdpPort | FdUdpPort;
  slots: SlotPool;
  heard: Heard[];
  next: () => Promise<Heard>;
}

async function open(implementation: Implementation, listenAddresses: string[], number = 0): Promise<OpenPort> {
  const block = createMediaBlock(1);
  const { memory } = block;
  const slots = new SlotPool(memory);
  const { port } = await openUdpPort(implementation, block, { port: number, listenAddresses, memory, slots });
  const heard: Heard[] = [];
  let wake: (() => void) | undefined;
  port.deliverTo({
    datagram: (slot, length, _address, from, socketId) => {
      heard.push({ text: Buffer.from(memory.bytes.subarray(slot, slot + length)).toString(), port: from, socketId });
      wake?.();
      return false;
    },
    drained: () => undefined,
  });
  const next = async (): Promise<Heard> => {
    if (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const first = heard.shift();
    if (first === undefined) throw new Error('nothing heard');
    return first;
  };
  return { port, slots, heard, next };
}

async function peer(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe.each(['dgram', 'fd'] as const)('a UDP port, received from by %s', (implementation) => {
  it('has heard what has arrived when it says so', async () => {
    const { port, heard } = await open(implementation, ['127.0.0.1']);
    const client = await peer();
    const socketId = port.sockets[0]?.id ?? 0;
    port.attach({ address: '127.0.0.1', port: client.address().port, family: 'IPv4' }, socketId);
    const texts = Array.from({ length: 100 }, (_, index) => `packet ${index}`);
    if (port instanceof FdUdpPort) await until(() => port.attachedCount === 1, 'the peer has a socket');

    const taken = texts.map((text) => new Promise((done) => client.send(text, port.portNumber, '127.0.0.1', done)));
    await Promise.all(taken);
    await port.hearArrived();

    expect(heard.map(({ text }) => text)).toEqual(texts);
    client.close();
    await port.close();
  });

  it('brings datagrams in slots, answers from the same socket and takes the slots back', async () => {
    const { port, slots, next } = await open(implementation, ['127.0.0.1']);
    const client = await peer();

    client.send('question', port.portNumber, '127.0.0.1');
    const heard = await next();
    port.send(Buffer.from('answer'), { address: '127.0.0.1', port: heard.port, family: 'IPv4' }, heard.socketId);
    const [answer, from] = (await once(client, 'message')) as [Buffer, { port: number }];

    expect(heard.text).toBe('question');
    expect(answer.toString()).toBe('answer');
    expect(from.port).toBe(port.portNumber);
    expect(slots.inUse).toBe(0);
    client.close();
    await port.close();
  });

  it('has one port number for all its addresses', async () => {
    const { port } = await open(implementation, ['127.0.0.1', '::']);

    expect(new Set(port.sockets.map((socket) => socket.bound.port))).toEqual(new Set([port.portNumber]));
    await port.close();
  });

  it('drops and counts what is empty or longer than a slot', async () => {
    const { port, next } = await open(implementation, ['127.0.0.1']);
    const client = await peer();

    client.send(Buffer.alloc(0), port.portNumber, '127.0.0.1');
    client.send(Buffer.alloc(SLOT_BYTES + 1), port.portNumber, '127.0.0.1');
    client.send('fits', port.portNumber, '127.0.0.1');

    expect((await next()).text).toBe('fits');
    expect(port.counters).toMatchObject({ received: 3, dropped: 2 });
    client.close();
    await port.close();
  });

  it('says when its port is taken', async () => {
    const taken = await peer();

    await expect(open(implementation, ['127.0.0.1'], taken.address().port)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    taken.close();
  });

  it('closes once, and sends nothing afterwards', async () => {
    const { port } = await open(implementation, ['127.0.0.1']);

    await Promise.all([port.close(), port.close()]);
    port.send(Buffer.from('late'), { address: '127.0.0.1', port: 9, family: 'IPv4' }, 0);

    expect(port.counters.sent).toBe(0);
  });

  it('hears a peer that it expects much from, answers it, and goes on hearing all others', async () => {
    const { port, slots, heard } = await open(implementation, ['127.0.0.1']);
    const client = await peer();
    const other = await peer();
    const remote = { address: '127.0.0.1', port: client.address().port, family: 'IPv4' } as const;
    const answers: string[] = [];
    client.on('message', (message: Buffer) => answers.push(message.toString()));

    port.attach(remote, 0);
    port.attach(remote, 0);
    for (let i = 0; i < 50; i++) {
      client.send(`mine ${i}`, port.portNumber, '127.0.0.1');
      other.send(`other ${i}`, port.portNumber, '127.0.0.1');
      port.send(Buffer.from(`answer ${i}`), remote, 0);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await until(() => heard.length === 100 && answers.length === 50, 'everything is heard');
    port.detach(remote, 0);
    client.send('late', port.portNumber, '127.0.0.1');
    await until(() => heard.length === 101, 'the peer is heard without a way of its own');

    const named = (text: string, from: Socket): Heard[] =>
      Array.from({ length: 50 }, (_, i) => ({ text: `${text} ${i}`, port: from.address().port, socketId: 0 }));
    expect(heard.filter(({ text }) => text.startsWith('mine'))).toEqual(named('mine', client));
    expect(heard.filter(({ text }) => text.startsWith('other'))).toEqual(named('other', other));
    expect(answers).toEqual(Array.from({ length: 50 }, (_, i) => `answer ${i}`));
    expect(port.counters).toMatchObject({ received: 101, dropped: 0, sent: 50, sendFailed: 0 });
    expect(slots.inUse).toBe(0);
    for (const socket of [client, other]) socket.close();
    await port.close();
  });
});

describe('the port whose peers have sockets of their own', () => {
  it('works with this Node: its UDP sockets have a handle that node:wasi reads from and writes to', async () => {
    await expect(whyNotByDescriptor(createMediaBlock(1))).resolves.toBeUndefined();
  });

  it('reads attached peers from their own sockets', async () => {
    const { port, heard } = await open('fd', ['127.0.0.1']);
    const client = await peer();
    if (!(port instanceof FdUdpPort)) throw new Error('Not the port that was asked for.');
    port.attach({ address: '127.0.0.1', port: client.address().port, family: 'IPv4' }, 0);
    await until(() => port.attachedCount === 1, 'the peer has a socket');

    client.send('question', port.portNumber, '127.0.0.1');
    await until(() => heard.length === 1, 'it is heard');

    expect(port.readByDescriptor).toBe(1);
    client.close();
    await port.close();
  });

  it('is refused the port of another one, though such ports can be shared', async () => {
    const first = await open('fd', ['127.0.0.1']);

    await expect(open('fd', ['127.0.0.1'], first.port.portNumber)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.port.close();
  });

  it('has heard what had arrived when a peer is no longer expected there', async () => {
    const { port, heard } = await open('fd', ['127.0.0.1']);
    const client = await bindSocket('127.0.0.1', 0, 65_536, false);
    const remote = { address: '127.0.0.1', port: client.address().port, family: 'IPv4' } as const;
    if (!(port instanceof FdUdpPort)) throw new Error('Not the port that was asked for.');
    port.attach(remote, 0);
    await until(() => port.attachedCount === 1, 'the peer has a socket');

    for (const text of ['one', 'two', 'three']) client.send(text, port.portNumber, '127.0.0.1');
    port.detach(remote, 0);

    expect(heard.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    await closeSocket(client);
    await port.close();
  });

  it('reads a peer from its own socket though the network refused what was sent there before', async () => {
    const { port } = await open('fd', ['127.0.0.1']);
    const gone = await peer();
    const remote = { address: '127.0.0.1', port: gone.address().port, family: 'IPv4' } as const;
    await closeSocket(gone);
    if (!(port instanceof FdUdpPort)) throw new Error('Not the port that was asked for.');

    port.attach(remote, 0);
    const knock = setInterval(() => port.send(Buffer.from('refused'), remote, 0), 1);
    await until(() => port.attachedCount === 1, 'the peer has a socket');

    clearInterval(knock);
    await port.close();
  });

  it('tries again where a socket of its own failed, says so once, and not when the peer has gone', async () => {
    const { port } = await open('fd', ['127.0.0.1']);
    if (!(port instanceof FdUdpPort)) throw new Error('Not the port that was asked for.');
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    const refused = jest.spyOn(ConnectedSocket.prototype, 'open').mockRejectedValueOnce(new Error('EMFILE'));
    refused.mockRejectedValueOnce(new Error('EMFILE'));
    const [here, gone] = [20_100, 20_101].map((at) => ({ address: '127.0.0.1', port: at, family: 'IPv4' }) as const);
    if (here === undefined || gone === undefined) throw new Error('Two addresses are needed.');

    port.attach(here, 0);
    port.attach(gone, 0);
    await until(() => warned.mock.calls.length > 0, 'it is told');
    port.detach(gone, 0);
    await until(() => port.attachedCount === 1, 'the peer has a socket');

    expect(refused).toHaveBeenCalledTimes(3);
    expect(warned.mock.calls).toEqual([[expect.stringContaining('EMFILE')]]);
    warned.mockRestore();
    refused.mockRestore();
    await port.close();
  });

  it('leaves no descriptor open, however peers come and go', async () => {
    const { port } = await open('fd', ['127.0.0.1']);
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const before = descriptors();

    for (let i = 0; i < 40; i++) {
      const remote = { address: '127.0.0.1', port: 20_000 + i, family: 'IPv4' } as const;
      port.attach(remote, 0);
      if (i % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
      port.detach(remote, 0);
    }

    await until(() => descriptors() <= before, 'all sockets are closed');
    await port.close();
  });
});
