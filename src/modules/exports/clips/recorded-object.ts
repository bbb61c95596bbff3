import type { MediaKind } from '../../../media/codecs/codec.js';
import type { ObjectKey } from '../../storage/ports/object-key.js';

/** One track's part of a segment of the range, by its row. */
export interface RecordedPiece {
  readonly kind: MediaKind;
  readonly codecName: string;
  readonly startEpochMs: number;
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly initKey: ObjectKey;
  readonly initSizeBytes: number;
  readonly initSha256: string;
  /** Wall clock of the session's time 0. */
  readonly originEpochMs: number;
  /** Pieces with one number play through: one session, one set of parameters, no break. */
  readonly run: number;
}

/** What a plan reads its bytes from. */
export interface ClipObject {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  /** Where the last byte that is wanted ends. */
  readonly endOffset: number;
}
