import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import type { ListenAddress } from '../../config/index.js';

const IPV4_LOOPBACK = '127.0.0.1';
const IPV6_LOOPBACK = '::1';

/**
 * Listens on an address. On 127.0.0.1 also on [::1] where that can be had: `localhost` is either of them, by the client's
 * choice.
 *
 * @returns the address with the real port
 * @throws what the socket failed with
 */
export async function listen(server: Server, { address, port }: ListenAddress): Promise<ListenAddress> {
  server.listen(port, address);
  await once(server, 'listening');
  const real = server.address() as AddressInfo;
  if (address === IPV4_LOOPBACK) await listenToo(server, IPV6_LOOPBACK, real.port);
  return { address, port: real.port };
}

/** A second socket whose connections the HTTP server takes as its own; it is closed with it. */
async function listenToo(server: Server, address: string, port: number): Promise<void> {
  const second = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket));
  try {
    second.listen(port, address);
    await once(second, 'listening');
  } catch {
    return;
  }
  server.once('close', () => second.close());
}
