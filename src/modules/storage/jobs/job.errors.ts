import type { ObjectKey } from '../ports/object-key.js';

/** The file in the spool is not what the row of the object promises: it is gone, has another length or other bytes. */
export class SpoolFileDamagedError extends Error {
  override readonly name = 'SpoolFileDamagedError';

  /** @param fault to follow "The file" */
  constructor(key: ObjectKey, fault: string) {
    super(`The file ${fault}: ${key} is not what its row promises.`);
  }
}

/**
 * Nobody has the bytes that the row of the object promises: its file was read twice, and no store has them. Trying again is
 * of no use.
 */
export class UploadLostError extends Error {
  override readonly name = 'UploadLostError';

  constructor(cause: SpoolFileDamagedError) {
    super(`${cause.message} No store has it whole.`, { cause });
  }
}

/** The store took the object, and does not have it as it was given. */
export class StoredCopyDamagedError extends Error {
  override readonly name = 'StoredCopyDamagedError';

  constructor(key: ObjectKey, options?: ErrorOptions) {
    super(`The store has ${key} not as it was given: it is absent or of another size or checksum.`, options);
  }
}

/** The store has an object no more, or not as it was verified there, whose file was to be deleted here. */
export class StoredCopyMissingError extends Error {
  override readonly name = 'StoredCopyMissingError';

  constructor(key: ObjectKey) {
    super(`${key} is not in the bucket any more as it was verified there.`);
  }
}

/** Another object has the key in the store. It is never overwritten. */
export class ObjectKeyTakenError extends Error {
  override readonly name = 'ObjectKeyTakenError';

  constructor(key: ObjectKey, options: ErrorOptions) {
    super(`The store has other bytes under ${key}, which are not overwritten.`, options);
  }
}
