import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { MediaMemory } from '../../media/memory.js';
import { createMediaBlock } from '../udp/media-block.js';
import { SLOT_BYTES, SlotPool } from '../udp/slot-pool.js';
import { frame } from './frame-reader.js';
import { FIRST_CONNECTION_ID } from './handed-connection.js';
import { TcpAcceptor } from './tcp-acceptor.js';
import { TcpPort, type ConnectionReceiver } from './tcp-port.js';
import { bindingRequest } from './testing/binding-request.js';

const CHECK = bindingRequest('us:them');
const MEDIA = Uint8Array.from([0x80, 96]);

/** Answers to nothing, and takes everything for an authentic check once it is told to. */
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
  let acceptor: TcpAcceptor;
  let receiver: Receiver;
  let slots: SlotPool;
  let nowMs: number;
  const peers: Socket[] = [];

  beforeEach(async () => {
    nowMs = 0;
    const { memory, wasm: block } = createMediaBlock(1);
    slots = new SlotPool(memory);
    receiver = new Receiver(memory);
    const clock = { epochMs: () => 0, monotonicMs: () => nowMs };
    acceptor = await TcpAcceptor.open({
      port: 0,
      listenAddresses: ['127.0.0.1'],
      clock,
      takers: {
        workerOf: () => 0,
        hand: (_worker, connection) => {
          port.take(connection);
          return true;
        },
      },
    });
    const released = (connectionId: number): void => acceptor.release(connectionId);
    port = TcpPort.open({ listeners: acceptor.sockets, memory, block, slots, clock, receiver, released });
  });

  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.destroy();
    port.close();
    await acceptor.close();
  });

  async function peer(): Promise<Socket> {
    const socket = connect(port.portNumber, '127.0.0.1').on('error', () => undefined);
    peers.push(socket);
    await once(socket, 'connect');
    return socket.resume();
  }

  /** Its first check has come. */
  async function checked(): Promise<Socket> {
    const socket = await peer();
    socket.write(frame(CHECK));
    await receiver.reached(receiver.heard.length + 1);
    return socket;
  }

  function proven(): Promise<Socket> {
    receiver.believes = true;
    return checked();
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
    const socket = await checked();

    socket.write(bytes);
    await once(socket, 'close');

    expect(receiver.heard).toHaveLength(1);
    expect(port.connectionCount).toBe(0);
    expect(acceptor.connectionCount).toBe(0);
  });

  it.each([
    ['media', MEDIA],
    ['DTLS', Uint8Array.from([22, 0xfe, 0xfd])],
  ])('lets an authentic check follow %s', async (_, early) => {
    const socket = await checked();
    socket.write(frame(early));
    await receiver.reached(2);
    expect(receiver.proven.size).toBe(0);

    receiver.believes = true;
    socket.write(frame(CHECK));
    await receiver.reached(3);
    port.sweep(10_001);

    expect(port.connectionCount).toBe(1);
  });

  it('closes what proved nothing within ten seconds, whatever it sends', async () => {
    const silent = await checked();
    const busy = await checked();
    busy.write(frame(CHECK));
    await receiver.reached(3);

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
    nowMs = 50_000;
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
    const held: Socket[] = [];
    while (held.length < 64) held.push(await checked());

    const refused = await peer();
    refused.write(frame(CHECK));
    await once(refused, 'close');
    expect(port.connectionCount).toBe(64);
    for (const socket of held) socket.destroy();
    while (port.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));

    await expect(proven()).resolves.toBeDefined();
    expect(port.counters.dropped).toBe(1);
  });

  it('sends what had to wait when the peer reads again, whole and in order', async () => {
    const socket = await proven();
    socket.pause();
    let heardBytes = 0;
    for (let sent = 0; port.counters.sendFailed === 0; sent += 1) port.send(new Uint8Array(1200), FIRST_CONNECTION_ID);
    const wanted = port.counters.sent * 1202;

    socket.on('data', (chunk: Buffer) => (heardBytes += chunk.length)).resume();
    while (heardBytes < wanted) await once(socket, 'data');
    const last = once(socket, 'data') as Promise<[Buffer]>;
    port.send(Uint8Array.of(7), FIRST_CONNECTION_ID);

    expect([...(await last)[0]]).toEqual([0, 1, 7]);
    expect(heardBytes).toBe(wanted + 3);
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

    port.close();
    port.close();
    await once(socket, 'close');

    expect(port.connectionCount).toBe(0);
  });
});
