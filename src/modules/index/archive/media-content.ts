import { createHash } from 'node:crypto';
import { cmaf } from '../../../media/containers/index.js';
import type { InitDescription, ScannedSegment } from '../../../media/containers/container.js';
import type { ObjectKey } from '../../storage/ports/object-key.js';
import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import { BoxHeads } from './box-heads.js';

/** What the bytes of an object are. */
export interface ObjectContent {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface SegmentContent extends ObjectContent {
  readonly scanned: ScannedSegment;
}

export interface InitContent extends ObjectContent {
  /** Undefined for bytes that are no init object of ours. */
  readonly description: InitDescription | undefined;
}

/** Init objects have a few hundred bytes; what is larger is not ours. */
const MOST_INIT_BYTES = 1 << 16;

/** Reads a segment once, whatever its length, and keeps the headers of its fragments only. @throws {ObjectNotFoundError} */
export async function readSegment(store: StorageDriver, key: ObjectKey): Promise<SegmentContent> {
  const heads = new BoxHeads();
  const content = await read(store, key, (chunk) => heads.push(chunk));
  return { ...content, scanned: cmaf.scanSegment((offset, length) => heads.read(offset, length), content.sizeBytes) };
}

/** @throws {ObjectNotFoundError} */
export async function readInit(store: StorageDriver, key: ObjectKey): Promise<InitContent> {
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  const content = await read(store, key, (chunk) => {
    keptBytes += chunk.length;
    if (keptBytes <= MOST_INIT_BYTES) kept.push(chunk);
  });
  const isWhole = keptBytes <= MOST_INIT_BYTES;
  return { ...content, description: isWhole ? cmaf.readInit(Buffer.concat(kept)) : undefined };
}

/** @throws {ObjectNotFoundError} */
export function readContent(store: StorageDriver, key: ObjectKey): Promise<ObjectContent> {
  return read(store, key, () => undefined);
}

async function read(store: StorageDriver, key: ObjectKey, hear: (chunk: Uint8Array) => void): Promise<ObjectContent> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of (await store.get(key)) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    hear(chunk);
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}
