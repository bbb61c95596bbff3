import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MediaMemory } from '../../media/memory.js';
import { SLOT_BYTES, SlotPool } from '../udp/slot-pool.js';
import { FIRST_CONNECTION_ID, TcpPort, type ConnectionReceiver } from './tcp-port.js';
import { frame } from './frame-reader.js';

const CHECK = Uint8Array.from([0, 1, 7]);
const MEDIA = Uint8Array.from([0x80, 96]);

/** Answers to nothing, and takes what begins with 0 for an authentic check once it is told to. */
class Receiver implements ConnectionReceiver {
  readonly heard: { readonly bytes: number[]; readonly id: number }[] = [];
  readonly proven = new Set<number>();
  believes = false;
  private wake: () => void = () => undefined;

  constructor(private readonly memory: MediaMemory) {}

  datagram(slot: number, length: number, _address: string, _port: number, id: number): boolean {
    this.heard.push({ bytes: [...this.memory.bytes.subarray(slot, slot + length)], id });
    if (this.believes) this.proven.add(id);
    this.wake();
    return false;
  }

  drained(): void {
    return;
  }

  isProven(_address: string, _port: number, id: number): boolean {
    return this.proven.has(id);
  }

  async reached(count: number): Promise<void> {
    while (this.heard.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
  }
}

describe('TcpPort', () => {
  let port: TcpPort;
  let receiver: Receiver;
  let slots: SlotPool;
  let nowMs: number;
  const peers: Socket[] = [];

  beforeEach(async () => {
    nowMs = 0;
    const memory = new MediaMemory(new ArrayBuffer(1 << 20));
    slots = new SlotPool(memory);
    receiver = new Receiver(memory);
    const clock = { epochMs: () => 0, monotonicMs: () => nowMs };
    port = await TcpPort.open({ port: 0, listenAddresses: ['127.0.0.1'], memory, slots, clock, receiver });
  });

  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.destroy();
    await port.close();
  });

  async function peer(): Promise<Socket> {
    const socket = connect(port.portNumber, '127.0.0.1').on('error', () => undefined);
    peers.push(socket);
    await once(socket, 'connect');
    return socket.resume();
  }

  async function proven(): Promise<Socket> {
    receiver.believes = true;
    const socket = await peer();
    socket.write(frame(CHECK));
    await receiver.reached(receiver.heard.length + 1);
    return socket;
  }

  it('brings framed datagrams in slots and takes the slots back', async () => {
    const socket = await proven();

    socket.write(Buffer.concat([frame(MEDIA), frame(Uint8Array.from([20, 1]))]));
    await receiver.reached(3);

    expect(receiver.heard.map(({ bytes }) => bytes)).toEqual([[...CHECK], [...MEDIA], [20, 1]]);
    expect(receiver.heard.every(({ id }) => id === FIRST_CONNECTION_ID)).toBe(true);
    expect(slots.inUse).toBe(0);
    expect(port.counters).toEqual({ received: 3, dropped: 0, sent: 0, sendFailed: 0 });
  });

  it('answers on the same connection, framed', async () => {
    const socket = await proven();
    const answer = once(socket, 'data') as Promise<[Buffer]>;

    port.send(Uint8Array.from([1, 2, 3]), FIRST_CONNECTION_ID);

    expect([...(await answer)[0]]).toEqual([0, 3, 1, 2, 3]);
  });

  it.each([
    ['no protocol of ours', frame(Uint8Array.from([0x40, 1]))],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a frame that is too long', Uint8Array.from([(SLOT_BYTES + 1) >> 8, (SLOT_BYTES + 1) & 0xff])],
  ])('closes a connection that has proved nothing and sends %s', async (_, bytes) => {
    const socket = await peer();

    socket.write(bytes);
    await once(socket, 'close');

    expect(receiver.heard).toEqual([]);
    expect(port.connectionCount).toBe(0);
  });

  it.each([
    ['media', MEDIA],
    ['DTLS', Uint8Array.from([22, 0xfe, 0xfd])],
  ])('lets a check follow %s that came before it', async (_, early) => {
    const socket = await peer();
    socket.write(frame(early));
    await receiver.reached(1);
    expect(receiver.proven.size).toBe(0);

    receiver.believes = true;
    socket.write(frame(CHECK));
    await receiver.reached(2);
    port.sweep(10_001);

    expect(port.connectionCount).toBe(1);
  });

  it('closes what proved nothing within ten seconds, whatever it sends', async () => {
    const silent = await peer();
    const busy = await peer();
    busy.write(frame(CHECK));
    await receiver.reached(1);

    nowMs = 10_000;
    port.sweep(nowMs);
    expect(port.connectionCount).toBe(2);
    nowMs = 10_001;
    port.sweep(nowMs);

    await Promise.all([once(silent, 'close'), once(busy, 'close')]);
    expect(port.connectionCount).toBe(0);
  });

  it('keeps what belongs to a session, and closes it when the session is over', async () => {
    const socket = await proven();
    nowMs = 59_000;
    port.sweep(nowMs);
    expect(port.connectionCount).toBe(1);

    receiver.proven.clear();
    port.sweep(nowMs);

    await once(socket, 'close');
    expect(port.connectionCount).toBe(0);
  });

  it('closes what has been silent for a minute, though its session lives', async () => {
    const socket = await proven();
    port.sweep(1000);
    socket.write(frame(MEDIA));
    await receiver.reached(2);

    port.sweep(50_000);
    port.sweep(109_999);
    expect(port.connectionCount).toBe(1);
    port.sweep(110_000);

    await once(socket, 'close');
    expect(port.connectionCount).toBe(0);
  });

  it('has no more than 64 connections of one address that have proved nothing, and room again when they go', async () => {
    const held = await Promise.all(Array.from({ length: 64 }, peer));

    const refused = await peer();
    await once(refused, 'close');
    expect(port.connectionCount).toBe(64);
    for (const socket of held) socket.destroy();
    while (port.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));

    await expect(proven()).resolves.toBeDefined();
    expect(port.counters.dropped).toBe(1);
  });

  it('drops what a peer that does not read has no room for, and keeps no memory for it', async () => {
    const socket = await proven();
    socket.pause();
    const datagram = new Uint8Array(1200);
    const before = process.memoryUsage().arrayBuffers;

    for (let sent = 0; sent < 200_000; sent += 1) port.send(datagram, FIRST_CONNECTION_ID);

    expect(port.counters.sendFailed).toBeGreaterThan(150_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  it('counts what is for a connection that is gone', async () => {
    const socket = await proven();
    socket.destroy();
    while (port.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));

    port.send(MEDIA, FIRST_CONNECTION_ID);

    expect(port.counters.sendFailed).toBe(1);
  });

  it('closes its connections with itself, more than once', async () => {
    const socket = await proven();

    await Promise.all([port.close(), port.close(), once(socket, 'close')]);

    expect(port.connectionCount).toBe(0);
  });
});
