import type { Server, Socket } from 'node:net';
import type { Clock } from '../../shared/clock.js';
import type { LocalSocket } from '../udp/udp-port.js';
import { FIRST_CONNECTION_ID, PROOF_LIMIT_MS, type HandedConnection } from './handed-connection.js';
import { IncomingConnection, type IncomingListener } from './incoming-connection.js';
import { mostStrangers, Strangers } from './strangers.js';
import { boundTo, closeListener, openListeners } from './tcp-listeners.js';

const SWEEP_MS = 1_000;

/** Who has the sessions. */
export interface ConnectionTakers {
  /** @returns the worker of the session that expects checks with this local username fragment */
  workerOf(usernameFragment: string): number | undefined;
  /** The worker has it until it says that it has released it, or is lost. @returns false when the worker is not there */
  hand(worker: number, connection: HandedConnection): boolean;
}

export interface TcpAcceptorOptions {
  /** 0 = any free port, the same for all addresses. */
  readonly port: number;
  readonly listenAddresses: readonly string[];
  readonly clock: Clock;
  readonly takers: ConnectionTakers;
}

interface Handed {
  readonly worker: number;
  readonly connection: IncomingConnection;
}

/**
 * The one TCP port of all workers, in the main thread: a connection is read until its first connectivity check, whose
 * username fragment names the session, and goes to the session's worker. Media never passes here.
 */
export class TcpAcceptor implements IncomingListener {
  readonly sockets: readonly LocalSocket[];
  private readonly strangers = new Strangers<IncomingConnection>(mostStrangers);
  private readonly handed = new Map<number, Handed>();
  private readonly timer: NodeJS.Timeout;
  private nextId = FIRST_CONNECTION_ID;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly listeners: readonly Server[],
    private readonly options: TcpAcceptorOptions,
  ) {
    this.sockets = listeners.map((server, id) => ({ id, bound: boundTo(server) }));
    // A connection that could not be accepted is its client's to try again.
    for (const server of listeners)
      server.on('connection', (socket) => this.accept(socket)).on('error', () => undefined);
    this.timer = setInterval(() => this.sweep(options.clock.monotonicMs()), SWEEP_MS);
  }

  /** @throws the system's error when an address cannot be listened on */
  static async open(options: TcpAcceptorOptions): Promise<TcpAcceptor> {
    return new TcpAcceptor(await openListeners(options.listenAddresses, options.port), options);
  }

  get portNumber(): number {
    return this.sockets[0]?.bound.port ?? 0;
  }

  /** Those without a check, and those that a worker has. */
  get connectionCount(): number {
    return this.strangers.count + this.handed.size;
  }

  /** Closes what has not shown in time for which session it is. */
  sweep(nowMs: number): void {
    for (const late of this.strangers.openedBefore(nowMs - PROOF_LIMIT_MS)) late.close();
  }

  /** The worker does not use it any more. */
  release(connectionId: number): void {
    this.handed.get(connectionId)?.connection.close();
  }

  /** Nobody uses what it had. */
  workerLost(worker: number): void {
    for (const handed of [...this.handed.values()]) if (handed.worker === worker) handed.connection.close();
  }

  /** Call it when the workers have ended. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  isExpected(usernameFragment: string): boolean {
    return this.options.takers.workerOf(usernameFragment) !== undefined;
  }

  checked(connection: IncomingConnection, usernameFragment: string): void {
    const { takers } = this.options;
    const worker = takers.workerOf(usernameFragment);
    this.strangers.delete(connection);
    if (worker !== undefined) this.handed.set(connection.id, { worker, connection });
    if (worker === undefined || !takers.hand(worker, connection.handOver())) connection.close();
  }

  closed(connection: IncomingConnection): void {
    this.strangers.delete(connection);
    this.handed.delete(connection.id);
  }

  private accept(socket: Socket): void {
    const connection = new IncomingConnection(this.nextId++, this.options.clock.monotonicMs(), socket, this);
    this.strangers.add(connection)?.close();
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.timer);
    const closed = Promise.all(this.listeners.map(closeListener));
    for (const stranger of this.strangers.openedBefore(Infinity)) stranger.close();
    for (const { connection } of [...this.handed.values()]) connection.close();
    await closed;
  }
}
