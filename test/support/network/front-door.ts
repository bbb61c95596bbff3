import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** The one address that clients of several nodes know: leads each connection to the node of the moment, as a load balancer does. */
export class FrontDoor implements AsyncDisposable {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private targetPort: number;

  private constructor(origin: string) {
    this.targetPort = portOf(origin);
    this.server = createServer((client) => {
      const node = connect(this.targetPort, LOOPBACK);
      for (const socket of [client, node]) this.keep(socket);
      client.pipe(node).pipe(client);
      client.once('close', () => node.destroy());
      node.once('close', () => client.destroy());
    });
  }

  /** @param origin of the first node */
  static async open(origin: string): Promise<FrontDoor> {
    const door = new FrontDoor(origin);
    await once(door.server.listen(0, LOOPBACK), 'listening');
    return door;
  }

  url(path: string): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://${LOOPBACK}:${String(port)}${path}`;
  }

  /** From now on it is another node; connections to the one before end. */
  leadTo(origin: string): void {
    this.targetPort = portOf(origin);
    this.dropConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.dropConnections();
    await closed;
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    // Whoever is on the other side sees the connection end.
    socket.on('error', () => undefined);
  }

  private dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

const portOf = (origin: string): number => Number(new URL(origin).port);
