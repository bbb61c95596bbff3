import { createServer, isIPv6, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../../shared/clock.js';
import type { MediaMemory } from '../../media/memory.js';
import { openOnOnePort, type SocketKind } from '../one-port.js';
import { SLOT_BYTES, type SlotPool } from '../udp/slot-pool.js';
import type { DatagramReceiver, LocalSocket, PortCounters } from '../udp/udp-port.js';
import { MediaConnection, type ConnectionListener } from './media-connection.js';
import { Strangers } from './strangers.js';

/** Ids of connections begin here; those of UDP sockets end far before. */
export const FIRST_CONNECTION_ID = 65_536;
/** A connection is opened for a check that follows at once: who sends none by now means none. */
const PROOF_LIMIT_MS = 10_000;
/** Longer than a session without any sign of life lasts: one that the peer has left for another way, and never closed. */
const SILENCE_LIMIT_MS = 60_000;
const MOST_STRANGERS = 1024;
/** Publishers behind one address connect at the same time when their server is back. */
const MOST_STRANGERS_PER_NETWORK = 64;
/** First bytes of STUN, DTLS and RTP, RFC 7983 section 7. */
const PROTOCOLS = [
  { first: 0, last: 3 },
  { first: 20, last: 63 },
  { first: 128, last: 191 },
];

/** Whoever understands datagrams, and knows whose a connection is. */
export interface ConnectionReceiver extends DatagramReceiver {
  /** True once a check that came by it was authentic, for as long as its session lives. */
  isProven(address: string, port: number, connectionId: number): boolean;
}

export interface TcpPortOptions {
  /** 0 = any free port, the same for all addresses. */
  readonly port: number;
  /** Literal IP addresses, at least one. `::` is left out where the machine has no IPv6. */
  readonly listenAddresses: readonly string[];
  readonly memory: MediaMemory;
  readonly slots: SlotPool;
  readonly clock: Clock;
  readonly receiver: ConnectionReceiver;
}

/**
 * The passive end of ICE over TCP (RFC 6544): connections whose framed datagrams go the way of those of UDP. One that
 * has proved nothing is heard for its connectivity checks only, and not for long: media of a peer that comes back by a new
 * connection may be quicker than its check, and is dropped. One whose session is over is closed.
 */
export class TcpPort implements ConnectionListener {
  readonly sockets: readonly LocalSocket[];
  readonly portNumber: number;
  readonly counters: PortCounters = { received: 0, dropped: 0, sent: 0, sendFailed: 0 };
  private readonly connections = new Map<number, MediaConnection>();
  private readonly strangers = new Strangers<MediaConnection>(MOST_STRANGERS, MOST_STRANGERS_PER_NETWORK);
  private nextId = FIRST_CONNECTION_ID;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly listeners: readonly Server[],
    private readonly options: TcpPortOptions,
  ) {
    this.sockets = listeners.map((server, id) => ({ id, bound: addressOf(server) }));
    this.portNumber = this.sockets[0]?.bound.port ?? 0;
    for (const server of listeners) {
      server.on('connection', (socket) => this.accept(socket));
      server.on('error', () => (this.counters.dropped += 1));
    }
  }

  /** @throws the system's error when an address cannot be listened on */
  static async open(options: TcpPortOptions): Promise<TcpPort> {
    return new TcpPort(await openOnOnePort(tcpListeners, options.listenAddresses, options.port), options);
  }

  /** How many there are, proven or not. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** Sends and forgets. What a connection has no room for, or that is gone, is counted. */
  send(datagram: Uint8Array, connectionId: number): void {
    const connection = this.connections.get(connectionId);
    if (connection === undefined) this.sent(false);
    else connection.send(datagram);
  }

  /** Call each second: closes what proved nothing in time, what belongs to no session any more, and what fell silent. */
  sweep(nowMs: number): void {
    for (const late of this.strangers.openedBefore(nowMs - PROOF_LIMIT_MS)) late.close();
    for (const connection of this.connections.values()) {
      const isSilent = connection.silentForMs(nowMs) >= SILENCE_LIMIT_MS;
      if (isSilent || (!this.strangers.has(connection) && !this.isProven(connection))) connection.close();
    }
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  datagram(datagram: Uint8Array, connection: MediaConnection): boolean {
    this.counters.received += 1;
    const isStranger = this.strangers.has(connection);
    if (isStranger && !isOfOurs(datagram[0] ?? 0)) {
      this.counters.dropped += 1;
      return false;
    }
    this.deliver(datagram, connection);
    if (isStranger && this.isProven(connection)) this.strangers.delete(connection);
    return true;
  }

  sent(isSent: boolean): void {
    if (isSent) this.counters.sent += 1;
    else this.counters.sendFailed += 1;
  }

  closed(connection: MediaConnection): void {
    this.connections.delete(connection.id);
    this.strangers.delete(connection);
  }

  private accept(socket: Socket): void {
    const id = this.nextId++;
    const connection = new MediaConnection(id, this.options.clock.monotonicMs(), socket, SLOT_BYTES, this);
    this.connections.set(id, connection);
    const tooMany = this.strangers.add(connection);
    if (tooMany === undefined) return;
    this.counters.dropped += 1;
    tooMany.close();
  }

  private deliver(datagram: Uint8Array, { address, port, id }: MediaConnection): void {
    const { slots, memory, receiver } = this.options;
    const slot = slots.take();
    if (slot < 0) {
      this.counters.dropped += 1;
      return;
    }
    memory.bytes.set(datagram, slot);
    if (!receiver.datagram(slot, datagram.length, address, port, id)) slots.release(slot);
    receiver.drained();
  }

  private isProven({ address, port, id }: MediaConnection): boolean {
    return this.options.receiver.isProven(address, port, id);
  }

  private async shutDown(): Promise<void> {
    const closed = Promise.all(this.listeners.map(closeListener));
    for (const connection of [...this.connections.values()]) connection.close();
    await closed;
  }
}

function isOfOurs(firstByte: number): boolean {
  return PROTOCOLS.some(({ first, last }) => first <= firstByte && firstByte <= last);
}

const tcpListeners: SocketKind<Server> = {
  open: openListener,
  portOf: (server) => addressOf(server).port,
  close: closeListener,
};

function openListener(address: string, port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, ipv6Only: isIPv6(address) }, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
}

function closeListener(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function addressOf(server: Server): LocalSocket['bound'] {
  const { address, port, family } = server.address() as AddressInfo;
  return { address, port, family: family === 'IPv6' ? 'IPv6' : 'IPv4' };
}
