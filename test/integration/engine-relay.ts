import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Stands for a NAT between one peer and the engine on loopback: from outside the peer has the address of `outer`. */
export class Relay implements Disposable {
  private peerPort = 0;

  private constructor(
    private readonly inner: Socket,
    private outer: Socket,
    private readonly enginePort: number,
  ) {
    inner.on('message', (bytes, from) => {
      this.peerPort = from.port;
      this.outer.send(bytes, this.enginePort, '127.0.0.1');
    });
    this.bringBack(outer);
  }

  static async start(enginePort: number): Promise<Relay> {
    return new Relay(await bound(), await bound(), enginePort);
  }

  /** Where the peer reaches the engine. */
  get port(): number {
    return this.inner.address().port;
  }

  /** @returns what makes an answer name the relay in place of the engine's port */
  inFrontOf(port: number): (answer: string) => string {
    return (answer) => answer.replaceAll(` ${String(port)} typ`, ` ${String(this.port)} typ`);
  }

  /** The peer comes from another port from now on; what goes to the old one is lost. */
  async move(): Promise<void> {
    this.outer.close();
    this.outer = await bound();
    this.bringBack(this.outer);
  }

  [Symbol.dispose](): void {
    this.inner.close();
    this.outer.close();
  }

  private bringBack(outer: Socket): void {
    outer.on('message', (bytes) => this.inner.send(bytes, this.peerPort, '127.0.0.1'));
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
