import { AppError } from '../../../shared/errors.js';

/** Sound only, or pictures none of which can be decoded by itself. */
export class NoPictureError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'no-picture';

  constructor(stream: string) {
    super('No picture that can be shown by itself was recorded there.', { stream });
  }
}

/** This server makes no pictures; a page can make them of key frames. */
export class ThumbnailsUnavailableError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'thumbnails-unavailable';

  constructor(options?: ErrorOptions) {
    super('There is no ffmpeg on the PATH of the server.', {}, options);
  }
}

export class ThumbnailsBusyError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'thumbnails-busy';
  override readonly retryAfterSeconds = 2;

  constructor() {
    super('Too many pictures are waited for.');
  }
}

export class ThumbnailFailedError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'thumbnail-failed';

  /** @param reason as the rest of a sentence */
  constructor(reason: string) {
    super(`The picture could not be made: ${reason}.`, { reason });
  }
}
