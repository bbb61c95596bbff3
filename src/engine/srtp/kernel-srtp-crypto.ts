import type { SrtpCryptoFactory } from '../../media/srtp/crypto.js';
import { KernelCounterModeCrypto } from './kernel-counter-mode-crypto.js';
import { KernelGcmCrypto } from './kernel-gcm-crypto.js';
import type { KernelSpace } from './kernel-space.js';
import { srtpCrypto } from './node-srtp-crypto.js';

/** SRTP ciphers by the WebAssembly kernels, which work in one worker's memory. */
export function createKernelCrypto(space: KernelSpace): SrtpCryptoFactory {
  return {
    encryptBlock: (key, block) => srtpCrypto.encryptBlock(key, block),
    create: (profile, keys) => {
      const Crypto = profile === 'AEAD_AES_128_GCM' ? KernelGcmCrypto : KernelCounterModeCrypto;
      return new Crypto(space, keys.rtp, srtpCrypto.create(profile, keys));
    },
  };
}
