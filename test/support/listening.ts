import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

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
