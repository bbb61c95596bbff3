import { threadCounters } from '../thread-counters.js';
import { DtlsTransport, type DtlsTransportListener, type DtlsTransportOptions } from './dtls-transport.js';
import type { HandshakeQueue } from './handshake-queue.js';

/** Datagrams that wait for their step; the peer repeats what is dropped. */
const MOST_WAITING = 16;

/**
 * A session's DTLS whose handshake goes through the queue, a datagram per step. As a server it enters with the peer's first
 * datagram: who says nothing costs nothing. Idempotent `close`.
 */
export class QueuedDtls {
  private transport: DtlsTransport | undefined;
  private waiting: Uint8Array[] = [];
  private isReachable = false;
  private isQueued = false;
  private isClosed = false;
  private hasFailed = false;

  constructor(
    private readonly queue: HandshakeQueue,
    private readonly options: DtlsTransportOptions,
    private readonly listener: DtlsTransportListener,
  ) {}

  /** The peer's address is proven: the handshake may begin. Further calls do nothing. */
  begin(): void {
    if (this.isReachable) return;
    this.isReachable = true;
    if (this.options.role === 'client' || this.waiting.length > 0) this.enter();
  }

  /** @param datagram borrowed */
  receive(datagram: Uint8Array): void {
    if (this.isClosed) return;
    if (this.transport?.isSecured === true) this.transport.receive(datagram);
    else if (this.waiting.length < MOST_WAITING) {
      this.waiting.push(datagram.slice());
      if (this.isReachable) this.enter();
    }
  }

  /** See `DtlsTransport.sendData`. */
  sendData(content: Uint8Array): void {
    this.transport?.sendData(content);
  }

  /** The time for it is over: a handshake that had begun and came to nothing has failed. */
  timedOut(): void {
    if (this.transport !== undefined) this.countFailure();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.waiting = [];
    this.transport?.close();
  }

  private enter(): void {
    if (this.isQueued) return;
    this.isQueued = true;
    this.queue.enter(() => this.step(), this.transport === undefined);
  }

  private step(): void {
    this.isQueued = false;
    if (this.isClosed) return;
    this.transport ??= this.start();
    const datagram = this.waiting.shift();
    if (datagram !== undefined) this.transport.receive(datagram);
    if (this.waiting.length > 0) this.enter();
  }

  private start(): DtlsTransport {
    const transport = new DtlsTransport(this.options, {
      ...(this.listener.data && { data: (content: Uint8Array) => this.listener.data?.(content) }),
      send: (datagram) => this.listener.send(datagram),
      closed: () => this.listener.closed(),
      secured: (keys) => {
        this.listener.secured(keys);
        threadCounters.handshakes += 1;
      },
      failed: (message, proven) => {
        if (proven) this.countFailure();
        this.listener.failed(message, proven);
      },
    });
    transport.start();
    return transport;
  }

  private countFailure(): void {
    if (this.hasFailed || this.transport?.isSecured === true) return;
    this.hasFailed = true;
    threadCounters.handshakesFailed += 1;
  }
}
