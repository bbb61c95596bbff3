import type { FileHandle } from 'node:fs/promises';
import type { ByteRange } from '../../../../shared/byte-range.js';
import type { LentBytes } from '../../ports/lent-bytes.js';

/** Each part is a way through the event loop; what is read and not sent yet lies in memory. */
const PART_BYTES = 128 * 1024;
/** 8 MiB: more than that is only kept while more ranges than these are read at a time. */
const MOST_IDLE_BUFFERS = 64;

const idleBuffers: Buffer[] = [];

/**
 * Reads a range of a file into memory that is used again and again: new memory for everything that is read makes the
 * garbage collector run several times a second, and everybody wait for it.
 */
export class LentFile implements LentBytes {
  private isClosed = false;

  /** @param file closed when the range has been read or nobody wants it any more */
  constructor(
    private readonly file: FileHandle,
    private readonly range: ByteRange,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const buffer = idleBuffers.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES);
    try {
      for (let position = this.range.start; position <= this.range.end;) {
        const length = Math.min(PART_BYTES, this.range.end + 1 - position);
        const { bytesRead } = await this.file.read(buffer, 0, length, position);
        if (bytesRead === 0) break;
        yield buffer.subarray(0, bytesRead);
        position += bytesRead;
      }
      // Only here is it sure that nobody looks at its last part any more.
      if (idleBuffers.length < MOST_IDLE_BUFFERS) idleBuffers.push(buffer);
    } finally {
      this.destroy();
    }
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    // It was only read: nothing is lost by what closing it may say.
    this.file.close().catch(() => undefined);
  }
}
