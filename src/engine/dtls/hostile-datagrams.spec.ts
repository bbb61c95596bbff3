import { createDtlsIdentity } from './dtls-identity.js';
import { ContentType, encodeRecord, parseRecords, type DtlsRecord } from './dtls-record.js';
import { DtlsTransport } from './dtls-transport.js';
import { handshakeMessage } from './flight.js';
import { HandshakeType, writeClientHello } from './handshake-messages.js';
import { RecordCipher } from './record-cipher.js';

const identities = { client: createDtlsIdentity(), server: createDtlsIdentity() };
type Role = keyof typeof identities;

/** One side, with what it has sent and not yet been fetched, and what became of it. */
interface Side {
  readonly transport: DtlsTransport;
  readonly sent: Uint8Array[];
  readonly told: string[];
}

const transports: DtlsTransport[] = [];

function side(role: Role, secured: () => void = () => undefined): Side {
  const sent: Uint8Array[] = [];
  const told: string[] = [];
  const peer = identities[role === 'client' ? 'server' : 'client'];
  const transport = new DtlsTransport(
    { role, identity: identities[role], remoteFingerprints: [peer.fingerprint] },
    {
      send: (datagram) => sent.push(datagram),
      secured: () => {
        secured();
        told.push('secured');
      },
      failed: (_message, proven) => told.push(proven ? 'failed' : 'doubtful'),
      closed: () => told.push('closed'),
    },
  );
  transports.push(transport);
  return { transport, sent, told };
}

function pair(): { client: Side; server: Side } {
  const both = { client: side('client'), server: side('server') };
  both.client.transport.start();
  return both;
}

/** Until nobody says anything any more. */
function talk({ client, server }: { client: Side; server: Side }): void {
  while (client.sent.length + server.sent.length > 0) {
    for (const datagram of client.sent.splice(0)) server.transport.receive(datagram);
    for (const datagram of server.sent.splice(0)) client.transport.receive(datagram);
  }
}

/** @returns the client's last flight, which the server has not heard yet */
function untilFinished(both: { client: Side; server: Side }): Uint8Array[] {
  for (const datagram of both.client.sent.splice(0)) both.server.transport.receive(datagram);
  for (const datagram of both.server.sent.splice(0)) both.client.transport.receive(datagram);
  return both.client.sent.splice(0);
}

let sequenceNumber = 1000;

function record(contentType: number, epoch: number, fragment: Uint8Array): Uint8Array {
  return encodeRecord({ contentType, epoch, sequenceNumber: sequenceNumber++, version: 0xfefd }, fragment);
}

function plaintext(type: number, sequence: number, body: Uint8Array): Uint8Array {
  return record(ContentType.handshake, 0, handshakeMessage(type, sequence, body));
}

function forged(count: number, contentType: number = ContentType.alert): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, () => record(contentType, 1, new Uint8Array(26).fill(7))));
}

function sealedOf(datagrams: readonly Uint8Array[]): DtlsRecord[] {
  return datagrams.flatMap((datagram) => [...parseRecords(datagram)]).filter(({ epoch }) => epoch === 1);
}

function alertsOf(datagrams: readonly Uint8Array[]): number[] {
  const records = datagrams.flatMap((datagram) => [...parseRecords(datagram)]);
  return records.filter(({ contentType }) => contentType === ContentType.alert).map(({ fragment }) => fragment[1] ?? 0);
}

describe('DtlsTransport among strangers', () => {
  beforeEach(() => jest.useFakeTimers());

  afterEach(() => {
    jest.restoreAllMocks();
    for (const transport of transports.splice(0)) transport.close();
    jest.useRealTimers();
  });

  it('tries one of a datagram’s forged records, and goes on to hear its peer', () => {
    const both = pair();
    talk(both);
    const tried = jest.spyOn(RecordCipher.prototype, 'open');

    both.server.transport.receive(forged(50));
    expect(tried).toHaveBeenCalledTimes(1);
    both.client.transport.close();
    for (const datagram of both.client.sent.splice(0)) both.server.transport.receive(datagram);

    expect(both.server.told).toEqual(['secured', 'closed']);
  });

  it('tries few datagrams a second', () => {
    const both = pair();
    talk(both);
    const tried = jest.spyOn(RecordCipher.prototype, 'open');

    for (let count = 0; count < 100; count += 1) both.server.transport.receive(forged(50));

    expect(tried.mock.calls.length).toBeLessThanOrEqual(32);
  });

  it('opens no Finished where it would not be answered', () => {
    const both = pair();
    talk(both);
    const tried = jest.spyOn(RecordCipher.prototype, 'open');

    both.client.transport.receive(forged(1, ContentType.handshake));

    expect(tried).not.toHaveBeenCalled();
  });

  it('answers Finished when the client repeats it, and not when the network does', () => {
    const both = pair();
    const flight = untilFinished(both);
    for (const datagram of flight) both.server.transport.receive(datagram);
    expect(sealedOf(both.server.sent.splice(0))).toHaveLength(1);

    for (const datagram of flight) both.server.transport.receive(datagram);
    expect(both.server.sent).toEqual([]);
    jest.advanceTimersByTime(500);
    for (const datagram of both.client.sent.splice(0)) both.server.transport.receive(datagram);

    expect(sealedOf(both.server.sent)).toHaveLength(1);
  });

  it('answers it even after all the repeated hellos that it answers', () => {
    const both = pair();
    const [hello = new Uint8Array()] = both.client.sent;
    for (let count = 0; count < 20; count += 1) both.server.transport.receive(hello);
    expect(both.server.sent).toHaveLength(17);
    both.server.sent.length = 1;
    both.client.sent.length = 0;
    for (const datagram of both.server.sent.splice(0)) both.client.transport.receive(datagram);
    for (const datagram of both.client.sent.splice(0)) both.server.transport.receive(datagram);
    expect(both.server.told).toEqual(['secured']);
    both.server.sent.length = 0;

    jest.advanceTimersByTime(500);
    for (const datagram of both.client.sent.splice(0)) both.server.transport.receive(datagram);

    expect(sealedOf(both.server.sent)).toHaveLength(1);
  });

  it('asks again as a client until the whole flight of the server is there', () => {
    const both = pair();
    for (const datagram of both.client.sent.splice(0)) both.server.transport.receive(datagram);
    const [greeting] = parseRecords(Buffer.concat(both.server.sent.splice(0)));
    both.client.transport.receive(greeting?.bytes ?? new Uint8Array());

    jest.advanceTimersByTime(500);
    expect(both.client.sent.length).toBeGreaterThan(0);
    talk(both);

    expect(both.client.told).toEqual(['secured']);
  });

  it('fails when who waits for the keys cannot cope with them', () => {
    const client = side('client');
    const server = side('server', () => {
      throw new Error('no memory is left');
    });
    client.transport.start();
    talk({ client, server });

    expect(server.told).toEqual(['failed']);
    expect(server.transport.isSecured).toBe(false);
  });

  it.each([
    ['a plaintext Finished', plaintext(HandshakeType.finished, 1, new Uint8Array(12))],
    ['a message out of order', plaintext(HandshakeType.certificateVerify, 1, new Uint8Array(12))],
    ['a type that there is not', plaintext(99, 1, new Uint8Array(4))],
    [
      'a fragment of another type',
      record(ContentType.handshake, 0, Uint8Array.of(99, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 1, 0)),
    ],
    [
      'a fragment of another length',
      record(ContentType.handshake, 0, Uint8Array.of(11, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 1, 0)),
    ],
    ['a certificate that cannot be read', plaintext(HandshakeType.certificate, 1, Uint8Array.of(9))],
    ['an alert', record(ContentType.alert, 0, Uint8Array.of(2, 40))],
  ])('goes on after %s of anybody', (_, stray) => {
    const both = pair();
    for (const datagram of both.client.sent.splice(0)) both.server.transport.receive(datagram);
    both.server.transport.receive(stray);
    talk(both);

    expect(both.server.told.at(-1)).toBe('secured');
    expect(both.client.told).toEqual(['secured']);
  });

  it.each([
    ['an empty ServerHello', plaintext(HandshakeType.serverHello, 0, new Uint8Array())],
    ['a ServerHelloDone', plaintext(HandshakeType.serverHelloDone, 0, new Uint8Array())],
  ])('goes on as a client after %s of anybody', (_, stray) => {
    const both = pair();
    both.client.transport.receive(stray);
    talk(both);

    expect(both.client.told.at(-1)).toBe('secured');
  });

  it('says once why it refuses a hello, and has room for a better one', () => {
    const server = side('server');
    const hello = Buffer.from(writeClientHello(new Uint8Array(32), new Uint8Array()));
    const suites = hello.indexOf(Buffer.from('c02bc02f', 'hex'));
    hello.writeUInt32BE(0x13011301, suites);

    for (let count = 0; count < 3; count += 1) server.transport.receive(plaintext(HandshakeType.clientHello, 0, hello));
    expect(alertsOf(server.sent)).toEqual([40]);
    expect(server.told).toEqual(['doubtful', 'doubtful', 'doubtful']);

    const client = side('client');
    client.transport.start();
    server.sent.length = 0;
    talk({ client, server });
    expect(server.told.at(-1)).toBe('secured');
  });

  it('ends with an alert when the certificate is not the announced one', () => {
    const { server } = pair();
    const client = side('client');
    client.transport.start();
    const hello = client.sent.splice(0);
    for (const datagram of hello) server.transport.receive(datagram);
    server.sent.length = 0;
    const [length, list] = [Uint8Array.of(0, 0, 6), Uint8Array.of(0, 0, 3, 1, 2, 3)];

    server.transport.receive(plaintext(HandshakeType.certificate, 1, Buffer.concat([length, list])));

    expect(alertsOf(server.sent)).toEqual([42]);
    expect(server.told).toEqual(['failed']);
  });
});
