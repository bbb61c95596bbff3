import { encodeBinding } from '../../media/stun/message-encoder.js';
import { parseStunMessage } from '../../media/stun/message.js';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import { AddressMapping, type StunServer } from './address-mapping.js';
import type { LocalSocket } from './udp-port.js';

const SOCKETS: readonly LocalSocket[] = [
  { id: 0, bound: { address: '0.0.0.0', port: 7777, family: 'IPv4' } },
  { id: 1, bound: { address: '::', port: 7777, family: 'IPv6' } },
];
const [FIRST, SECOND]: readonly [StunServer, StunServer] = [
  { host: '198.51.100.1', port: 3478 },
  { host: '198.51.100.2', port: 3478 },
];

interface Sent {
  readonly datagram: Uint8Array;
  readonly remote: TransportAddress;
  readonly socketId: number;
}

describe('AddressMapping', () => {
  let sent: Sent[];
  let expected: string[];
  let counter: number;

  function mappingBy(...servers: readonly StunServer[]): AddressMapping {
    sent = [];
    expected = [];
    counter = 0;
    return new AddressMapping({
      servers,
      sockets: SOCKETS,
      randomBytes: (length) => new Uint8Array(length).fill(++counter),
      resolve: (host) => Promise.resolve(host === 'dual.example' ? ['198.51.100.3', '2001:db8::3'] : [host]),
      send: (datagram, remote, socketId) => sent.push({ datagram, remote, socketId }),
      expectFrom: ({ address, port }, socketId) => expected.push(`${address} ${String(port)} ${String(socketId)}`),
    });
  }

  /** What a server says to a question. */
  function answer(question: Sent | undefined, address: string, port: number, changes: Partial<Sent> = {}): Sent {
    if (question === undefined) throw new Error('Nothing was asked.');
    const { transactionId } = parseStunMessage(question.datagram) ?? { transactionId: new Uint8Array(12) };
    const family = address.includes(':') ? 'IPv6' : 'IPv4';
    const xorMappedAddress: TransportAddress = { address, port, family };
    return { ...question, datagram: encodeBinding({ class: 'success', transactionId, xorMappedAddress }), ...changes };
  }

  const hear = (mapping: AddressMapping, { datagram, remote, socketId }: Sent): boolean =>
    mapping.stun(datagram, remote, socketId);

  it('asks from the sockets of the family of each address, with another transaction each', async () => {
    const mapping = mappingBy({ host: 'dual.example', port: 3479 });

    await mapping.ask();

    expect(expected).toEqual(['198.51.100.3 3479 0', '2001:db8::3 3479 1']);
    expect(sent.map(({ datagram }) => parseStunMessage(datagram))).toMatchObject([
      { class: 'request', method: 1, transactionId: new Uint8Array(12).fill(1) },
      { class: 'request', method: 1, transactionId: new Uint8Array(12).fill(2) },
    ]);
  });

  it('names the address and port that were seen, then the own port, which may be forwarded', async () => {
    const mapping = mappingBy(FIRST);
    await mapping.ask();

    expect(hear(mapping, answer(sent[0], '203.0.113.5', 40_001))).toBe(false);

    expect(mapping.mapped).toEqual({
      endpoints: [
        { address: '203.0.113.5', port: 40_001 },
        { address: '203.0.113.5', port: 7777 },
      ],
      isSymmetric: false,
      answers: 1,
    });
  });

  it('names the own port only when every destination sees another one', async () => {
    const mapping = mappingBy(FIRST, SECOND);
    await mapping.ask();

    hear(mapping, answer(sent[0], '203.0.113.5', 40_001));
    hear(mapping, answer(sent[1], '203.0.113.5', 40_002));

    expect(mapping.mapped).toMatchObject({ isSymmetric: true, answers: 2 });
    expect(new Set(mapping.mapped.endpoints.map(({ port }) => port))).toEqual(new Set([7777]));
  });

  it.each([
    ['another transaction', { datagram: encodeBinding({ class: 'success', transactionId: new Uint8Array(12) }) }],
    ['another address', { remote: { address: '192.0.2.66', port: 3478, family: 'IPv4' } }],
    ['another socket', { socketId: 1 }],
    ['no STUN', { datagram: new Uint8Array(20) }],
  ] as const)('does not believe an answer from or with %s', async (_, changes) => {
    const mapping = mappingBy(FIRST);
    await mapping.ask();

    hear(mapping, answer(sent[0], '203.0.113.66', 1, changes));

    expect(mapping.mapped.answers).toBe(0);
  });

  it('keeps what it knows while no server answers, and forgets one that is silent while another is not', async () => {
    const mapping = mappingBy(FIRST, SECOND);
    await mapping.ask();
    hear(mapping, answer(sent[0], '203.0.113.5', 40_001));
    hear(mapping, answer(sent[1], '203.0.113.5', 40_001));
    for (let round = 0; round < 5; round += 1) await mapping.ask();
    expect(mapping.mapped.answers).toBe(2);

    hear(mapping, answer(sent.at(-1), '203.0.113.5', 50_000));

    expect(mapping.mapped).toMatchObject({ isSymmetric: false, answers: 1 });
    expect(mapping.mapped.endpoints[0]).toEqual({ address: '203.0.113.5', port: 50_000 });
  });

  it('is settled when all have answered, or when it took too long', async () => {
    const mapping = mappingBy(FIRST, SECOND);
    await mapping.ask();
    const settled = mapping.settled(60_000);
    hear(mapping, answer(sent[0], '203.0.113.5', 1));
    hear(mapping, answer(sent[1], '203.0.113.5', 1));

    await expect(settled).resolves.toBeUndefined();
    await mapping.ask();
    await expect(mapping.settled(1)).resolves.toBeUndefined();
  });
});
