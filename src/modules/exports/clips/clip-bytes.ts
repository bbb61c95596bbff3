import type { FilePart, ObjectPart, SealedPart } from '../../../media/clips/clip.js';
import { partLength } from '../../../media/clips/clip.js';
import type { ByteRange } from '../../../shared/byte-range.js';
import type { StorageService } from '../../storage/storage.service.js';
import { ObjectCursor } from './object-cursor.js';
import type { ClipObject } from './recorded-object.js';

/** Sound and picture, and those of the segment before that are not finished. */
const MOST_OPEN = 4;

/** What is sent. */
export interface PlannedBytes {
  readonly parts: Iterable<FilePart>;
  readonly objects: readonly ClipObject[];
}

/**
 * The bytes of a planned file, or a range of them. Each object is read once from front to end, as fast as the parts are
 * taken: a slow client makes nothing wait in memory.
 *
 * @throws {ObjectNotFoundError | StorageUnavailableError | TimeLimitError} when an object cannot be read to where it is wanted
 */
export async function* clipBytes(
  storage: StorageService,
  { parts, objects }: PlannedBytes,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const cursors = new Cursors(storage, objects);
  let partStart = 0;
  try {
    for (const part of parts) {
      const start = Math.max(0, range.start - partStart);
      const end = Math.min(partLength(part), range.end + 1 - partStart);
      partStart += partLength(part);
      if (end <= 0) return;
      if (start >= end) continue;
      if ('object' in part) yield* cursors.read({ ...part, offset: part.offset + start, length: end - start });
      else yield ('bytes' in part ? part.bytes : await cursors.seal(part)).subarray(start, end);
    }
  } finally {
    cursors.close();
  }
}

/** The objects that are being read. */
class Cursors {
  private readonly open = new Map<number, ObjectCursor>();

  constructor(
    private readonly storage: StorageService,
    private readonly objects: readonly ClipObject[],
  ) {}

  async *read({ object, offset, length }: ObjectPart): AsyncGenerator<Uint8Array> {
    let cursor = this.open.get(object);
    if (cursor === undefined || cursor.position > offset) cursor = this.start(object, offset);
    yield* cursor.read(offset, length);
    if (!cursor.isDone) return;
    cursor.close();
    this.open.delete(object);
  }

  async seal({ sealed, length, seal }: SealedPart): Promise<Uint8Array> {
    const joined = new Uint8Array(length);
    let at = 0;
    const add = (bytes: Uint8Array): void => {
      joined.set(bytes, at);
      at += bytes.length;
    };
    for (const part of sealed) {
      if ('bytes' in part) add(part.bytes);
      else for await (const bytes of this.read(part)) add(bytes);
    }
    seal(joined);
    return joined;
  }

  close(): void {
    for (const cursor of this.open.values()) cursor.close();
    this.open.clear();
  }

  private start(object: number, offset: number): ObjectCursor {
    const found = this.objects[object];
    if (found === undefined) throw new RangeError('No such object.');
    this.open.get(object)?.close();
    this.open.delete(object);
    const [oldest] = this.open;
    if (oldest !== undefined && this.open.size >= MOST_OPEN) {
      oldest[1].close();
      this.open.delete(oldest[0]);
    }
    const cursor = new ObjectCursor(this.storage, found, offset);
    this.open.set(object, cursor);
    return cursor;
  }
}
