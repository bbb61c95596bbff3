import type { Readable } from 'node:stream';
import { inTime } from '../../../shared/in-time.js';
import type { StorageService } from '../../storage/storage.service.js';
import type { ClipObject } from './recorded-object.js';

/** Bytes that were begun to be read go on within this, or whoever waits for them is told. */
const PART_LIMIT_MS = 10_000;

/** An object got shorter while it was being read. */
export class ObjectShortError extends Error {
  override readonly name = 'ObjectShortError';
}

/** Reads an object once, forward, from a place on; what lies between wanted parts is thrown away. */
export class ObjectCursor {
  private body: Readable | undefined;
  private parts: AsyncIterator<Uint8Array> | undefined;
  private hasMoved = false;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly storage: StorageService,
    private readonly object: ClipObject,
    private offset: number,
  ) {}

  /** Of the next byte. */
  get position(): number {
    return this.offset;
  }

  get isDone(): boolean {
    return this.offset >= this.object.endOffset;
  }

  /** @param offset not before `position` */
  async *read(offset: number, length: number): AsyncGenerator<Uint8Array> {
    while (this.offset < offset) await this.take(offset - this.offset);
    for (let left = length; left > 0;) {
      const bytes = await this.take(left);
      left -= bytes.length;
      yield bytes;
    }
  }

  close(): void {
    this.body?.destroy();
  }

  /** @returns 1 to `most` bytes */
  private async take(most: number): Promise<Uint8Array> {
    if (this.rest.length === 0) this.rest = await this.next();
    const taken = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(taken.length);
    this.offset += taken.length;
    return taken;
  }

  /** Whoever waits for a slow client long enough finds the connection to the bucket closed: it is opened once more. */
  private async next(): Promise<Uint8Array> {
    try {
      return await this.pull();
    } catch (error) {
      if (!this.hasMoved || error instanceof ObjectShortError) throw error;
      this.close();
      this.parts = undefined;
      return this.pull();
    }
  }

  private async pull(): Promise<Uint8Array> {
    this.parts ??= await this.begin();
    const part = await inTime(this.parts.next(), PART_LIMIT_MS);
    if (part.done === true) throw new ObjectShortError(`${this.object.key} ends at byte ${String(this.offset)}.`);
    this.hasMoved = true;
    return part.value;
  }

  private async begin(): Promise<AsyncIterator<Uint8Array>> {
    const { key, sizeBytes, endOffset } = this.object;
    this.hasMoved = false;
    this.body = await this.storage.read(key, sizeBytes, { start: this.offset, end: endOffset - 1 });
    return this.body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }
}
