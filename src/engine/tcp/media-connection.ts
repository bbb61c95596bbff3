import type { Socket } from 'node:net';
import { FrameReader, frame } from './frame-reader.js';

/** What waits for a peer that does not read: half a second of feedback at most. The rest is dropped. */
const MOST_UNSENT_BYTES = 64 * 1024;

export interface ConnectionListener {
  /** @param datagram borrowed @returns false to close the connection */
  datagram(datagram: Uint8Array, connection: MediaConnection): boolean;
  sent(isSent: boolean): void;
  closed(connection: MediaConnection): void;
}

/** One TCP connection of a publisher: framed datagrams both ways (RFC 6544 section 3). `close` is idempotent. */
export class MediaConnection {
  readonly address: string;
  readonly port: number;
  private readonly reader: FrameReader;
  private isClosed = false;
  private activeMs: number;
  private bytesSeen = 0;

  /**
   * @param id stands where the number of a socket stands for UDP
   * @param mostBytes of one datagram
   */
  constructor(
    readonly id: number,
    readonly openedMs: number,
    private readonly socket: Socket,
    mostBytes: number,
    private readonly listener: ConnectionListener,
  ) {
    this.activeMs = openedMs;
    this.address = socket.remoteAddress ?? '';
    this.port = socket.remotePort ?? 0;
    this.reader = new FrameReader(mostBytes, (datagram) => this.listener.datagram(datagram, this) && !this.isClosed);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      if (!this.reader.push(chunk)) this.close();
    });
    socket.on('error', () => this.close());
    socket.on('close', () => this.close());
  }

  /** Call each second. @returns for how long it has brought nothing, to the second */
  silentForMs(nowMs: number): number {
    if (this.socket.bytesRead !== this.bytesSeen) {
      this.bytesSeen = this.socket.bytesRead;
      this.activeMs = nowMs;
    }
    return nowMs - this.activeMs;
  }

  /** Sends and forgets, as UDP does. */
  send(datagram: Uint8Array): void {
    const hasRoom = !this.isClosed && this.socket.writableLength < MOST_UNSENT_BYTES;
    if (hasRoom) this.socket.write(frame(datagram));
    this.listener.sent(hasRoom);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.destroy();
    this.listener.closed(this);
  }
}
