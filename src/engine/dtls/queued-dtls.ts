import { threadCounters } from '../thread-counters.js';
import { DtlsTransport, type DtlsTransportListener, type DtlsTransportOptions } from './dtls-transport.js';
import type { HandshakeQueue, HandshakeTurn } from './handshake-queue.js';

/** Datagrams that wait for the handshake's turn; the peer repeats what is dropped. */
const MOST_WAITING = 16;

/** A session's DTLS whose handshake waits for its turn and does a flight at a time. Idempotent `close`. */
export class QueuedDtls {
  private transport: DtlsTransport | undefined;
  private turn: HandshakeTurn | undefined;
  private waiting: Uint8Array[] = [];
  private isClosed = false;

  constructor(
    private readonly queue: HandshakeQueue,
    private readonly options: DtlsTransportOptions,
    private readonly listener: DtlsTransportListener,
  ) {}

  /** The peer's address is proven: the handshake may begin. Further calls do nothing. */
  begin(): void {
    if (this.turn !== undefined || this.isClosed) return;
    this.turn = this.queue.enter(() => this.start());
  }

  /** @param datagram borrowed */
  receive(datagram: Uint8Array): void {
    if (this.isClosed) return;
    if (this.transport?.isSecured === true) this.transport.receive(datagram);
    else if (this.waiting.length < MOST_WAITING) {
      this.waiting.push(datagram.slice());
      if (this.transport !== undefined) this.turn?.run(() => this.receiveNext());
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.waiting = [];
    this.transport?.close();
    this.turn?.end();
  }

  private start(): void {
    if (this.isClosed) return;
    this.transport = new DtlsTransport(this.options, {
      send: (datagram) => this.listener.send(datagram),
      closed: () => this.listener.closed(),
      secured: (keys) => {
        threadCounters.handshakes += 1;
        this.turn?.end();
        this.listener.secured(keys);
      },
      failed: (message, proven) => {
        threadCounters.handshakesFailed += 1;
        if (proven) this.turn?.end();
        this.listener.failed(message, proven);
      },
    });
    this.transport.start();
    for (let left = this.waiting.length; left > 0; left -= 1) this.turn?.run(() => this.receiveNext());
  }

  private receiveNext(): void {
    const datagram = this.waiting.shift();
    if (datagram !== undefined) this.transport?.receive(datagram);
  }
}
