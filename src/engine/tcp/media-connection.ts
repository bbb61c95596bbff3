import type { MediaMemory } from '../../media/memory.js';
import { NOTHING, type DescriptorCalls } from '../udp/descriptor-calls.js';
import { FrameReader, frame } from './frame-reader.js';
import type { HandedConnection } from './handed-connection.js';

/** What waits for a peer that does not read: half a second of feedback at most. The rest is dropped. */
const MOST_UNSENT_BYTES = 64 * 1024;
/** Read of one connection at a time: a peer that floods keeps nobody waiting. */
const MOST_READS = 4;

export interface ConnectionListener {
  /** @param datagram borrowed @returns false to close the connection */
  datagram(datagram: Uint8Array, connection: MediaConnection): boolean;
  sent(isSent: boolean): void;
  closed(connection: MediaConnection): void;
}

/** What all connections of a worker share: memory to read into and to write from. */
export interface ConnectionBuffers {
  readonly memory: MediaMemory;
  readonly incoming: number;
  readonly incomingBytes: number;
  /** Holds the largest frame. */
  readonly outgoing: number;
}

/**
 * One TCP connection of a publisher or a viewer: framed datagrams both ways (RFC 6544 section 3), by system calls on a
 * descriptor that is not ours to close. `close` is idempotent.
 */
export class MediaConnection {
  readonly id: number;
  readonly address: string;
  readonly port: number;
  private readonly reader: FrameReader;
  private unsent: Uint8Array[] = [];
  private unsentBytes = 0;
  private isClosed = false;
  private activeMs: number;

  /** @param mostBytes of one datagram */
  constructor(
    { connectionId, address, port }: HandedConnection,
    readonly openedMs: number,
    private readonly calls: DescriptorCalls,
    private readonly buffers: ConnectionBuffers,
    mostBytes: number,
    private readonly listener: ConnectionListener,
  ) {
    this.id = connectionId;
    this.address = address;
    this.port = port;
    this.activeMs = openedMs;
    this.reader = new FrameReader(mostBytes, (datagram) => this.listener.datagram(datagram, this) && !this.isClosed);
  }

  /** Bytes that were read of it. */
  push(bytes: Uint8Array): void {
    if (!this.isClosed && !this.reader.push(bytes)) this.close();
  }

  /** Sends what waits and reads what is there. */
  drain(nowMs: number): void {
    this.flush();
    const { memory, incoming, incomingBytes } = this.buffers;
    for (let left = MOST_READS; left > 0 && !this.isClosed; left -= 1) {
      const length = this.calls.read(incoming, incomingBytes);
      if (length === NOTHING) return;
      if (length === 0) this.close();
      this.activeMs = nowMs;
      this.push(memory.bytes.subarray(incoming, incoming + length));
    }
  }

  /** @returns for how long it has brought nothing */
  silentForMs(nowMs: number): number {
    return nowMs - this.activeMs;
  }

  /** Sends and forgets, as UDP does. */
  send(datagram: Uint8Array): void {
    const hasRoom = !this.isClosed && this.unsentBytes < MOST_UNSENT_BYTES;
    if (hasRoom) {
      this.unsent.push(frame(datagram));
      this.unsentBytes += this.unsent.at(-1)?.length ?? 0;
      if (this.unsent.length === 1) this.flush();
    }
    this.listener.sent(hasRoom);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.unsent = [];
    this.listener.closed(this);
  }

  private flush(): void {
    let sent = 0;
    for (const bytes of this.unsent) {
      const written = this.write(bytes);
      this.unsentBytes -= written;
      if (written < bytes.length) {
        this.unsent[sent] = bytes.subarray(written);
        break;
      }
      sent += 1;
    }
    if (sent > 0) this.unsent = this.unsent.slice(sent);
  }

  /** @returns how many of the bytes are on their way */
  private write(bytes: Uint8Array): number {
    const { memory, outgoing } = this.buffers;
    memory.bytes.set(bytes, outgoing);
    return Math.max(0, this.calls.write(outgoing, bytes.length));
  }
}
