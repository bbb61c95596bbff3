import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { MediaMemory } from '../../media/memory.js';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import { openOnOnePort, type SocketKind } from '../one-port.js';
import { receiveDrops } from './receive-drops.js';
import { SlotIntake } from './slot-intake.js';
import type { SlotPool } from './slot-pool.js';
import type { DatagramReceiver, LocalSocket, PortCounters, StrangersPort } from './udp-port.js';

/** 27 ms of a hundred streams overflow the default; the kernel may grant less. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const SEND_BUFFER_BYTES = 1024 * 1024;

export interface UdpPortOptions {
  /** 0 = any free port, the same for all addresses. */
  readonly port: number;
  /** Literal IP addresses, at least one. `::` is left out where the machine has no IPv6. */
  readonly listenAddresses: readonly string[];
  readonly memory: MediaMemory;
  readonly slots: SlotPool;
  /** Other sockets may be bound to the same port. */
  readonly isShared?: boolean;
  /** Number of the first socket; the others have the following ones. */
  readonly firstSocketId?: number;
}

/** `UdpPort` over node:dgram: portable, one copy per datagram into a slot. */
export class DgramUdpPort implements StrangersPort {
  readonly sockets: readonly LocalSocket[];
  readonly portNumber: number;
  readonly counters: PortCounters;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly handles: readonly Socket[],
    private readonly intake: SlotIntake,
    private readonly firstSocketId: number,
  ) {
    this.counters = intake.counters;
    this.sockets = handles.map((socket, index) => ({ id: firstSocketId + index, bound: addressOf(socket) }));
    this.portNumber = this.sockets[0]?.bound.port ?? 0;
    handles.forEach((socket, index) => {
      socket.on('message', (message, from) => this.heard(message, from, firstSocketId + index));
      socket.on('error', () => (this.counters.sendFailed += 1));
    });
  }

  /** @throws the system's error when an address cannot be bound */
  static async open(options: UdpPortOptions): Promise<DgramUdpPort> {
    const { listenAddresses, port, isShared = false, firstSocketId = 0 } = options;
    const handles = await openOnOnePort(isShared ? sharedUdpSockets : udpSockets, listenAddresses, port);
    return new DgramUdpPort(handles, new SlotIntake(options.memory, options.slots), firstSocketId);
  }

  /** Datagrams that arrive before this are dropped. */
  deliverTo(receiver: DatagramReceiver): void {
    this.intake.deliverTo(receiver);
  }

  send(bytes: Uint8Array, remote: TransportAddress, socketId: number): void {
    const socket = this.handles[socketId - this.firstSocketId];
    if (socket === undefined || this.closing !== undefined) return;
    try {
      socket.send(bytes, remote.port, remote.address, this.sent);
    } catch {
      this.counters.sendFailed += 1;
    }
  }

  /** It hears everybody. */
  proved(): void {
    return;
  }

  /** One way serves all. */
  attach(): void {
    return;
  }

  detach(): void {
    return;
  }

  hearArrived(): Promise<void> {
    return this.intake.hearArrived();
  }

  close(): Promise<void> {
    this.closing ??= Promise.all(this.handles.map(closeSocket)).then(() => undefined);
    return this.closing;
  }

  /** One function for all sends: with a callback a refused datagram is counted and raises no event. */
  private readonly sent = (error: Error | null): void => {
    if (error === null) this.counters.sent += 1;
    else this.counters.sendFailed += 1;
  };

  /** Takes a datagram as if the socket of that number had received it. @param message not to be used any more */
  heard(message: Buffer, from: RemoteInfo, socketId: number): void {
    this.intake.take(message, from.address, from.port, socketId);
  }

  /** The same: whoever it is for is here. */
  overheard(message: Buffer, from: RemoteInfo, socketId: number): void {
    this.heard(message, from, socketId);
  }
}

const udpSockets: SocketKind<Socket> = {
  open: (address, port) => bindSocket(address, port, RECEIVE_BUFFER_BYTES, false),
  portOf: (socket) => socket.address().port,
  close: closeSocket,
};

/** Other sockets may be bound to the same port. */
export const sharedUdpSockets: SocketKind<Socket> = { ...udpSockets, open: bindShared };

/** With `reuseAddr` two servers would take the same port in silence: it is tried without before. */
async function bindShared(address: string, port: number): Promise<Socket> {
  const probe = await bindSocket(address, port, RECEIVE_BUFFER_BYTES, false);
  const free = probe.address().port;
  await closeSocket(probe);
  return bindSocket(address, free, RECEIVE_BUFFER_BYTES, true);
}

/** @throws the system's error */
export function bindSocket(address: string, port: number, recvBufferSize: number, reuseAddr: boolean): Promise<Socket> {
  const v6 = isIPv6(address);
  const socket = createSocket({
    type: v6 ? 'udp6' : 'udp4',
    ipv6Only: v6,
    recvBufferSize,
    sendBufferSize: SEND_BUFFER_BYTES,
    reuseAddr,
    lookup: literalAddress,
  });
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address, port }, () => {
      socket.removeAllListeners('error');
      receiveDrops.watch(socket);
      resolve(socket);
    });
  });
}

/** Addresses are literal here, so nothing is looked up; doing it at once saves a turn of the loop per datagram. */
function literalAddress(
  hostname: string,
  _options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  callback(null, hostname, isIPv6(hostname) ? 6 : 4);
}

/** What it is bound to. */
export function addressOf(socket: Socket): TransportAddress {
  const { address, port, family } = socket.address();
  return { address, port, family: family === 'IPv6' ? 'IPv6' : 'IPv4' };
}

export function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
