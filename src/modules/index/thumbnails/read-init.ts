import type { StorageService } from '../../storage/storage.service.js';
import type { TrackRow } from '../entities/index.js';
import { readPart } from '../object-access/first-sample.js';

/** @throws {ObjectNotFoundError | StorageUnavailableError} */
export function readInit(
  storage: Pick<StorageService, 'read'>,
  { initObjectKey: objectKey, initSizeBytes: sizeBytes }: TrackRow,
): Promise<Buffer> {
  return readPart(storage, { objectKey, sizeBytes }, 0, sizeBytes);
}
