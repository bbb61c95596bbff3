import { readClientHello, readServerHello, writeClientHello, writeServerHello } from './handshake-messages.js';

const random = new Uint8Array(32);
const clientHello = (): Buffer => Buffer.from(writeClientHello(random, new Uint8Array()));
const serverHello = (): Buffer => Buffer.from(writeServerHello(random, readClientHello(clientHello()), 7));

/** @returns `message` with the bytes `from` once replaced by `to`, both in hexadecimal */
function altered(message: Buffer, from: string, to: string): Buffer {
  const hex = message.toString('hex');
  expect(hex.split(from)).toHaveLength(2);
  return Buffer.from(hex.replace(from, to), 'hex');
}

describe('readClientHello', () => {
  it('takes P-256 for granted where nothing is said about groups', () => {
    expect(readClientHello(clientHello()).groups).toEqual([29, 23]);
    expect(readClientHello(altered(clientHello(), '000a00060004001d0017', '0aaa00060004001d0017')).groups).toEqual([
      23,
    ]);
  });

  it.each([
    ['DTLS 1.0', 'fefd0000', 'feff0000'],
    ['compression only', 'c02bc02f0100', 'c02bc02f0101'],
  ])('refuses %s', (_, from, to) => {
    const hello = altered(clientHello(), from, to);

    expect(() => readClientHello(hello)).toThrow('The peer sent');
  });
});

describe('readServerHello', () => {
  it('reads what was agreed', () => {
    expect(readServerHello(serverHello())).toMatchObject({ srtpProfile: 7, hasExtendedMasterSecret: true });
  });

  it('reads that no SRTP was agreed on, which is for the transport to judge', () => {
    const hello = altered(serverHello(), '000e00050002000700', '0aaa00050002000700');

    expect(readServerHello(hello).srtpProfile).toBeUndefined();
  });

  it.each([
    ['a compression', 'c02b00', 'c02b01'],
    ['a profile that was not offered', '000e00050002000700', '000e00050002000200'],
    ['two profiles', '000e0005000200070000170000', '000e0009000400070008000000'],
  ])('refuses %s', (_, from, to) => {
    const hello = altered(serverHello(), from, to);

    expect(() => readServerHello(hello)).toThrow('The peer sent');
  });
});
