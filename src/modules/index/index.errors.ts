import type { DeletionReason } from './entities/deleted-stretch.entity.js';
import { AppError } from '../../shared/errors.js';
import type { NearestRecorded } from './playback/nearest-recorded.js';

export class UnknownRecordingSessionError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'recording-session-not-found';

  constructor(sessionId: string) {
    super('No recording session has this id.', { sessionId });
  }
}

export class RecordingNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'recording-not-found';

  constructor(recordingId: string) {
    super('No recording has this id.', { recordingId });
  }
}

export class NodeNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'node-not-found';

  constructor(alias: string) {
    super('No node has this alias.', { alias });
  }
}

export class RecordingSessionRunningError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'recording-session-running';

  constructor(stream: string) {
    super('The stream is being recorded already.', { stream });
  }
}

/** What still grows is not deleted under the hands of who writes it. */
export class RecordingSessionUnfinishedError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'recording-session-running';

  constructor(sessionId: string) {
    super('The session still records: stop it first.', { sessionId });
  }
}

export class RecordingSessionHeldError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'recording-session-held';

  constructor(sessionId: string) {
    super('The session is held: nobody may delete it before the hold is taken back.', { sessionId });
  }
}

/** Nobody deletes everything by leaving something out. */
export class DeletionFilterEmptyError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'deletion-filter-empty';

  constructor() {
    super('What is to be deleted takes a stream, from or to.');
  }
}

/** The server stops: what was deleted by then is gone, and what is left is true and whole. */
export class DeletionInterruptedError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'deletion-interrupted';
  override readonly retryAfterSeconds = 30;

  constructor() {
    super('The server stops: not everything was deleted.');
  }
}

/** A number of a directory is taken by other media: nothing is ever overwritten. */
export class SegmentConflictError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'segment-conflict';

  constructor(directory: string, number: number) {
    super('Another segment has this number.', { directory, number });
  }
}

export class EmptySegmentError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'segment-empty';

  constructor(directory: string, number: number) {
    super('A segment without media cannot be committed.', { directory, number });
  }
}

/** A track's id stands for other parameters in the same session and directory already. */
export class TrackConflictError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'track-conflict';

  constructor(directory: string, trackId: string) {
    super('Another track has this id.', { directory, trackId });
  }
}

/** A segment that may come to be: its file is still written, or its row is on the way. */
export class ObjectNotCommittedError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'object-not-committed';

  constructor(key: string) {
    super('This segment is not committed yet.', { key });
  }
}

/** A segment or init whose row was deleted: no other media ever gets its name. */
export class ObjectDeletedError extends AppError {
  readonly kind = 'gone';
  readonly code = 'object-deleted';

  constructor(key: string) {
    super('This object was deleted.', { key });
  }
}

/** An object that has a row and whose bytes are nowhere. */
export class ObjectLostError extends AppError {
  readonly kind = 'gone';
  readonly code = 'object-lost';

  /** @param stretch wall clock of the media that cannot be had any more */
  constructor(key: string, { from, to }: { readonly from: Date; readonly to: Date }) {
    super('The bytes of this object are lost.', { key, from: from.toISOString(), to: to.toISOString() });
  }
}

/** Nothing was ever recorded of the stream, or nothing of it is left. */
export class StreamNotRecordedError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'stream-not-recorded';

  constructor(stream: string) {
    super('Nothing is recorded of this stream.', { stream });
  }
}

export class NothingRecordedError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'nothing-recorded-in-range';

  constructor(stream: string, nearest?: NearestRecorded) {
    super('Nothing was recorded in this range.', { stream, ...nearestFacts(nearest) });
  }
}

/** It was recorded, and cannot be had any more. */
export class RangeGoneError extends AppError {
  readonly kind = 'gone';
  readonly code = 'range-gone';

  constructor(reason: DeletionReason | 'lost', nearest?: NearestRecorded) {
    super(`What was recorded in this range is ${reason}.`, { reason, ...nearestFacts(nearest) });
  }
}

export class RangeInvalidError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'range-invalid';

  constructor() {
    super('The range is empty: `to` must be later than `from`.');
  }
}

export class RangeInFutureError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'range-in-future';

  constructor() {
    super('The range lies in the future.');
  }
}

export class RangeTooLongError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'range-too-long';

  constructor(limitHours: number) {
    super(`The range is longer than ${String(limitHours)} hours.`, { limitHours });
  }
}

/** Where there is something to play, as near as there is, before and behind. */
function nearestFacts({ beforeMs, afterMs }: Partial<NearestRecorded> = {}): Readonly<Record<string, string>> {
  return {
    ...(beforeMs === undefined ? {} : { recordedBefore: new Date(beforeMs).toISOString() }),
    ...(afterMs === undefined ? {} : { recordedAfter: new Date(afterMs).toISOString() }),
  };
}
