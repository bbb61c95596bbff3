import type { FoundFragment } from '../../../media/containers/container.js';
import { cmaf } from '../../../media/containers/index.js';

/** Holds a whole segment of sound, and the header of any fragment of ours but the largest. */
const WINDOW_BYTES = 1 << 16;
/** The largest header there can be, and that of the samples behind it. */
const MOST_HEADER_BYTES = (1 << 20) + 16;

/** @returns bytes of a file that are asked for from `offset` on, all of them inside it */
export type ReadObject = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * The fragments of a segment file by their headers: samples are not read.
 *
 * @returns those up to the first that is not ours or not whole
 */
export async function readFragments(read: ReadObject, sizeBytes: number): Promise<FoundFragment[]> {
  const fragments: FoundFragment[] = [];
  let window: Window = { start: 0, bytes: await read(0, Math.min(WINDOW_BYTES, sizeBytes)) };
  for (let offset = 0; offset < sizeBytes;) {
    const found = findIn(window, offset, sizeBytes);
    if (found !== undefined) {
      fragments.push(found);
      offset = found.endOffset;
      continue;
    }
    const larger = window.start === offset ? MOST_HEADER_BYTES : WINDOW_BYTES;
    const length = Math.min(larger, sizeBytes - offset);
    if (window.start === offset && window.bytes.length >= length) return fragments;
    window = { start: offset, bytes: await read(offset, length) };
  }
  return fragments;
}

/** A part of a file. */
interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

function findIn({ start, bytes }: Window, offset: number, sizeBytes: number): FoundFragment | undefined {
  const read = (at: number, length: number): Uint8Array =>
    at < start ? bytes.subarray(0, 0) : bytes.subarray(at - start, at - start + length);
  return cmaf.findFragment(read, offset, sizeBytes);
}
