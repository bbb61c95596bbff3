import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const LOOPBACK = '127.0.0.1';
const COOKIE = 'aircheck-node';

/** By what a proxy knows a client again: its address as ingress-nginx does here, a cookie as Traefik does, or not at all. */
export type Affinity = 'address' | 'cookie' | 'nothing';

/** An ingress before several nodes: leads each request to one of them, and a client that it knows again to the one that it had. */
export class AffinityProxy implements AsyncDisposable {
  private readonly server: Server;
  private turn = 0;

  private constructor(
    private readonly origins: readonly string[],
    private readonly affinity: Affinity,
  ) {
    this.server = createServer((incoming, response) => this.pass(incoming, response));
  }

  static async open(origins: readonly string[], affinity: Affinity): Promise<AffinityProxy> {
    const proxy = new AffinityProxy(origins, affinity);
    await once(proxy.server.listen(0, LOOPBACK), 'listening');
    return proxy;
  }

  url(path: string): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://${LOOPBACK}:${String(port)}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private pass(incoming: IncomingMessage, response: ServerResponse): void {
    const node = this.nodeFor(incoming);
    const { method, headers, url = '/' } = incoming;
    const outgoing = request(new URL(url, this.origins[node]), { method: method ?? 'GET', headers }, (answer) => {
      const cookie = this.affinity === 'cookie' ? { 'set-cookie': `${COOKIE}=${String(node)}; Path=/` } : {};
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...cookie });
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  }

  private nodeFor({ socket, headers }: IncomingMessage): number {
    const known =
      this.affinity === 'cookie' ? new RegExp(`${COOKIE}=(\\d+)`).exec(headers.cookie ?? '')?.[1] : undefined;
    if (known !== undefined) return Number(known);
    const place = this.affinity === 'address' ? (socket.remoteAddress ?? '').split('.').at(-1) : this.turn++;
    return Number(place) % this.origins.length;
  }
}
