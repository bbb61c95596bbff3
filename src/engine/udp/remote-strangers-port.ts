import type { RemoteInfo } from 'node:dgram';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import type { FromSharedPort, SharedPortEnd, ToSharedPort } from './shared-port-messages.js';
import type { SlotIntake } from './slot-intake.js';
import type { DatagramReceiver, LocalSocket, PortCounters, StrangersPort } from './udp-port.js';

/** A worker's end of the `SharedUdpPort`: strangers are heard, and spoken to, through the main thread. */
export class RemoteStrangersPort implements StrangersPort {
  readonly sockets: readonly LocalSocket[];
  readonly portNumber: number;
  readonly counters: PortCounters;

  constructor(
    private readonly end: SharedPortEnd,
    private readonly intake: SlotIntake,
  ) {
    this.sockets = end.sockets;
    this.portNumber = end.sockets[0]?.bound.port ?? 0;
    this.counters = intake.counters;
    end.messages.on('message', (message: FromSharedPort) => this.told(message));
  }

  deliverTo(receiver: DatagramReceiver): void {
    this.intake.deliverTo(receiver);
  }

  send(bytes: Uint8Array, { address, port }: TransportAddress, socketId: number): void {
    this.counters.sent += 1;
    this.pass('send', bytes, address, port, socketId);
  }

  /** Peers with sockets of their own are not its concern. */
  attach(): void {
    return;
  }

  detach(): void {
    return;
  }

  heard(message: Buffer, from: RemoteInfo, socketId: number): void {
    this.intake.take(message, from.address, from.port, socketId);
  }

  overheard(message: Buffer, from: RemoteInfo, socketId: number): void {
    this.pass('overheard', message, from.address, from.port, socketId);
  }

  hearArrived(): Promise<void> {
    return this.intake.hearArrived();
  }

  close(): Promise<void> {
    this.end.messages.close();
    return Promise.resolve();
  }

  private told(message: FromSharedPort): void {
    if ('unclaimed' in message) {
      this.counters.received += message.unclaimed;
      this.counters.dropped += message.unclaimed;
    } else this.intake.take(message.bytes, message.address, message.port, message.socketId);
  }

  /** The copy has the bytes of the datagram only: what it is a view of may be the worker's whole memory. */
  private pass(what: ToSharedPort['what'], bytes: Uint8Array, address: string, port: number, socketId: number): void {
    const message: ToSharedPort = { what, bytes: Uint8Array.from(bytes), address, port, socketId };
    this.end.messages.postMessage(message);
  }
}
