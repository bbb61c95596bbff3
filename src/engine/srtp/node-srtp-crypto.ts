import { createCipheriv } from 'node:crypto';
import type { SrtpCryptoFactory } from '../../media/srtp/crypto.js';
import { CounterModeCrypto } from './counter-mode-crypto.js';
import { GcmCrypto } from './gcm-crypto.js';

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
