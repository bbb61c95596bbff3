import { AppError } from '../../shared/errors.js';

export class BaseDirInvalidError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'base-dir-invalid';

  constructor(reason: string) {
    super(`The base_dir ${reason}.`);
  }
}

export class BaseDirTakenError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'base-dir-taken';

  constructor(baseDir: string) {
    super('Another stream records there, or would by default.', { baseDir });
  }
}

export class UnsupportedCodecError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'unsupported-codec';

  /** @param codecs names, joined by commas */
  constructor(stream: string, codecs: string) {
    super('Nothing that the stream consists of can be recorded: its codecs are taken live only.', { stream, codecs });
  }
}

export class StreamNotRecordingError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'stream-not-recording';

  constructor(stream: string) {
    super('The stream is not being recorded now.', { stream });
  }
}

export class StorageFullError extends AppError {
  readonly kind = 'storage-full';
  readonly code = 'storage-full';
  override readonly retryAfterSeconds = 60;

  constructor() {
    super('There is too little free space to record another stream.');
  }
}

export class RecordingUnavailableError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'recording-unavailable';
  override readonly retryAfterSeconds = 5;

  constructor(options?: ErrorOptions) {
    super('A recording cannot begin now: the index, the disk or the engine does not answer.', {}, options);
  }
}
