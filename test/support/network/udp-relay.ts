import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { NetworkPath, type PathConditions } from './network-path.js';
import { seededRandom } from './seeded-random.js';

const LOOPBACK = '127.0.0.1';
const BUFFER_BYTES = 4 << 20;

/**
 * A bad network between one publisher and the server, on loopback. The server announces the relay's port as its own
 * address; to the server the publisher has the address of the relay's outer socket.
 */
export class UdpRelay implements AsyncDisposable {
  readonly toServer: NetworkPath;
  readonly toPublisher: NetworkPath;
  private publisherPort = 0;

  private constructor(
    /** Where the server listens for media. */
    readonly serverPort: number,
    private readonly inner: Socket,
    private outer: Socket,
    seed: number,
  ) {
    this.toServer = new NetworkPath(seededRandom(seed), (bytes) => {
      this.outer.send(bytes, serverPort, LOOPBACK);
    });
    this.toPublisher = new NetworkPath(seededRandom(seed + 1), (bytes) => {
      if (this.publisherPort > 0) inner.send(bytes, this.publisherPort, LOOPBACK);
    });
    inner.on('message', (bytes, from) => {
      this.publisherPort = from.port;
      this.toServer.take(bytes);
    });
    this.listenTo(outer);
  }

  /** @param options.seed the same fate for the same datagrams */
  static async start({ seed }: { seed: number }): Promise<UdpRelay> {
    return new UdpRelay(await freePort(), await bound(), await bound(), seed);
  }

  /** Where the publisher finds the server. */
  get port(): number {
    return this.inner.address().port;
  }

  /** Settings of a server that is reached through this relay only. */
  get serverEnvironment(): Readonly<Record<string, string>> {
    return {
      AIRCHECK_ENGINE_WORKERS: '1',
      AIRCHECK_WEBRTC_UDP_PORT: String(this.serverPort),
      AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: `${LOOPBACK}:${this.port}`,
    };
  }

  /** Both ways, from the next datagram on; what is not named is as on a clean path. */
  become(conditions: Partial<PathConditions>): void {
    this.toServer.become(conditions);
    this.toPublisher.become(conditions);
  }

  /** The publisher has another address from now on; what is sent to the old one is lost. */
  async changeAddress(): Promise<void> {
    const before = this.outer;
    this.outer = await bound();
    this.listenTo(this.outer);
    before.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.toServer.close();
    this.toPublisher.close();
    await Promise.all([closed(this.inner), closed(this.outer)]);
  }

  private listenTo(outer: Socket): void {
    outer.on('message', (bytes) => this.toPublisher.take(bytes));
    // A server that was ended closes its port: what is sent there comes back as an error.
    outer.on('error', () => undefined);
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  return socket;
}

async function freePort(): Promise<number> {
  const socket = await bound();
  const { port } = socket.address();
  await closed(socket);
  return port;
}

async function closed(socket: Socket): Promise<void> {
  const end = once(socket, 'close');
  socket.close();
  await end;
}
