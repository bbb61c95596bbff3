import { inTime } from '../../../shared/in-time.js';
import type { LentBytes } from '../../storage/ports/lent-bytes.js';
import type { ByteRange } from '../../../shared/byte-range.js';

/** Bytes that were begun to be read go on within this, or whoever waits for them is told. */
const PART_LIMIT_MS = 10_000;

/** An object got shorter while it was being sent. */
export class ObjectTruncatedError extends Error {
  override readonly name = 'ObjectTruncatedError';
}

/**
 * Passes the bytes of a range on. Whoever asked was told how many there are, so fewer end in an error and not as if that
 * were everything. The next part is asked for when the one before was taken, which is good until then: a slow client
 * makes nothing wait in memory.
 *
 * @throws {ObjectTruncatedError}
 * @throws {TimeLimitError} when they stop coming
 */
export async function* wholeRange(
  bytes: LentBytes,
  { start, end }: ByteRange,
  partLimitMs = PART_LIMIT_MS,
): AsyncGenerator<Uint8Array> {
  let missingBytes = end - start + 1;
  try {
    const parts = bytes[Symbol.asyncIterator]();
    for (;;) {
      const part = await inTime(parts.next(), partLimitMs);
      if (part.done === true) break;
      missingBytes -= part.value.length;
      yield part.value;
    }
  } finally {
    bytes.destroy();
  }
  if (missingBytes > 0) throw new ObjectTruncatedError(`${String(missingBytes)} bytes are missing.`);
}

/** @returns the same parts, once the first of them is there @throws what the first one throws */
export async function begun(parts: AsyncGenerator<Uint8Array>): Promise<AsyncGenerator<Uint8Array>> {
  const first = await parts.next();
  return first.done === true ? parts : resumed(first.value, parts);
}

async function* resumed(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
