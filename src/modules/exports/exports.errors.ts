import { AppError } from '../../shared/errors.js';

/** Parts of the range cannot be in one file. */
export class ParametersDifferError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'parameters-differ';

  /** @param splitEpochMs wall clock of each first moment that the part before it cannot be with */
  constructor(splitEpochMs: readonly number[]) {
    const splitAt = splitEpochMs.map((epochMs) => new Date(epochMs).toISOString()).join(',');
    super('The codec changes within the range: one file cannot have both. Ask for the parts.', { splitAt });
  }
}

export class GapTooLongError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'gap-too-long';

  constructor() {
    super('A gap in the range is longer than a picture can stand in a file. Ask for the parts, or with gaps=close.');
  }
}

export class ClipTooLongError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'clip-too-long';

  constructor(limitHours: number) {
    super(`A clip has at most ${String(limitHours)} hours. Export longer ranges: POST /api/v1/exports.`, {
      limitHours,
    });
  }
}

export class FormatDoesNotFitError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'format-does-not-fit';

  constructor(format: string, codecs: readonly string[]) {
    super(`A file of format ${format} cannot have ${codecs.join(' and ')}.`, { format, codecs: codecs.join(',') });
  }
}

/** What is there of the range has no key frame to begin at. */
export class NothingPlayableError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'nothing-playable-in-range';

  constructor() {
    super('What was recorded in this range cannot be played: it has no key frame, or its bytes are gone.');
  }
}

export class ExportNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'export-not-found';

  constructor(id: string) {
    super('No export has this id.', { id });
  }
}

export class ExportNotReadyError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'export-not-ready';

  constructor(state: string) {
    super('The file of this export is not there yet, or never will be: see `state`.', { state });
  }
}

/** Another node made it, which is not to be reached from here. */
export class ExportElsewhereError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'export-elsewhere';
  override readonly retryAfterSeconds = 60;

  constructor(node: string) {
    super('The file of this export lies on another node, whose address is not known or which does not run.', { node });
  }
}

export class TooManyExportsError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'too-many-exports';
  override readonly retryAfterSeconds = 60;

  constructor() {
    super('Too many exports wait already. Try again later.');
  }
}

/** The file would not fit on the disk. */
export class ExportStorageFullError extends AppError {
  readonly kind = 'storage-full';
  readonly code = 'export-storage-full';

  constructor(options?: ErrorOptions) {
    super('The disk that exports are kept on has no room for this file.', {}, options);
  }
}
