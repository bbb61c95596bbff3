import type { RemoteInfo } from 'node:dgram';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import type { DatagramToSharedPort, FromSharedPort, SharedPortEnd, ToSharedPort } from './shared-port-messages.js';
import type { SlotIntake } from './slot-intake.js';
import type { DatagramReceiver, LocalSocket, PortCounters, StrangersPort } from './udp-port.js';

/** The main thread may be busy: a session does not wait longer for its end. */
const ECHO_LIMIT_MS = 250;

/** A worker's end of the `SharedUdpPort`: strangers are heard, and spoken to, through the main thread. */
export class RemoteStrangersPort implements StrangersPort {
  readonly sockets: readonly LocalSocket[];
  readonly portNumber: number;
  readonly counters: PortCounters;
  private readonly echoes = new Map<number, () => void>();
  private lastEcho = 0;
  private takenCount = 0;

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

  proved(usernameFragment: string, { address, port }: TransportAddress, socketId: number): void {
    this.tell({ what: 'proved', usernameFragment, address, port, socketId });
  }

  async hearArrived(): Promise<void> {
    await this.echo();
    await this.intake.hearArrived();
  }

  close(): Promise<void> {
    this.end.messages.close();
    return Promise.resolve();
  }

  private told(message: FromSharedPort): void {
    if ('echo' in message) this.echoes.get(message.echo)?.();
    else if ('unclaimed' in message) {
      this.counters.received += message.unclaimed;
      this.counters.dropped += message.unclaimed;
    } else {
      this.confirm();
      this.intake.take(message.bytes, message.address, message.port, message.socketId);
    }
  }

  /** What lies in the main thread comes before the answer. */
  private echo(): Promise<void> {
    this.lastEcho += 1;
    const echo = this.lastEcho;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.echoes.delete(echo);
        resolve();
      };
      const timer = setTimeout(done, ECHO_LIMIT_MS);
      this.echoes.set(echo, done);
      this.tell({ what: 'echo', echo });
    });
  }

  /** Once for all that comes in one turn of the loop. */
  private confirm(): void {
    this.takenCount += 1;
    if (this.takenCount > 1) return;
    setImmediate(() => {
      this.tell({ what: 'taken', count: this.takenCount });
      this.takenCount = 0;
    });
  }

  /** The copy has the bytes of the datagram only: what it is a view of may be the worker's whole memory. */
  private pass(
    what: DatagramToSharedPort['what'],
    bytes: Uint8Array,
    address: string,
    port: number,
    socketId: number,
  ): void {
    this.tell({ what, bytes: Uint8Array.from(bytes), address, port, socketId });
  }

  private tell(message: ToSharedPort): void {
    this.end.messages.postMessage(message);
  }
}
