import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

const HEADER_BYTES = 2;

/** Stands between a peer that speaks UDP only and the engine's TCP port on loopback: datagrams in, frames (RFC 4571) out. */
export class TcpBridge implements Disposable {
  private peerPort = 0;
  private rest = Buffer.alloc(0);

  private constructor(
    private readonly inner: UdpSocket,
    private outer: Socket,
    private readonly enginePort: number,
  ) {
    inner.on('message', (bytes, from) => {
      this.peerPort = from.port;
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt16BE(bytes.length);
      if (this.outer.writable) this.outer.write(Buffer.concat([header, bytes]));
    });
    this.bringBack(outer);
  }

  static async start(enginePort: number): Promise<TcpBridge> {
    const inner = createSocket('udp4').bind(0, '127.0.0.1');
    await once(inner, 'listening');
    return new TcpBridge(inner, await connected(enginePort), enginePort);
  }

  /** Where the peer reaches the engine. */
  get port(): number {
    return this.inner.address().port;
  }

  /** @returns when the engine has closed the connection */
  async closed(): Promise<void> {
    if (!this.outer.closed) await once(this.outer, 'close');
  }

  /** The connection breaks. */
  cut(): void {
    this.outer.resetAndDestroy();
  }

  async reconnect(): Promise<void> {
    this.outer = await connected(this.enginePort);
    this.rest = Buffer.alloc(0);
    this.bringBack(this.outer);
  }

  [Symbol.dispose](): void {
    this.inner.close();
    this.outer.destroy();
  }

  private bringBack(outer: Socket): void {
    outer.on('error', () => undefined);
    outer.on('data', (chunk: Buffer) => {
      let bytes = Buffer.concat([this.rest, chunk]);
      while (bytes.length >= HEADER_BYTES && bytes.length >= HEADER_BYTES + bytes.readUInt16BE()) {
        const end = HEADER_BYTES + bytes.readUInt16BE();
        this.inner.send(bytes.subarray(HEADER_BYTES, end), this.peerPort, '127.0.0.1');
        bytes = bytes.subarray(end);
      }
      this.rest = Buffer.from(bytes);
    });
  }
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  return socket;
}
