import type { Socket } from 'node:dgram';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Clock } from '../../shared/clock.js';
import { peekUsername } from '../../media/stun/message.js';
import { openOnOnePort } from '../one-port.js';
import type { ExpectedSession } from '../tcp/expected-checks.js';
import { addressOf, closeSocket, sharedUdpSockets } from './dgram-udp-port.js';
import { isDtls, isStun } from './first-byte.js';
import { untilQuiet } from './quiet-turn.js';
import type {
  DatagramToSharedPort,
  FromSharedPort,
  PassedDatagram,
  ProvenPlace,
  SharedPortEnd,
  ToSharedPort,
} from './shared-port-messages.js';
import { SLOT_BYTES } from './slot-pool.js';
import { StrangerAllowance } from './stranger-allowance.js';
import { StrangerRoutes } from './stranger-routes.js';
import type { LocalSocket } from './udp-port.js';

const TELL_MS = 1_000;
const TRANSACTION_AT = 8;
const TRANSACTION_END = 20;
/** Questions to STUN servers that are waited for. */
const MOST_ASKED = 256;
/** Datagrams that a worker was handed and has not taken yet: one that stalls does not fill the memory. */
const MOST_UNDER_WAY = 1024;

export interface SharedUdpPortOptions {
  /** 0 = any free port, the same for all addresses. */
  readonly port: number;
  readonly listenAddresses: readonly string[];
  readonly clock: Clock;
  /** @returns the session that expects checks with this local username fragment */
  readonly sessionOf: (usernameFragment: string) => ExpectedSession | undefined;
}

interface WorkerEnd {
  readonly messages: MessagePort;
  underWay: number;
}

/**
 * The one UDP port of all workers, in the main thread: it hears strangers and hands a peer's first datagrams to the worker of its
 * session, which soon has a socket of its own for the peer. Media passes here only until then,
 * and only from addresses that a worker has called proven.
 */
export class SharedUdpPort {
  readonly sockets: readonly LocalSocket[];
  private readonly ends = new Map<number, WorkerEnd>();
  private readonly routes = new StrangerRoutes();
  private readonly allowance: StrangerAllowance;
  /** Which worker asked, by the transaction of its question. */
  private readonly asked = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private unclaimed = 0;
  private heardCount = 0;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly handles: readonly Socket[],
    private readonly options: SharedUdpPortOptions,
  ) {
    this.allowance = new StrangerAllowance(options.clock);
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
    const end: WorkerEnd = { messages: port1, underWay: 0 };
    port1.on('message', (message: ToSharedPort) => this.told(worker, end, message));
    port1.unref();
    this.ends.set(worker, end);
    return { sockets: this.sockets, messages: port2 };
  }

  /** It is gone. */
  leave(worker: number): void {
    this.ends.get(worker)?.messages.close();
    this.ends.delete(worker);
  }

  /** The session is over. */
  forget(sessionId: string): void {
    this.routes.forget(sessionId);
    this.allowance.forget(sessionId);
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private told(worker: number, end: WorkerEnd, message: ToSharedPort): void {
    switch (message.what) {
      case 'send':
        this.send(worker, message);
        return;
      case 'overheard':
        this.hear(message);
        return;
      case 'proved':
        this.proved(message);
        return;
      case 'taken':
        end.underWay -= message.count;
        return;
      case 'echo':
        void this.echo(end, message.echo);
        return;
    }
  }

  private proved(place: ProvenPlace): void {
    const session = this.options.sessionOf(place.usernameFragment);
    if (session !== undefined) this.routes.prove(keyOf(place), session.sessionId, session.worker);
  }

  /** The answer comes behind what was handed over by then. */
  private async echo({ messages }: WorkerEnd, echo: number): Promise<void> {
    await untilQuiet(() => this.heardCount);
    messages.postMessage({ echo } satisfies FromSharedPort);
  }

  private hear(datagram: PassedDatagram): void {
    this.heardCount += 1;
    const { bytes, port } = datagram;
    // Nobody can be answered at port 0.
    const isNothing = port === 0 || bytes.length === 0 || bytes.length > SLOT_BYTES;
    const workers = isNothing ? [] : this.workersFor(datagram);
    let taken = 0;
    for (const worker of new Set(workers)) if (this.hand(worker, datagram)) taken += 1;
    if (taken === 0) this.unclaimed += 1;
  }

  /** Checks name their session. Everything else goes where checks from that address went, answers of STUN servers to who asked. */
  private workersFor(datagram: PassedDatagram): number[] {
    const { bytes } = datagram;
    const first = bytes[0] ?? 0;
    const name = isStun(first) ? peekUsername(bytes) : undefined;
    if (name !== undefined) return this.workerOfCheck(datagram, this.options.sessionOf(name.localUsernameFragment));
    const asker = isStun(first) ? this.asked.get(transactionOf(bytes)) : undefined;
    if (asker !== undefined) return [asker];
    // Media is of use only to who has keys, and who has keys has proven its address.
    const isHandshake = isStun(first) || isDtls(first);
    return this.routes
      .at(keyOf(datagram))
      .filter(({ isProven, sessionId }) => isProven || (isHandshake && this.allowance.take(sessionId)))
      .map(({ worker }) => worker);
  }

  private workerOfCheck(datagram: PassedDatagram, session: ExpectedSession | undefined): number[] {
    if (session === undefined) return [];
    const { sessionId, worker } = session;
    const key = keyOf(datagram);
    if (!this.routes.isProven(key, sessionId) && !this.allowance.take(sessionId)) return [];
    this.routes.learn(key, sessionId, worker);
    return [worker];
  }

  /** Copied as it is: the message has the bytes of the datagram only. @returns false when the worker has too many, or is gone */
  private hand(worker: number, { bytes, address, port, socketId }: PassedDatagram): boolean {
    const end = this.ends.get(worker);
    if (end === undefined || end.underWay >= MOST_UNDER_WAY) return false;
    end.underWay += 1;
    const message: FromSharedPort = { bytes: Uint8Array.from(bytes), address, port, socketId };
    end.messages.postMessage(message);
    return true;
  }

  private send(worker: number, datagram: DatagramToSharedPort): void {
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
    first.messages.postMessage({ unclaimed: this.unclaimed } satisfies FromSharedPort);
    this.unclaimed = 0;
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.timer);
    for (const worker of [...this.ends.keys()]) this.leave(worker);
    await Promise.all(this.handles.map(closeSocket));
  }
}

function keyOf({ address, port, socketId }: Omit<PassedDatagram, 'bytes'>): string {
  return `${socketId} ${address} ${port}`;
}

function isBindingRequest(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 1;
}

function transactionOf(stun: Uint8Array): string {
  return Buffer.from(stun.subarray(TRANSACTION_AT, TRANSACTION_END)).toString('hex');
}
