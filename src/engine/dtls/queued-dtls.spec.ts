import { threadCounters } from '../thread-counters.js';
import { createDtlsIdentity } from './dtls-identity.js';
import { DtlsTransport } from './dtls-transport.js';
import { HandshakeQueue } from './handshake-queue.js';
import { QueuedDtls } from './queued-dtls.js';

const identities = { client: createDtlsIdentity(), server: createDtlsIdentity() };
const fatalAlert = Uint8Array.of(21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40);

async function turnsOfLoop(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Server {
  readonly dtls: QueuedDtls;
  readonly sent: Uint8Array[];
  readonly told: string[];
}

function serverIn(queue: HandshakeQueue): Server {
  const sent: Uint8Array[] = [];
  const told: string[] = [];
  const dtls = new QueuedDtls(
    queue,
    { role: 'server', identity: identities.server, remoteFingerprints: [identities.client.fingerprint] },
    {
      send: (datagram) => sent.push(datagram),
      secured: () => told.push('secured'),
      failed: (_message, proven) => told.push(proven ? 'failed' : 'doubtful'),
      closed: () => told.push('closed'),
    },
  );
  return { dtls, sent, told };
}

function client(): { transport: DtlsTransport; sent: Uint8Array[] } {
  const sent: Uint8Array[] = [];
  const transport = new DtlsTransport(
    { role: 'client', identity: identities.client, remoteFingerprints: [identities.server.fingerprint] },
    {
      send: (datagram) => sent.push(datagram),
      secured: () => undefined,
      failed: () => undefined,
      closed: () => undefined,
    },
  );
  transport.start();
  return { transport, sent };
}

/** Until the server has heard all that the client has to say. */
async function talk(server: Server, peer: ReturnType<typeof client>): Promise<void> {
  for (let rounds = 0; rounds < 4; rounds += 1) {
    for (const datagram of peer.sent.splice(0)) server.dtls.receive(datagram);
    await turnsOfLoop(20);
    for (const datagram of server.sent.splice(0)) peer.transport.receive(datagram);
  }
}

describe('QueuedDtls', () => {
  const queue = new HandshakeQueue(() => false);
  const opened: { close(): void }[] = [];
  const server = (): Server => {
    const one = serverIn(queue);
    opened.push(one.dtls);
    return one;
  };
  const newClient = (): ReturnType<typeof client> => {
    const one = client();
    opened.push(one.transport);
    return one;
  };

  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });
  afterAll(() => queue.close());

  it('waits for nobody who says nothing, or no more', async () => {
    for (let count = 0; count < 24; count += 1) {
      const silent = server();
      silent.dtls.begin();
      if (count % 2 === 0) for (const datagram of newClient().sent) silent.dtls.receive(datagram);
    }
    const honest = server();
    honest.dtls.begin();
    await talk(honest, newClient());

    expect(honest.told).toEqual(['secured']);
  });

  it('answers nothing before the peer’s address is proven, and then what has come', async () => {
    const one = server();
    const peer = newClient();
    for (const datagram of peer.sent.splice(0)) one.dtls.receive(datagram);
    await turnsOfLoop(5);
    expect(one.sent).toEqual([]);

    one.dtls.begin();
    await turnsOfLoop(5);
    await talk(one, peer);

    expect(one.told).toEqual(['secured']);
  });

  it('is silent once it is closed', async () => {
    const one = server();
    one.dtls.begin();
    for (const datagram of newClient().sent) one.dtls.receive(datagram);
    one.dtls.close();
    await turnsOfLoop(5);

    expect(one.sent).toEqual([]);
  });

  it('counts a failure once it is over, and none for what anybody may have said', async () => {
    const before = { ...threadCounters };
    const one = server();
    one.dtls.begin();
    for (let count = 0; count < 3; count += 1) one.dtls.receive(fatalAlert);
    await turnsOfLoop(10);
    expect(one.told).toEqual(['doubtful', 'doubtful', 'doubtful']);
    expect(threadCounters.handshakesFailed).toBe(before.handshakesFailed);
    one.dtls.timedOut();
    one.dtls.timedOut();

    const silent = server();
    silent.dtls.begin();
    silent.dtls.timedOut();

    expect(threadCounters.handshakesFailed).toBe(before.handshakesFailed + 1);
  });

  it('counts no failure where there are keys', async () => {
    const before = { ...threadCounters };
    const one = server();
    one.dtls.begin();
    await talk(one, newClient());
    one.dtls.timedOut();

    expect(threadCounters.handshakes).toBe(before.handshakes + 1);
    expect(threadCounters.handshakesFailed).toBe(before.handshakesFailed);
  });
});
