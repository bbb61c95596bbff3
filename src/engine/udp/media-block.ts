import { KERNEL_BYTES } from '../../media/kernels/kernel-memory.js';
import { createWasmMemory, type WasmMemory } from '../../media/kernels/web-assembly.js';
import { MediaMemory } from '../../media/memory.js';

const PAGES_PER_MIB = 16;
const MOST_PAGES = 65_536;

/** One worker's memory, and the WebAssembly memory that it lies in. */
export interface MediaBlock {
  readonly memory: MediaMemory;
  readonly wasm: WasmMemory;
}

/**
 * One worker's block: a WebAssembly memory of fixed size, so that kernels can work in place and views stay valid.
 * Pages cost nothing before they are written.
 *
 * @param sizeMib 1 to 4096
 */
export function createMediaBlock(sizeMib: number): MediaBlock {
  const wasm = createWasmMemory(Math.min(MOST_PAGES, Math.max(1, Math.round(sizeMib)) * PAGES_PER_MIB));
  return { memory: new MediaMemory(wasm.buffer, KERNEL_BYTES), wasm };
}
