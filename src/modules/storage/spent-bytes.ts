import type { Readable } from 'node:stream';
import type { LentBytes } from './ports/lent-bytes.js';

/**
 * Gives back the memory of each part when the next is asked for. What comes over a network has new memory for each part, and
 * V8 looks for what nobody has any more when some 64 MiB of it have gathered.
 */
export class SpentBytes implements LentBytes {
  constructor(private readonly body: Readable) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const part of this.body as AsyncIterable<Uint8Array>) {
      yield part;
      if (hasMemoryToItself(part)) part.buffer.transfer(0);
    }
  }

  destroy(): void {
    this.body.destroy();
  }
}

function hasMemoryToItself(part: Uint8Array): part is Uint8Array<ArrayBuffer> {
  return part.buffer instanceof ArrayBuffer && part.buffer.byteLength === part.byteLength;
}
