import { AppError } from '../../shared/errors.js';

export class InvalidObjectKeyError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'object-key-invalid';

  /** @param fault what the key does wrong, to follow "The object key" */
  constructor(fault: string) {
    super(`The object key ${fault}.`);
  }
}

export class ObjectNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'object-not-found';

  constructor(key: string, options?: ErrorOptions) {
    super('No object has this key.', { key }, options);
  }
}

export class ObjectExistsError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'object-exists';

  constructor(key: string, options?: ErrorOptions) {
    super('An object has this key already.', { key }, options);
  }
}

/** What keeps a store from answering, for people and for alarms. */
export type StorageFault =
  | 'credentials-refused'
  | 'access-denied'
  | 'no-such-bucket'
  | 'clock-skewed'
  | 'unreachable'
  | 'overloaded'
  | 'foreign'
  | 'mark-missing'
  | 'failed';

type StorageCode = 'storage-unavailable' | 'storage-foreign' | 'storage-mark-missing';

export class StorageUnavailableError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'storage-unavailable' as StorageCode;
  override readonly retryAfterSeconds = 5;

  /** @param reason one sentence without credentials */
  constructor(
    readonly fault: StorageFault,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`The storage does not work: ${reason}`, { fault }, options);
  }
}

/** Another database keeps its recordings there. */
export class StorageForeignError extends StorageUnavailableError {
  override readonly code = 'storage-foreign';

  constructor() {
    super(
      'foreign',
      'its mark (.aircheck-storage.json) is that of another database. Use a bucket, root or folder of its own; "aircheck fsck --adopt" takes this one over, when nobody else uses it any more.',
    );
  }
}

/** It had a mark, or is to have objects of which it has none: it is not the storage that it was, or not all of it. */
export class StorageMarkMissingError extends StorageUnavailableError {
  override readonly code = 'storage-mark-missing';

  constructor() {
    super(
      'mark-missing',
      'it is to have recordings and has no mark (.aircheck-storage.json). Is it the right one, and mounted? If it is, "aircheck fsck --adopt" marks it again.',
    );
  }
}

/** Whose bytes are what was recorded here: nobody writes to it from outside. */
export class ObjectOwnedError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'object-owned';

  constructor(key: string) {
    super('The object was recorded here and is never overwritten.', { key });
  }
}

/** What a store is asked for that it has no call for: trying again is of no use. */
export class StorageCallUnsupportedError extends AppError {
  readonly kind = 'internal';
  readonly code = 'storage-call-unsupported';

  constructor(call: 'list' | 'delete') {
    super(`The manager of recorder.upload has no call to ${call} objects of its bucket.`, { call });
  }
}

export class PresignUnsupportedError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'presign-unsupported';

  constructor() {
    super('Recordings are kept in a folder, which has no signed URLs.');
  }
}
