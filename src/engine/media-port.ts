import type { TransportAddress } from '../media/stun/transport-address.js';
import { FIRST_CONNECTION_ID, type HandedConnection } from './tcp/handed-connection.js';
import type { TcpPort } from './tcp/tcp-port.js';
import type { UdpPort } from './udp/udp-port.js';

/** All ways that datagrams take to the publishers of one worker: its UDP port and, where there is one, its part of the TCP port. */
export class MediaPort {
  constructor(
    private readonly udp: UdpPort,
    private readonly tcp: TcpPort | undefined,
  ) {}

  /** That of UDP. */
  get portNumber(): number {
    return this.udp.portNumber;
  }

  get received(): number {
    return this.udp.counters.received + (this.tcp?.counters.received ?? 0);
  }

  get sent(): number {
    return this.udp.counters.sent + (this.tcp?.counters.sent ?? 0);
  }

  /** Datagrams that the system did not take: its buffer was full, or there is no way to the peer. */
  get sendFailed(): number {
    return this.udp.counters.sendFailed + (this.tcp?.counters.sendFailed ?? 0);
  }

  /** Of those that were received: no session saw them. */
  get dropped(): number {
    return this.udp.counters.dropped + (this.tcp?.counters.dropped ?? 0);
  }

  /** Sends and forgets. @param socketId of a UDP socket, or of a TCP connection */
  send(bytes: Uint8Array, remote: TransportAddress, socketId: number): void {
    if (socketId < FIRST_CONNECTION_ID) this.udp.send(bytes, remote, socketId);
    else this.tcp?.send(bytes, socketId);
  }

  /** A connection of TCP that the main thread accepted. */
  take(connection: HandedConnection): void {
    this.tcp?.take(connection);
  }

  /** Much is going to come from there. */
  attach(remote: TransportAddress, socketId: number): void {
    if (socketId < FIRST_CONNECTION_ID) this.udp.attach(remote, socketId);
  }

  detach(remote: TransportAddress, socketId: number): void {
    if (socketId < FIRST_CONNECTION_ID) this.udp.detach(remote, socketId);
  }

  /** When what has arrived by UDP has been heard: it may still be with the system. */
  hearArrived(): Promise<void> {
    return this.udp.hearArrived();
  }

  async close(): Promise<void> {
    this.tcp?.close();
    await this.udp.close();
  }
}
