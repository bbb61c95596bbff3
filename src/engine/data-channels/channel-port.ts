import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../shared/clock.js';
import type { DataLimits } from './data-limits.js';
import { FloodGate } from './flood-gate.js';

interface UdpEnd {
  /** A literal IP address. */
  readonly address: string;
  readonly port: number;
}

/** UDP beside the data channels of a stream: what comes goes to its viewers, what they say goes to `target`. */
export interface StreamChannel {
  readonly streamId: string;
  readonly listen: UdpEnd;
  readonly target: UdpEnd;
}

/** The `channel` of one stream: a datagram is a message, and a message a datagram. Idempotent `close`. */
export class ChannelPort {
  private readonly gate: FloodGate;
  private isClosed = false;

  private constructor(
    private readonly socket: Socket,
    private readonly channel: StreamChannel,
    limits: DataLimits,
    clock: Clock,
    received: (bytes: Uint8Array) => void,
  ) {
    this.gate = new FloodGate(limits);
    socket.on('message', (bytes) => {
      const isAdmitted = this.gate.admit(bytes.length, clock.monotonicMs()) === 'taken';
      if (isAdmitted && bytes.length <= limits.mostMessageBytes) received(new Uint8Array(bytes));
    });
    // Of one datagram, as when nobody listens at the target: the next one may go.
    socket.on('error', () => undefined);
  }

  /** @param received a datagram, owned @throws the system's error when the port cannot be opened */
  static async open(
    channel: StreamChannel,
    limits: DataLimits,
    clock: Clock,
    received: (bytes: Uint8Array) => void,
  ): Promise<ChannelPort> {
    const { address, port } = channel.listen;
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.bind(port, address);
    await once(socket, 'listening');
    return new ChannelPort(socket, channel, limits, clock, received);
  }

  /** A message that is no datagram, as one larger than 65,507 bytes, is dropped. */
  send(bytes: Uint8Array): void {
    const { address, port } = this.channel.target;
    if (!this.isClosed) this.socket.send(bytes, port, address, () => undefined);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.close();
  }
}
