import type { Socket } from 'node:net';
import { peekUsername } from '../../media/stun/message.js';
import { SLOT_BYTES } from '../udp/slot-pool.js';
import { FrameReader, frame } from './frame-reader.js';
import { isOfOurs, type HandedConnection } from './handed-connection.js';

/** Media of a peer that is back may be quicker than its check, and is dropped: so much of all that it sends, and not a flood. */
const MOST_EARLY_BYTES = 1024 * 1024;

/** The part of a socket's libuv handle that is needed. Node does not document it: a test looks whether it is still so. */
interface SocketHandle {
  readonly fd: number;
  readStop(): number;
}

export interface IncomingListener {
  /** @returns whether a session expects checks with this local username fragment */
  isExpected(usernameFragment: string): boolean;
  /** Its first check is there, and it is read no more. */
  checked(connection: IncomingConnection, usernameFragment: string): void;
  closed(connection: IncomingConnection): void;
}

/**
 * A connection that nobody knows yet: read until a connectivity check says for which session it is. Then the event loop
 * lets go of it, and another thread may have its descriptor. `close` is idempotent.
 */
export class IncomingConnection {
  readonly address: string;
  private readonly port: number;
  private readonly reader = new FrameReader(SLOT_BYTES, (datagram) => this.take(datagram));
  private readonly frames: Uint8Array[] = [];
  private usernameFragment: string | undefined;
  private earlyBytes = 0;
  private isClosed = false;

  constructor(
    readonly id: number,
    readonly openedMs: number,
    private readonly socket: Socket,
    private readonly listener: IncomingListener,
  ) {
    this.address = socket.remoteAddress ?? '';
    this.port = socket.remotePort ?? 0;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.push(chunk));
    socket.on('error', () => this.close());
    socket.on('close', () => this.close());
  }

  /**
   * Ends the reading here.
   * @throws {TypeError} when this Node has no such handle
   */
  handOver(): HandedConnection {
    const handle = handleOf(this.socket);
    this.socket.removeAllListeners('data').pause();
    handle.readStop();
    const received = Buffer.concat([...this.frames, this.reader.unfinished]);
    this.frames.length = 0;
    const { id, address, port } = this;
    return { connectionId: id, descriptor: handle.fd, address, port, received };
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.destroy();
    this.listener.closed(this);
  }

  private push(chunk: Buffer): void {
    if (this.usernameFragment === undefined) this.earlyBytes += chunk.length;
    if (!this.reader.push(chunk)) this.close();
    else if (this.usernameFragment !== undefined) this.listener.checked(this, this.usernameFragment);
    else if (this.earlyBytes > MOST_EARLY_BYTES) this.close();
  }

  /** @returns false to close the connection */
  private take(datagram: Uint8Array): boolean {
    this.usernameFragment ??= peekUsername(datagram)?.localUsernameFragment;
    if (this.usernameFragment === undefined) return isOfOurs(datagram[0] ?? 0);
    this.frames.push(frame(datagram));
    return this.frames.length > 1 || this.listener.isExpected(this.usernameFragment);
  }
}

function handleOf(socket: Socket): SocketHandle {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (isHandle(handle)) return handle;
  throw new TypeError('The TCP sockets of this Node have no handle that another thread can read from.');
}

function isHandle(value: unknown): value is SocketHandle {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'fd') === 'number' &&
    typeof Reflect.get(value, 'readStop') === 'function'
  );
}
