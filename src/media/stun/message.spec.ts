import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { ascii } from '../bytes.js';
import { encodeBinding } from './message-encoder.js';
import { hasValidIntegrity } from './message-integrity.js';
import { parseStunMessage, peekUsername } from './message.js';

const hmacSha1 = (key: Uint8Array, data: Uint8Array): Uint8Array => createHmac('sha1', key).update(data).digest();
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s|#.*$/gm, ''), 'hex'));

/** All vectors of RFC 5769 sections 2.1 to 2.3 are signed with this; 2.4 is of a mechanism that ICE does not use. */
const PASSWORD = ascii('VOkJxbRl1RmTxUk/WvJxBt');

const REQUEST = bytes(`
  00 01 00 58  # Binding request, 88 bytes
  21 12 a4 42  # magic cookie
  b7 e7 a7 01 bc 34 d6 86 fa 87 df ae  # transaction id
  80 22 00 10 53 54 55 4e 20 74 65 73 74 20 63 6c 69 65 6e 74  # SOFTWARE "STUN test client"
  00 24 00 04 6e 00 01 ff  # PRIORITY
  80 29 00 08 93 2f f9 b1 51 26 3b 36  # ICE-CONTROLLED
  00 06 00 09 65 76 74 6a 3a 68 36 76 59 20 20 20  # USERNAME "evtj:h6vY", padded with spaces
  00 08 00 14 9a ea a7 0c bf d8 cb 56 78 1e f2 b5 b2 d3 f2 49 c1 b5 71 a2  # MESSAGE-INTEGRITY
  80 28 00 04 e5 7a 3b cf  # FINGERPRINT`);

const IPV4_RESPONSE = bytes(`
  01 01 00 3c  # Binding success response, 60 bytes
  21 12 a4 42
  b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
  80 22 00 0b 74 65 73 74 20 76 65 63 74 6f 72 20  # SOFTWARE "test vector", padded with a space
  00 20 00 08 00 01 a1 47 e1 12 a6 43  # XOR-MAPPED-ADDRESS 192.0.2.1:32853
  00 08 00 14 2b 91 f5 99 fd 9e 90 c3 8c 74 89 f9 2a f9 ba 53 f0 6b e7 d7
  80 28 00 04 c0 7d 4c 96`);

const IPV6_RESPONSE = bytes(`
  01 01 00 48  # Binding success response, 72 bytes
  21 12 a4 42
  b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
  80 22 00 0b 74 65 73 74 20 76 65 63 74 6f 72 20
  00 20 00 14 00 02 a1 47 01 13 a9 fa a5 d3 f1 79 bc 25 f4 b5 be d2 b9 d9  # 2001:db8:1234:5678:11:2233:4455:6677
  00 08 00 14 a3 82 95 4e 4b e6 7b f1 17 84 c9 7c 82 92 c2 75 bf e3 ed 41
  80 28 00 04 c8 fb 0b 4c`);

const VECTORS = { REQUEST, IPV4_RESPONSE, IPV6_RESPONSE };
const TRANSACTION_ID = REQUEST.slice(8, 20);

describe('the test vectors of RFC 5769', () => {
  it('reads the request of section 2.1', () => {
    expect(parseStunMessage(REQUEST)).toEqual({
      class: 'request',
      method: 1,
      transactionId: TRANSACTION_ID,
      username: 'evtj:h6vY',
      priority: 0x6e0001ff,
      useCandidate: false,
      iceControlled: 0x932ff9b151263b36n,
      iceControlling: undefined,
      xorMappedAddress: undefined,
      errorCode: undefined,
      unknownAttributes: [],
      integrityOffset: 76,
      hasFingerprint: true,
    });
    expect(peekUsername(REQUEST)).toEqual({ localUsernameFragment: 'evtj', remoteUsernameFragment: 'h6vY' });
  });

  it('reads the mapped addresses of sections 2.2 and 2.3', () => {
    expect(parseStunMessage(IPV4_RESPONSE)).toMatchObject({
      class: 'success',
      xorMappedAddress: { address: '192.0.2.1', port: 32853, family: 'IPv4' },
    });
    expect(parseStunMessage(IPV6_RESPONSE)).toMatchObject({
      class: 'success',
      xorMappedAddress: { address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32853, family: 'IPv6' },
    });
    expect(peekUsername(IPV4_RESPONSE)).toBeUndefined();
  });

  it.each(Object.entries(VECTORS))('accepts the integrity of %s with its password only', (_name, datagram) => {
    const message = parseStunMessage(datagram);
    if (message === undefined) throw new Error('not read');

    expect(hasValidIntegrity(datagram, message, PASSWORD, hmacSha1)).toBe(true);
    expect(hasValidIntegrity(datagram, message, ascii('VOkJxbRl1RmTxUk/WvJxBu'), hmacSha1)).toBe(false);
  });

  it.each(Object.entries(VECTORS))('lets no changed bit of %s mean anything', (_name, datagram) => {
    for (let bit = 0; bit < datagram.length * 8; bit += 1) {
      const changed = datagram.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
      const message = parseStunMessage(changed);
      if (message === undefined || !hasValidIntegrity(changed, message, PASSWORD, hmacSha1)) continue;
      // Only the type of FINGERPRINT itself is covered by nothing: the message then has none.
      expect(message).toEqual({ ...parseStunMessage(datagram), hasFingerprint: false });
    }
  });
});

describe('a STUN message', () => {
  const integrity = { key: PASSWORD, hmacSha1 };
  const word = fc.integer({ min: 0, max: 0xffff });
  const ipv4 = fc.ipV4().map((address) => ({ address, family: 'IPv4' as const }));
  const ipv6 = fc
    .array(
      word.filter((group) => group > 0),
      { minLength: 8, maxLength: 8 },
    )
    .map((groups) => ({ address: groups.map((group) => group.toString(16)).join(':'), family: 'IPv6' as const }));

  it('reads back what was written', () => {
    const fields = fc.record({
      class: fc.constantFrom('request', 'success', 'error', 'indication'),
      transactionId: fc.uint8Array({ minLength: 12, maxLength: 12 }),
      username: fc.stringMatching(/^[A-Za-z0-9+/]{4,256}:[A-Za-z0-9+/]{4,256}$/),
      priority: fc.integer({ min: 0, max: 0xffffffff }),
      useCandidate: fc.boolean(),
      iceControlled: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      iceControlling: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      xorMappedAddress: fc.tuple(fc.oneof(ipv4, ipv6), word).map(([host, port]) => ({ ...host, port })),
      error: fc.record({ code: fc.integer({ min: 300, max: 699 }), reason: fc.stringMatching(/^[a-z ]{0,40}$/) }),
    });
    fc.assert(
      fc.property(fields, ({ error, ...rest }) => {
        const datagram = encodeBinding({ ...rest, error }, integrity);
        const message = parseStunMessage(datagram);
        expect(message).toMatchObject({ ...rest, method: 1, errorCode: error.code, hasFingerprint: true });
        expect(message !== undefined && hasValidIntegrity(datagram, message, PASSWORD, hmacSha1)).toBe(true);
      }),
    );
  });

  it('is never thrown at, whatever the bytes', () => {
    const header = fc.constantFrom(...Object.values(VECTORS).map((vector) => vector.slice(0, 20)));
    const attribute = fc
      .tuple(fc.oneof(word, fc.constantFrom(1, 6, 8, 9, 0x20, 0x24, 0x25, 0x8028, 0x8029, 0x802a)), fc.uint8Array())
      .map(([type, value]) => [
        type >> 8,
        type & 0xff,
        0,
        value.length,
        ...value,
        ...Array<number>(-value.length & 3).fill(0),
      ]);
    const plausible = fc.tuple(header, fc.array(attribute)).map(([head, attributes]) => {
      const body = attributes.flat();
      return Uint8Array.of(...head.slice(0, 2), body.length >> 8, body.length & 0xff, ...head.slice(4), ...body);
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 2048 }), plausible), (datagram) => {
        const message = parseStunMessage(datagram);
        peekUsername(datagram);
        if (message !== undefined) hasValidIntegrity(datagram, message, PASSWORD, hmacSha1);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read inside the bytes that were given', () => {
    const surroundings = new Uint8Array(400).fill(0xff);
    surroundings.set(REQUEST, 100);
    expect(parseStunMessage(surroundings.subarray(100, 208))).toEqual(parseStunMessage(REQUEST));
    for (let length = 0; length < REQUEST.length; length += 1) {
      expect(parseStunMessage(surroundings.subarray(100, 100 + length))).toBeUndefined();
      expect(peekUsername(surroundings.subarray(100, 100 + length))).toBeUndefined();
    }
  });

  it.each([
    ['a USERNAME without a colon', '0006 0004 61626364'],
    ['an empty remote part', '0006 0004 6162633a'],
    ['an empty local part', '0006 0004 3a616263'],
    ['no USERNAME', '0024 0004 00000001'],
  ])('names nobody with %s', (_name, attribute) => {
    expect(peekUsername(request(attribute))).toBeUndefined();
  });

  it.each([
    ['PRIORITY of two bytes', '0024 0002 00010000'],
    ['USE-CANDIDATE with a value', '0025 0004 00000000'],
    ['ICE-CONTROLLING of four bytes', '802a 0004 00000000'],
    ['MESSAGE-INTEGRITY of four bytes', '0008 0004 00000000'],
    ['FINGERPRINT of eight bytes', '8028 0008 0000000000000000'],
    ['XOR-MAPPED-ADDRESS of an unknown family', '0020 0008 0003 0000 00000000'],
    ['XOR-MAPPED-ADDRESS of IPv6 with four bytes', '0020 0008 0002 0000 00000000'],
    ['an empty XOR-MAPPED-ADDRESS', '0020 0000'],
    ['ERROR-CODE 200', '0009 0004 00000200'],
    ['ERROR-CODE with number 100', '0009 0004 00000464'],
    ['an attribute longer than the message', '0024 0008 00000001'],
    ['half an attribute header', '0024 0004 00000001 0024 00'],
  ])('is refused with %s', (_name, attribute) => {
    expect(parseStunMessage(request(attribute))).toBeUndefined();
  });

  it('ignores what follows MESSAGE-INTEGRITY: nobody vouches for it', () => {
    const unsigned = request(`0008 0014 ${'00'.repeat(20)} 0025 0000 7fff 0000`);
    expect(parseStunMessage(unsigned)).toMatchObject({ useCandidate: false, unknownAttributes: [] });
  });

  it('tells attributes that must be understood from those that need not be', () => {
    // 0xc057 is the network cost that Chromium sends.
    const message = parseStunMessage(request('7fff 0000 c057 0004 00000001 0003 0000'));
    expect(message?.unknownAttributes).toEqual([0x7fff, 0x0003]);
  });

  it('counts the first of several equal attributes', () => {
    expect(parseStunMessage(request('0024 0004 00000001 0024 0004 00000002'))?.priority).toBe(1);
  });

  it('separates class and method', () => {
    const datagram = request('');
    datagram[0] = 0x3f;
    datagram[1] = 0xef;
    expect(parseStunMessage(datagram)).toMatchObject({ class: 'success', method: 0xfff });
  });
});

/** A Binding request with these attributes and neither MESSAGE-INTEGRITY nor FINGERPRINT. */
function request(attributes: string): Uint8Array {
  const body = bytes(attributes);
  return Uint8Array.of(0, 1, 0, body.length, ...REQUEST.slice(4, 20), ...body);
}
