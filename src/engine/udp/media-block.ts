import { MediaMemory } from '../../media/memory.js';

/** The part of the WebAssembly API that is needed here; TypeScript declares it for browsers only. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => {
    readonly buffer: ArrayBuffer;
  };
};

const PAGE_BYTES = 65_536;
const PAGES_PER_MIB = 16;
const MOST_PAGES = 65_536;

/**
 * One worker's block: a WebAssembly memory of fixed size, so that kernels can work in place and views stay valid.
 * Pages cost nothing before they are written.
 *
 * @param sizeMib 1 to 4096
 */
export function createMediaBlock(sizeMib: number): MediaMemory {
  const pages = Math.min(MOST_PAGES, Math.max(1, Math.round(sizeMib)) * PAGES_PER_MIB);
  return new MediaMemory(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer, PAGE_BYTES);
}
