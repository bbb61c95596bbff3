import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { refuseUnless } from './handshake-refused-error.js';

/** The only form there is (RFC 8422 section 5.1.2): this byte, then both coordinates. */
const UNCOMPRESSED = 4;
const P256_POINT_BYTES = 65;

/** One side's part of an ECDHE key agreement (RFC 8422), all of it by OpenSSL. */
export interface KeyAgreement {
  /** As it goes into a ServerKeyExchange or a ClientKeyExchange. */
  readonly publicKey: Uint8Array;
  /** @returns the premaster secret @throws an Error for what is no public key of the group */
  agree(peerPublicKey: Uint8Array): Uint8Array;
}

export const P256_GROUP = 23;

/** NamedCurve values (RFC 8422 section 5.1.1), preferred first. */
const groups = new Map<number, () => KeyAgreement>([
  [29, x25519],
  [P256_GROUP, p256],
]);

export const groupIds: readonly number[] = [...groups.keys()];

/** @throws {RangeError} for a group that is none of `groupIds` */
export function createKeyAgreement(groupId: number): KeyAgreement {
  const create = groups.get(groupId);
  if (create === undefined) throw new RangeError(`There is no group ${groupId} here.`);
  return create();
}

/** Keys as JWK: OpenSSL takes five times as long to find out what a DER holds. */
function x25519(): KeyAgreement {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return {
    publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
    agree: (peerPublicKey) => {
      const x = Buffer.from(peerPublicKey).toString('base64url');
      const peer = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
      return diffieHellman({ privateKey, publicKey: peer });
    },
  };
}

function p256(): KeyAgreement {
  const own = createECDH('prime256v1');
  return {
    publicKey: own.generateKeys(),
    agree: (peerPublicKey) => {
      const isUncompressed = peerPublicKey.length === P256_POINT_BYTES && peerPublicKey[0] === UNCOMPRESSED;
      refuseUnless(isUncompressed, 'a point that is compressed');
      return own.computeSecret(peerPublicKey);
    },
  };
}
