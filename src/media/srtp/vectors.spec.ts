import { srtpCrypto } from '../../engine/srtp/node-srtp-crypto.js';
import { kernelBench, plainSpace, srtpBenches } from '../../engine/srtp/testing/implementations.js';
import { RtpHeader } from '../rtp/packet.js';
import { deriveSessionKeys } from './key-derivation.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const implementations = [
  ['node:crypto', srtpBenches.node().crypto],
  ['the kernels', srtpBenches.wasm().crypto],
  ['their plain twins', kernelBench(plainSpace()).crypto],
] as const;

describe('key derivation, RFC 3711 appendix B.3', () => {
  const masterKey = hex('E1F97A0D3E018BE0D64FA32C06DE4139');
  const masterSalt = hex('0EC675AD498AFEEBB6960B3AABE6');

  it('derives cipher key, salt and authentication key of SRTP', () => {
    const { rtp } = deriveSessionKeys('AES_CM_128_HMAC_SHA1_80', masterKey, masterSalt, srtpCrypto);

    expect(text(rtp.encryptionKey)).toBe('c61e7a93744f39ee10734afe3ff7a087');
    expect(text(rtp.salt)).toBe('30cbbc08863d8c85d49db34a9ae1');
    // The RFC prints 94 bytes for longer keys; HMAC-SHA1 uses the first 20.
    expect(text(rtp.authenticationKey)).toBe('cebe321f6ff7716b6fd4ab49af256a156d38baa4');
  });

  it('refuses keys of another length', () => {
    expect(() => deriveSessionKeys('AEAD_AES_128_GCM', masterKey, masterSalt, srtpCrypto)).toThrow(RangeError);
  });
});

describe.each(implementations)('AES counter mode, RFC 3711 appendix B.2, by %s', (_, ciphers) => {
  it('makes the keystream of SSRC 0, rollover counter 0 and sequence number 0', () => {
    const keys = {
      encryptionKey: hex('2B7E151628AED2A6ABF7158809CF4F3C'),
      authenticationKey: new Uint8Array(20),
      salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'),
    };
    const crypto = ciphers.create('AES_CM_128_HMAC_SHA1_80', { rtp: keys, rtcp: keys });
    const bytes = new Uint8Array(12 + 48 + 10);
    bytes[0] = 0x80;
    const header = new RtpHeader();
    header.parse(bytes, 0, 60);

    crypto.sealRtp(bytes, 0, 60, header, 0);

    expect(text(bytes.subarray(12, 60))).toBe(
      'e03ead0935c95e80e166b16dd92b4eb4' + 'd23513162b02d0f72a43a2fe4a5f97ab' + '41e95b3bb0a2e8dd477901e4fca894c0',
    );
  });
});

describe.each(implementations)('AEAD_AES_128_GCM, RFC 7714 sections 16.1 and 17.1, by %s', (_, ciphers) => {
  const keys = {
    encryptionKey: hex('000102030405060708090a0b0c0d0e0f'),
    authenticationKey: new Uint8Array(0),
    salt: hex('517569642070726f2071756f'),
  };
  const crypto = ciphers.create('AEAD_AES_128_GCM', { rtp: keys, rtcp: keys });
  const plainRtp = hex(`8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976
    69736120 696e2070 61727465 73207472 6573`);
  const protectedRtp = hex(`8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5
    0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`);
  const plainRtcp = hex(`81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
    deadbeef deadbeef deadbeef deadbeef deadbeef`);
  const protectedRtcp = hex(`81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d
    c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4`);

  it('seals and opens the RTP packet of the RFC', () => {
    const bytes = new Uint8Array(protectedRtp.length);
    bytes.set(plainRtp);
    const header = new RtpHeader();
    header.parse(bytes, 0, plainRtp.length);

    expect(crypto.sealRtp(bytes, 0, plainRtp.length, header, 0)).toBe(protectedRtp.length);
    expect(text(bytes)).toBe(text(protectedRtp));
    expect(crypto.openRtp(bytes, 0, bytes.length, header, 0)).toBe(plainRtp.length);
    expect(text(bytes.subarray(0, plainRtp.length))).toBe(text(plainRtp));
  });

  it('seals and opens the RTCP packet of the RFC', () => {
    const bytes = new Uint8Array(protectedRtcp.length);
    bytes.set(plainRtcp);

    expect(crypto.sealRtcp(bytes, 0, plainRtcp.length, 0x4d617273, 0x5d4)).toBe(protectedRtcp.length);
    expect(text(bytes)).toBe(text(protectedRtcp));
    expect(crypto.openRtcp(bytes, 0, bytes.length, 0x4d617273, 0x5d4)).toBe(plainRtcp.length);
    expect(text(bytes.subarray(0, plainRtcp.length))).toBe(text(plainRtcp));
  });
});
