import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** A server of a test's own making, on a free port of this machine. */
export interface Listening extends AsyncDisposable {
  readonly url: string;
  close(): void;
}

export async function listen(server: Server): Promise<Listening> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    close,
    [Symbol.asyncDispose]: () => {
      close();
      return Promise.resolve();
    },
  };
}

/** @returns a port that nothing listens on, for a program that is told its port */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
