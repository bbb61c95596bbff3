import type { RemoteInfo } from 'node:dgram';
import type { TransportAddress } from '../../media/stun/transport-address.js';

/** One bound socket of a port. */
export interface LocalSocket {
  /** Its number: among all sockets of a worker no other has it. */
  readonly id: number;
  /** What it is bound to, `0.0.0.0` and `::` included. */
  readonly bound: TransportAddress;
}

/** Whoever understands datagrams. One call per datagram: no object is made for it. */
export interface DatagramReceiver {
  /**
   * @param slot offset in the worker's memory, `SLOT_BYTES` large
   * @param length bytes of the datagram, 1 to `SLOT_BYTES`
   * @param address textual source address as the socket reports it
   * @returns true to keep the slot, which is then the receiver's to release
   */
  datagram(slot: number, length: number, address: string, port: number, socketId: number): boolean;
  /** No more datagrams are there at present. */
  drained(): void;
}

/** Datagrams that never reached a session, or never left. */
export interface PortCounters {
  received: number;
  /** Longer than a slot, or no slot was free. */
  dropped: number;
  sent: number;
  sendFailed: number;
}

/**
 * The UDP side of one worker. However datagrams are received, everything above sees slots only.
 */
export interface UdpPort {
  readonly sockets: readonly LocalSocket[];
  /** The UDP port number that all sockets share. */
  readonly portNumber: number;
  readonly counters: Readonly<PortCounters>;
  /** Sends and forgets; `bytes` must not be written to any more. What the network refuses is counted. */
  send(bytes: Uint8Array, remote: TransportAddress, socketId: number): void;
  /** The address has become that of the session that expects checks with this local username fragment. */
  proved(usernameFragment: string, remote: TransportAddress, socketId: number): void;
  /** Much is going to come from there: it may be given a way of its own. Once more changes nothing. */
  attach(remote: TransportAddress, socketId: number): void;
  /** No more of that. What comes from there is heard as everything else is. */
  detach(remote: TransportAddress, socketId: number): void;
  /** When what has arrived by now has been heard: before a session ends, its last packets count. */
  hearArrived(): Promise<void>;
  close(): Promise<void>;
}

/** A `UdpPort` that hears whoever has no socket of its own. */
export interface StrangersPort extends UdpPort {
  readonly counters: PortCounters;
  deliverTo(receiver: DatagramReceiver): void;
  /** A peer's datagram that its own socket heard before it could be drained. @param message not to be used any more */
  heard(message: Buffer, from: RemoteInfo, socketId: number): void;
  /** What such a socket heard from others, who may belong to another worker. @param message not to be used any more */
  overheard(message: Buffer, from: RemoteInfo, socketId: number): void;
}
