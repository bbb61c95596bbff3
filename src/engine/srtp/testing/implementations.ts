import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PlainKernels } from '../../../media/kernels/testing/plain-kernels.js';
import type { MediaMemory } from '../../../media/memory.js';
import type { SrtpCryptoFactory } from '../../../media/srtp/crypto.js';
import { createMediaBlock } from '../../udp/media-block.js';
import { createKernelCrypto } from '../kernel-srtp-crypto.js';
import { createKernelSpace, type KernelSpace } from '../kernel-space.js';
import { srtpCrypto } from '../node-srtp-crypto.js';

/** One implementation of SRTP and a memory in which it works in place. */
export interface SrtpBench {
  readonly memory: MediaMemory;
  readonly crypto: SrtpCryptoFactory;
}

const MEMORY_MIB = 8;
const COMPILED = resolve(process.env['AIRCHECK_BUILD'] ?? 'dist', 'media/kernels/srtp.wasm');

/** Those that run in the product. */
export const srtpBenches: Readonly<Record<'node' | 'wasm', () => SrtpBench>> = {
  node: () => ({ memory: createMediaBlock(MEMORY_MIB).memory, crypto: srtpCrypto }),
  wasm: () => kernelBench(compiledSpace()),
};

/** @throws {Error} when they were not compiled: every run of Jest does it first, and the build */
export function compiledKernels(): Uint8Array {
  try {
    return readFileSync(COMPILED);
  } catch (cause) {
    throw new Error(`${COMPILED} is missing: run node scripts/build-kernels.mjs.`, { cause });
  }
}

export function compiledSpace(): KernelSpace {
  const { memory, wasm } = createMediaBlock(MEMORY_MIB);
  return createKernelSpace(memory, wasm, compiledKernels());
}

/** With the plain twins in the place of the kernels. */
export function plainSpace(): KernelSpace {
  const space = compiledSpace();
  return { ...space, kernels: new PlainKernels(space.memory.bytes) };
}

export function kernelBench(space: KernelSpace): SrtpBench {
  return { memory: space.memory, crypto: createKernelCrypto(space) };
}
