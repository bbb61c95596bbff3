import type { SrtpCryptoFactory } from '../../media/srtp/crypto.js';
import type { WorkerChoice } from '../protocol.js';
import type { MediaBlock } from '../udp/media-block.js';
import { createKernelSpace, type KernelSpace } from './kernel-space.js';
import { createKernelCrypto } from './kernel-srtp-crypto.js';
import { srtpCrypto } from './node-srtp-crypto.js';
import { isEqual, SrtpTrial } from './srtp-trial.js';

/** Whose SRTP is wanted: the kernels', node:crypto's, or whichever is faster here. */
export type WantedSrtp = 'auto' | 'wasm' | 'node';

/** What a worker's media is opened and sealed with, and why. */
export interface SrtpChoice extends WorkerChoice {
  readonly crypto: SrtpCryptoFactory;
}

/** By so much the kernels must be faster to be taken: less is noise. */
const LEAST_GAIN = 1.1;

/**
 * @param loadModule reads the compiled kernels
 * @throws {Error} when `wasm` is wanted and does not run here
 */
export function chooseSrtp(wanted: WantedSrtp, block: MediaBlock, loadModule: () => Uint8Array): SrtpChoice {
  if (wanted === 'node') return { crypto: srtpCrypto, name: 'node', reason: 'configured' };
  try {
    const space = createKernelSpace(block.memory, block.wasm, loadModule());
    return chooseWith(wanted, space);
  } catch (error) {
    if (wanted === 'wasm') throw error;
    return { crypto: srtpCrypto, name: 'node', reason: error instanceof Error ? error.message : String(error) };
  }
}

function chooseWith(wanted: 'auto' | 'wasm', space: KernelSpace): SrtpChoice {
  const kernels = createKernelCrypto(space);
  if (!isEqual(kernels, srtpCrypto))
    throw new Error('The media kernels do not compute here what node:crypto computes.');
  if (wanted === 'wasm') return { crypto: kernels, name: 'wasm', reason: 'configured' };
  using trial = new SrtpTrial(space.memory);
  const { firstUs, secondUs } = trial.compare(kernels, srtpCrypto);
  const reason = `${firstUs.toFixed(1)} µs per packet by wasm, ${secondUs.toFixed(1)} µs by node`;
  return firstUs * LEAST_GAIN < secondUs
    ? { crypto: kernels, name: 'wasm', reason }
    : { crypto: srtpCrypto, name: 'node', reason };
}
