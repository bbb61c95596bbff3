import type { MediaMemory } from '../../media/memory.js';
import { loadSrtpKernels, type SrtpKernels } from '../../media/kernels/srtp-kernels.js';
import type { WasmMemory } from '../../media/kernels/web-assembly.js';

/** A worker's block and the kernels that work in it. */
export interface KernelSpace {
  readonly memory: MediaMemory;
  readonly kernels: SrtpKernels;
  /** The block again, as the words in which kernels are handed lists. */
  readonly words: Uint32Array<ArrayBuffer>;
}

/** @param module the compiled kernels. @throws {Error} when they do not run here */
export function createKernelSpace(memory: MediaMemory, block: WasmMemory, module: Uint8Array): KernelSpace {
  return { memory, kernels: loadSrtpKernels(module, block), words: new Uint32Array(block.buffer) };
}
