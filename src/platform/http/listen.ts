import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { ListenAddress } from '../../config/index.js';

const IPV4_LOOPBACK = '127.0.0.1';
const IPV6_LOOPBACK = '::1';

/**
 * Starts the application on an address. On 127.0.0.1 it also listens on [::1] where that can be had: `localhost` is
 * either of them, by the client's choice.
 *
 * @returns the address with the real port
 */
export async function listen(app: INestApplication, { address, port }: ListenAddress): Promise<ListenAddress> {
  await app.listen(port, address);
  const server = app.getHttpServer() as Server;
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
