import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { MediaMemory } from '../../media/memory.js';
import { DgramUdpPort } from './dgram-udp-port.js';
import { SLOT_BYTES, SlotPool } from './slot-pool.js';

interface Heard {
  text: string;
  port: number;
  socketId: number;
}

async function open(
  listenAddresses: string[],
): Promise<{ port: DgramUdpPort; slots: SlotPool; heard: Heard[]; next: () => Promise<Heard> }> {
  const memory = new MediaMemory(new ArrayBuffer(1 << 20));
  const slots = new SlotPool(memory);
  const port = await DgramUdpPort.open({ port: 0, listenAddresses, memory, slots });
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

describe('DgramUdpPort', () => {
  it('brings datagrams in slots, answers from the same socket and takes the slots back', async () => {
    const { port, slots, next } = await open(['127.0.0.1']);
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
    const { port } = await open(['127.0.0.1', '::']);

    expect(new Set(port.sockets.map((socket) => socket.bound.port))).toEqual(new Set([port.portNumber]));
    await port.close();
  });

  it('drops and counts what is empty or longer than a slot', async () => {
    const { port, next } = await open(['127.0.0.1']);
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
    const memory = new MediaMemory(new ArrayBuffer(65_536));
    const options = { port: taken.address().port, listenAddresses: ['127.0.0.1'], memory, slots: new SlotPool(memory) };

    await expect(DgramUdpPort.open(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    taken.close();
  });

  it('closes once, and sends nothing afterwards', async () => {
    const { port } = await open(['127.0.0.1']);

    await Promise.all([port.close(), port.close()]);
    port.send(Buffer.from('late'), { address: '127.0.0.1', port: 9, family: 'IPv4' }, 0);

    expect(port.counters.sent).toBe(0);
  });
});
