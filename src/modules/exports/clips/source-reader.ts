import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { SourceObject } from '../../../media/clips/source.js';
import type { InitDescription } from '../../../media/containers/container.js';
import { cmaf } from '../../../media/containers/index.js';
import { inTime } from '../../../shared/in-time.js';
import type { ObjectKey } from '../../storage/ports/object-key.js';
import type { StorageService } from '../../storage/storage.service.js';
import { readFragments } from './read-fragments.js';
import type { RecordedPiece } from './recorded-object.js';

const SIDE_BY_SIDE = 8;
/** Headers are some kilobytes. */
const READ_LIMIT_MS = 10_000;

/** A piece with its headers read. */
export interface ReadPiece {
  readonly piece: RecordedPiece;
  readonly source: SourceObject;
}

/**
 * Reads what a clip must know of its pieces: init objects and the headers of fragments, never samples.
 *
 * @returns in the same order, without those whose bytes are gone or not ours: what they had is a gap
 * @throws {StorageUnavailableError} when a bucket that may have them does not answer
 */
export async function readPieces(
  storage: StorageService,
  pieces: readonly RecordedPiece[],
  signal?: AbortSignal,
): Promise<ReadPiece[]> {
  const inits = new Map<string, Promise<InitDescription | undefined>>();
  const read: (ReadPiece | undefined)[] = [];
  const waiting = pieces.entries();
  const work = async (): Promise<void> => {
    for (const [index, piece] of waiting) {
      signal?.throwIfAborted();
      const init = inits.get(piece.initSha256) ?? readInit(storage, piece);
      inits.set(piece.initSha256, init);
      const source = await readSource(storage, piece, index, init);
      if (source !== undefined) read[index] = { piece, source };
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return read.filter((found) => found !== undefined);
}

async function readInit(
  storage: StorageService,
  { initKey, initSizeBytes }: RecordedPiece,
): Promise<InitDescription | undefined> {
  const read = await reader(storage, initKey, initSizeBytes);
  return read && cmaf.readInit(await read(0, initSizeBytes));
}

async function readSource(
  storage: StorageService,
  { key, sizeBytes, originEpochMs }: RecordedPiece,
  object: number,
  init: Promise<InitDescription | undefined>,
): Promise<SourceObject | undefined> {
  const description = await init;
  if (description === undefined) return undefined;
  const read = await reader(storage, key, sizeBytes);
  if (read === undefined) return undefined;
  const fragments = await readFragments(read, sizeBytes);
  return fragments.length === 0 ? undefined : { object, init: description, fragments, originEpochMs };
}

async function reader(
  storage: StorageService,
  key: ObjectKey,
  sizeBytes: number,
): Promise<((offset: number, length: number) => Promise<Uint8Array>) | undefined> {
  const copy = await storage.find(key, sizeBytes);
  return copy && (async (offset, length) => all(await copy.read({ start: offset, end: offset + length - 1 })));
}

async function all(bytes: Readable): Promise<Uint8Array> {
  try {
    return await inTime(buffer(bytes), READ_LIMIT_MS);
  } finally {
    bytes.destroy();
  }
}
