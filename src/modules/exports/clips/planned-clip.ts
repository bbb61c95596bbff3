import type { FilePart } from '../../../media/clips/clip.js';
import type { GapRule } from '../../../media/clips/make-clip.js';
import type { PlaybackSelection } from '../../index/playback-range.service.js';
import type { ClipObject } from './recorded-object.js';

/** What is to become one file. */
export interface ClipRequest {
  readonly stream: string;
  readonly selection: PlaybackSelection;
  /** Of `clipFormats`. */
  readonly format: string;
  readonly gaps: GapRule;
}

/** A file, known to its last byte; what it is made of is still where it was recorded. */
export interface PlannedClip {
  readonly parts: Iterable<FilePart>;
  readonly objects: readonly ClipObject[];
  readonly sizeBytes: number;
  /** Strong, with its quotation marks. */
  readonly etag: string;
  readonly contentType: string;
  readonly extension: string;
  /** Wall clock of its first picture or sound. */
  readonly startEpochMs: number;
  readonly durationSeconds: number;
}
