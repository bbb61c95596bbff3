import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createMediaBlock } from '../udp/media-block.js';
import { DescriptorCalls, NOTHING, allocateList } from '../udp/descriptor-calls.js';
import { SLOT_BYTES } from '../udp/slot-pool.js';
import { frame } from './frame-reader.js';
import { FIRST_CONNECTION_ID, type HandedConnection } from './handed-connection.js';
import { TcpAcceptor } from './tcp-acceptor.js';
import { bindingRequest } from './testing/binding-request.js';

const CHECK = frame(bindingRequest('known:them'));
const MEDIA = frame(Uint8Array.from([0x80, 96, 1]));
const READ_BYTES = 65_536;

describe('TcpAcceptor', () => {
  let acceptor: TcpAcceptor;
  let nowMs: number;
  let known: Map<string, number>;
  let handed: { readonly worker: number; readonly connection: HandedConnection }[];
  let areWorkersThere: boolean;
  let wake: () => void;
  const peers: Socket[] = [];

  beforeEach(async () => {
    nowMs = 0;
    known = new Map([['known', 3]]);
    handed = [];
    areWorkersThere = true;
    wake = () => undefined;
    acceptor = await TcpAcceptor.open({
      port: 0,
      listenAddresses: ['127.0.0.1'],
      clock: { epochMs: () => 0, monotonicMs: () => nowMs },
      takers: {
        workerOf: (usernameFragment) => known.get(usernameFragment),
        hand: (worker, connection) => {
          if (areWorkersThere) handed.push({ worker, connection });
          wake();
          return areWorkersThere;
        },
      },
    });
  });

  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.destroy();
    await acceptor.close();
  });

  async function peer(): Promise<Socket> {
    const socket = connect(acceptor.portNumber, '127.0.0.1').on('error', () => undefined);
    peers.push(socket);
    await once(socket, 'connect');
    return socket.setNoDelay().resume();
  }

  async function closed(...sockets: Socket[]): Promise<void> {
    await Promise.all(
      sockets.map(async (socket) => {
        if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
      }),
    );
  }

  async function handedOver(count = 1): Promise<(typeof handed)[number]> {
    while (handed.length < count) await new Promise<void>((resolve) => (wake = resolve));
    const last = handed[count - 1];
    if (last === undefined) throw new Error('Nothing was handed over.');
    return last;
  }

  it('hands a connection to the worker whose session the first check names, with what was read', async () => {
    const socket = await peer();

    socket.write(Buffer.concat([CHECK, MEDIA, MEDIA.subarray(0, 3)]));
    const { worker, connection } = await handedOver();

    expect(worker).toBe(3);
    expect(connection).toMatchObject({ connectionId: FIRST_CONNECTION_ID, address: '127.0.0.1' });
    expect(connection.port).toBe((socket.address() as { port: number }).port);
    expect(Buffer.from(connection.received)).toEqual(Buffer.concat([CHECK, MEDIA, MEDIA.subarray(0, 3)]));
  });

  it('leaves out what came before the check, however it is cut', async () => {
    const socket = await peer();
    for (const byte of Buffer.concat([MEDIA, CHECK])) socket.write(Uint8Array.of(byte));

    const { connection } = await handedOver();

    expect(Buffer.from(connection.received).subarray(0, CHECK.length)).toEqual(Buffer.from(CHECK));
  });

  it('loses no byte between its own reading and that by descriptor, and answers go out by it', async () => {
    const { memory, wasm } = createMediaBlock(1);
    const list = allocateList(memory);
    const at = memory.allocate(READ_BYTES);
    const socket = await peer();
    const datagrams = Array.from({ length: 8_000 }, () => frame(randomBytes(1000)));
    const sent = Buffer.concat([CHECK, ...datagrams]);
    socket.write(sent);
    const { connection } = await handedOver();
    const calls = new DescriptorCalls(connection.descriptor, memory, wasm, list);

    const parts: Buffer[] = [Buffer.from(connection.received)];
    for (let bytes = connection.received.length; bytes < sent.length;) {
      const length = calls.read(at, READ_BYTES);
      if (length === 0) break;
      if (length === NOTHING) await new Promise((resolve) => setImmediate(resolve));
      else parts.push(Buffer.from(memory.bytes.slice(at, at + length)));
      bytes += Math.max(0, length);
    }
    const answer = once(socket, 'data') as Promise<[Buffer]>;
    memory.bytes.set([1, 2, 3], at);

    expect(Buffer.concat(parts).equals(sent)).toBe(true);
    expect(calls.write(at, 3)).toBe(3);
    expect([...(await answer)[0]]).toEqual([1, 2, 3]);
  });

  it('keeps the connection open until the worker has released it', async () => {
    const socket = await peer();
    socket.write(CHECK);
    const { connection } = await handedOver();
    nowMs = 3_600_000;
    acceptor.sweep(nowMs);
    expect(acceptor.connectionCount).toBe(1);

    acceptor.release(connection.connectionId);
    acceptor.release(connection.connectionId);

    await closed(socket);
    expect(acceptor.connectionCount).toBe(0);
  });

  it('closes what a lost worker had, and nothing of the others', async () => {
    known.set('other', 4);
    const [first, second] = [await peer(), await peer()];
    first.write(CHECK);
    await handedOver();
    second.write(frame(bindingRequest('other:them')));
    await handedOver(2);

    acceptor.workerLost(3);

    await closed(first);
    expect(acceptor.connectionCount).toBe(1);
  });

  it.each([
    ['a check for no session here', frame(bindingRequest('nobody:them'))],
    ['no protocol of ours', frame(Uint8Array.from([0x40, 1]))],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a frame that is too long', Uint8Array.from([(SLOT_BYTES + 1) >> 8, (SLOT_BYTES + 1) & 0xff])],
  ])('closes a connection that brings %s', async (_, bytes) => {
    const socket = await peer();

    socket.write(bytes);
    await closed(socket);

    expect(handed).toEqual([]);
    expect(acceptor.connectionCount).toBe(0);
  });

  it('closes a connection whose worker is not there', async () => {
    areWorkersThere = false;
    const socket = await peer();

    socket.write(CHECK);

    await closed(socket);
    expect(acceptor.connectionCount).toBe(0);
  });

  it('closes what has sent no check within ten seconds, however slowly it sends', async () => {
    const [silent, slow] = [await peer(), await peer()];
    slow.write(CHECK.subarray(0, CHECK.length - 1));
    while (acceptor.connectionCount < 2) await new Promise((resolve) => setImmediate(resolve));

    nowMs = 10_000;
    acceptor.sweep(nowMs);
    expect(acceptor.connectionCount).toBe(2);
    nowMs = 10_001;
    acceptor.sweep(nowMs);

    await closed(silent, slow);
    expect(acceptor.connectionCount).toBe(0);
  });

  it('closes what sends a megabyte of media and no check', async () => {
    const socket = await peer();
    const datagram = new Uint8Array(SLOT_BYTES).fill(0x80);

    for (let sent = 0; sent <= 1024 * 1024; sent += datagram.length) socket.write(frame(datagram));

    await closed(socket);
    expect(acceptor.connectionCount).toBe(0);
  });

  it('closes what sends null packets and no check', async () => {
    const socket = await peer();
    const nulls = new Uint8Array(64 * 1024);

    const flood = (): void => {
      while (!socket.destroyed && socket.write(nulls));
    };
    socket.on('drain', flood);
    flood();

    await closed(socket);
    expect(acceptor.connectionCount).toBe(0);
  });

  it('has no more than 64 connections of one address without a check, and room again when they go', async () => {
    const held = await Promise.all(Array.from({ length: 64 }, peer));
    while (acceptor.connectionCount < 64) await new Promise((resolve) => setImmediate(resolve));

    const refused = await peer();
    await closed(refused);
    expect(acceptor.connectionCount).toBe(64);
    for (const socket of held) socket.destroy();
    while (acceptor.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));

    const socket = await peer();
    socket.write(CHECK);
    await handedOver();
  });

  it('closes everything with itself, more than once', async () => {
    const [stranger, socket] = [await peer(), await peer()];
    socket.write(CHECK);
    await handedOver();

    await Promise.all([acceptor.close(), acceptor.close(), closed(stranger, socket)]);

    expect(acceptor.connectionCount).toBe(0);
  });

  it('listens on one number for all addresses', () => {
    expect(acceptor.sockets).toEqual([
      { id: 0, bound: { address: '127.0.0.1', port: acceptor.portNumber, family: 'IPv4' } },
    ]);
  });
});
