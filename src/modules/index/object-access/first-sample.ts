import { buffer } from 'node:stream/consumers';
import type { RecordedObject } from '../../../engine/index.js';
import { cmaf } from '../../../media/containers/index.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import type { StorageService } from '../../storage/storage.service.js';
import { wholeRange } from './whole-range.js';

/** Segment type and the header of a first fragment of 400 samples are a quarter of it. */
const HEADER_BYTES = 32 * 1024;
/** A larger key frame is not taken. */
const MAX_SAMPLE_BYTES = 8 * 1024 * 1024;

type Readable = Pick<StorageService, 'read'>;

/**
 * The first sample of a segment, of which no more is read than that.
 *
 * @returns undefined for a file that is not ours, or an enormous sample
 * @throws {ObjectNotFoundError | StorageUnavailableError}
 */
export async function readFirstSample(storage: Readable, source: RecordedObject): Promise<Buffer | undefined> {
  const { sizeBytes } = source;
  const head = await readPart(storage, source, 0, Math.min(HEADER_BYTES, sizeBytes));
  const span = cmaf.findFirstSample((offset, length) => head.subarray(offset, offset + length), sizeBytes);
  if (span === undefined || span.length === 0 || span.length > MAX_SAMPLE_BYTES) return undefined;
  return readPart(storage, source, span.offset, span.length);
}

/** @throws {ObjectNotFoundError | StorageUnavailableError} */
export async function readPart(
  storage: Readable,
  { objectKey, sizeBytes }: Pick<RecordedObject, 'objectKey' | 'sizeBytes'>,
  start: number,
  length: number,
): Promise<Buffer> {
  const range = { start, end: start + length - 1 };
  return buffer(wholeRange(await storage.read(parseObjectKey(objectKey), sizeBytes, range), range));
}
