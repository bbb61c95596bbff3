import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { ascii, uint8 } from '../../media/bytes.js';
import type { DtlsFingerprint } from '../../media/sdp/session.js';
import { certificateFingerprint } from './fingerprint.js';

/** A certificate with its key, made once per worker: ECDSA P-256, self-signed, known to peers by its fingerprint only. */
export interface DtlsIdentity {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  readonly fingerprint: DtlsFingerprint;
}

/** Tags of DER, X.690. */
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const VERSION_3 = 2;
const SERIAL_BYTES = 8;

/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256 (RFC 5758 section 3.2). */
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(OBJECT_IDENTIFIER, uint8(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));
/** 2.5.4.3, the common name. */
const COMMON_NAME = der(OBJECT_IDENTIFIER, uint8(0x55, 0x04, 0x03));
/** Peers know the certificate by its fingerprint; nobody reads its dates (RFC 8827 section 6.5). */
const VALIDITY = der(
  SEQUENCE,
  der(UTC_TIME, ascii('200101000000Z')),
  // RFC 5280 section 4.1.2.5: no date of expiry.
  der(GENERALIZED_TIME, ascii('99991231235959Z')),
);

export function createDtlsIdentity(): DtlsIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const certificate = selfSigned(privateKey, publicKey.export({ format: 'der', type: 'spki' }));
  return { certificate, privateKey, fingerprint: certificateFingerprint(certificate, 'sha-256') };
}

/** RFC 5280 section 4.1. */
function selfSigned(privateKey: KeyObject, publicKeyInfo: Uint8Array): Uint8Array {
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, ascii('WebRTC')))));
  const content = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, uint8(VERSION_3))),
    der(INTEGER, serialNumber()),
    ECDSA_WITH_SHA256,
    name,
    VALIDITY,
    name,
    publicKeyInfo,
  );
  const signature = sign('sha256', content, privateKey);
  return der(SEQUENCE, content, ECDSA_WITH_SHA256, der(BIT_STRING, uint8(0), signature));
}

/** Positive, and as long whatever it is. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** Tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([uint8(tag, ...lengthOf(content)), content]);
}

/** As short as it can be (X.690 section 10.1). */
function lengthOf({ length }: Uint8Array): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
