import type { DtlsIdentity } from './dtls-identity.js';
import { DtlsTransport } from './dtls-transport.js';

/** The first handshake of a thread takes 30 ms of compiling and tables, the fourth 5 ms. */
const REHEARSALS = 3;

/**
 * Does a few handshakes with ourselves before the first publisher comes: it then connects without waiting for the
 * compiler, and a DTLS library that does not work here stops the start instead of every session.
 *
 * @throws what went wrong
 */
export async function rehearseHandshakes(identity: DtlsIdentity): Promise<void> {
  for (let left = REHEARSALS; left > 0; left -= 1) await rehearseHandshake(identity);
}

async function rehearseHandshake(identity: DtlsIdentity): Promise<void> {
  const server: { receive: (datagram: Uint8Array) => void } = { receive: () => undefined };
  const client: typeof server = { receive: () => undefined };
  const transports: DtlsTransport[] = [];
  const play = (role: 'client' | 'server', own: typeof server, other: typeof server): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = { role, identity, remoteFingerprints: [identity.fingerprint] };
      const transport = new DtlsTransport(options, {
        send: (datagram) => void setImmediate(() => other.receive(datagram)),
        secured: () => resolve(),
        failed: (message) => reject(new Error(`DTLS does not work here. ${message}`)),
        closed: () => undefined,
      });
      transports.push(transport);
      own.receive = (datagram) => transport.receive(datagram);
      transport.start();
    });
  try {
    await Promise.all([play('server', server, client), play('client', client, server)]);
  } finally {
    for (const transport of transports) transport.close();
  }
}
