import type { Socket } from 'node:dgram';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { peekUsername } from '../../media/stun/message.js';
import { openOnOnePort } from '../one-port.js';
import type { ExpectedSession } from '../tcp/expected-checks.js';
import { addressOf, closeSocket, sharedUdpSockets } from './dgram-udp-port.js';
import type { FromSharedPort, PassedDatagram, SharedPortEnd, ToSharedPort } from './shared-port-messages.js';
import { SLOT_BYTES } from './slot-pool.js';
import { StrangerRoutes } from './stranger-routes.js';
import type { LocalSocket } from './udp-port.js';

const TELL_MS = 1_000;
/** First byte of STUN, RFC 7983 section 7. */
const LAST_STUN_BYTE = 3;
const TRANSACTION_AT = 8;
const TRANSACTION_END = 20;
/** Questions to STUN servers that are waited for. */
const MOST_ASKED = 256;

export interface SharedUdpPortOptions {
  /** 0 = any free port, the same for all addresses. */
  readonly port: number;
  readonly listenAddresses: readonly string[];
  /** @returns the session that expects checks with this local username fragment */
  readonly sessionOf: (usernameFragment: string) => ExpectedSession | undefined;
}

/**
 * The one UDP port of all workers, in the main thread: it hears strangers and hands a peer's first datagrams to the worker of its
 * session, which soon has a socket of its own for the peer. Media passes here only until then.
 */
export class SharedUdpPort {
  readonly sockets: readonly LocalSocket[];
  private readonly ends = new Map<number, MessagePort>();
  private readonly routes = new StrangerRoutes();
  /** Which worker asked, by the transaction of its question. */
  private readonly asked = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private unclaimed = 0;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly handles: readonly Socket[],
    private readonly options: SharedUdpPortOptions,
  ) {
    this.sockets = handles.map((socket, id) => ({ id, bound: addressOf(socket) }));
    handles.forEach((socket, socketId) => {
      // A datagram that cannot be sent is lost, as others are.
      socket.on('error', () => undefined);
      socket.on('message', (bytes, { address, port }) => this.hear({ bytes, address, port, socketId }));
    });
    this.timer = setInterval(() => this.tellUnclaimed(), TELL_MS).unref();
  }

  /** @throws the system's error when an address cannot be bound */
  static async open(options: SharedUdpPortOptions): Promise<SharedUdpPort> {
    return new SharedUdpPort(await openOnOnePort(sharedUdpSockets, options.listenAddresses, options.port), options);
  }

  get portNumber(): number {
    return this.sockets[0]?.bound.port ?? 0;
  }

  /** @returns what a worker is started with; it takes the place of the worker of that number before */
  join(worker: number): SharedPortEnd {
    this.leave(worker);
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (message: ToSharedPort) => {
      if (message.what === 'overheard') this.hear(message);
      else this.send(worker, message);
    });
    port1.unref();
    this.ends.set(worker, port1);
    return { sockets: this.sockets, messages: port2 };
  }

  /** It is gone. */
  leave(worker: number): void {
    this.ends.get(worker)?.close();
    this.ends.delete(worker);
  }

  /** The session is over. */
  forget(sessionId: string): void {
    this.routes.forget(sessionId);
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  /** Checks name their session. Everything else goes where checks from that address went, answers of STUN servers to who asked. */
  private hear(datagram: PassedDatagram): void {
    const { bytes, port } = datagram;
    // Nobody can be answered at port 0.
    if (port === 0 || bytes.length === 0 || bytes.length > SLOT_BYTES) {
      this.unclaimed += 1;
      return;
    }
    const isStun = (bytes[0] ?? 0) <= LAST_STUN_BYTE;
    const name = isStun ? peekUsername(bytes) : undefined;
    if (name !== undefined) {
      this.hearCheck(datagram, this.options.sessionOf(name.localUsernameFragment));
      return;
    }
    const asker = isStun ? this.asked.get(transactionOf(bytes)) : undefined;
    const workers = asker === undefined ? this.routes.workersAt(keyOf(datagram)) : [asker];
    for (const worker of workers) this.hand(worker, datagram);
    if (workers.length === 0) this.unclaimed += 1;
  }

  private hearCheck(datagram: PassedDatagram, session: ExpectedSession | undefined): void {
    if (session === undefined) {
      this.unclaimed += 1;
      return;
    }
    this.routes.learn(keyOf(datagram), session.sessionId, session.worker);
    this.hand(session.worker, datagram);
  }

  /** Copied as it is: the message has the bytes of the datagram only. */
  private hand(worker: number, { bytes, address, port, socketId }: PassedDatagram): void {
    const message: FromSharedPort = { bytes: Uint8Array.from(bytes), address, port, socketId };
    this.ends.get(worker)?.postMessage(message);
  }

  private send(worker: number, datagram: ToSharedPort): void {
    if (this.closing !== undefined) return;
    const { bytes, address, port, socketId } = datagram;
    if (isBindingRequest(bytes)) this.expectAnswer(worker, datagram);
    try {
      // With a callback a refused datagram raises no event.
      this.handles[socketId]?.send(bytes, port, address, () => undefined);
    } catch {
      // Thrown for an address that is none; lost, as what the system refuses is.
    }
  }

  /** A check of ours names our session last: its peer may have sent none itself. A question to a STUN server has no name. */
  private expectAnswer(worker: number, datagram: PassedDatagram): void {
    const name = peekUsername(datagram.bytes);
    const session = name && this.options.sessionOf(name.remoteUsernameFragment);
    if (session === undefined) this.remember(worker, datagram.bytes);
    else this.routes.learn(keyOf(datagram), session.sessionId, session.worker);
  }

  private remember(worker: number, bytes: Uint8Array): void {
    this.asked.set(transactionOf(bytes), worker);
    const [oldest] = this.asked.keys();
    if (this.asked.size > MOST_ASKED && oldest !== undefined) this.asked.delete(oldest);
  }

  /** They are counted with those of the first worker that runs. */
  private tellUnclaimed(): void {
    const [first] = this.ends.values();
    if (this.unclaimed === 0 || first === undefined) return;
    first.postMessage({ unclaimed: this.unclaimed } satisfies FromSharedPort);
    this.unclaimed = 0;
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.timer);
    for (const worker of [...this.ends.keys()]) this.leave(worker);
    await Promise.all(this.handles.map(closeSocket));
  }
}

function keyOf({ address, port, socketId }: PassedDatagram): string {
  return `${socketId} ${address} ${port}`;
}

function isBindingRequest(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 1;
}

function transactionOf(stun: Uint8Array): string {
  return Buffer.from(stun.subarray(TRANSACTION_AT, TRANSACTION_END)).toString('hex');
}
