import { createCipheriv } from 'node:crypto';
import type { SrtpCryptoFactory } from '../media/srtp/crypto.js';
import { CounterModeCrypto } from './srtp-crypto-counter-mode.js';
import { GcmCrypto } from './srtp-crypto-gcm.js';

function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return cipher.update(block);
}

/** SRTP ciphers by node:crypto. */
export const srtpCrypto: SrtpCryptoFactory = {
  encryptBlock,
  create: (profile, keys) => (profile === 'AEAD_AES_128_GCM' ? new GcmCrypto(keys) : new CounterModeCrypto(keys)),
};
