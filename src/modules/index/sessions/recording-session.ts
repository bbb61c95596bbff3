import type { MediaKind } from '../../../media/codecs/codec.js';

/** What made a recording begin. */
export type RecordingTrigger = 'auto' | 'api';

export const RECORDING_SESSION_STATES = [
  'waiting',
  'recording',
  'interrupted',
  'finalizing',
  'completed',
  'failed',
] as const;
export type RecordingSessionState = (typeof RECORDING_SESSION_STATES)[number];

/** Why a session ended. */
export type RecordingSessionReason =
  | 'requested'
  | 'publisher-left'
  | 'publisher-lost'
  | 'stream-deleted'
  | 'base-dir-changed'
  | 'max-duration'
  | 'split'
  | 'node-stopped'
  | 'disk-full'
  | 'io-error'
  | 'memory-exhausted'
  | 'unsupported-codec';

/** States in which something records, or would as soon as its publisher is back. */
export const RUNNING_STATES: readonly RecordingSessionState[] = ['waiting', 'recording', 'interrupted'];

/** States that a stopped server may have left behind. */
export const UNFINISHED_STATES: readonly RecordingSessionState[] = [...RUNNING_STATES, 'finalizing'];

/** A track that publishers sent and that is not in the recording. */
export interface UnrecordedTrack {
  readonly kind: MediaKind;
  readonly codecName: string;
  readonly reason: 'unsupported-codec';
}

/** One recording of one stream, as other modules see it. */
export interface RecordingSessionView {
  readonly id: string;
  readonly stream: string;
  readonly nodeAlias: string;
  readonly trigger: RecordingTrigger;
  readonly state: RecordingSessionState;
  readonly reason: RecordingSessionReason | undefined;
  /** Where it records now, or ended; without slashes at either end. */
  readonly directory: string;
  readonly baseDir: string | undefined;
  readonly mpdPath: string;
  readonly startedAt: Date;
  readonly interruptedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  /** Wall clock of session time 0; undefined before the first media. */
  readonly anchorEpochMs: number | undefined;
  readonly firstMediaMs: number | undefined;
  /** Session time that is taken. */
  readonly endMs: number;
  readonly durationMs: number;
  readonly sizeBytes: number;
  readonly segmentCount: number;
  readonly nextPeriod: number;
  readonly gapCount: number;
  readonly gapMs: number;
  readonly unrecorded: readonly UnrecordedTrack[];
}

export interface OpenSessionInput {
  readonly id: string;
  readonly stream: string;
  readonly nodeAlias: string;
  readonly trigger: RecordingTrigger;
  readonly directory: string;
  readonly baseDir: string | undefined;
  readonly startedAt: Date;
}

/** Only what is given changes; `null` empties an instant. */
export interface SessionStateChange {
  readonly state: RecordingSessionState;
  readonly reason?: RecordingSessionReason | null;
  readonly interruptedAt?: Date | null;
  readonly endedAt?: Date | null;
  readonly directory?: string;
  readonly unrecorded?: readonly UnrecordedTrack[];
}

/** One line of `GET /api/playback/{stream}`. */
export interface PlaybackEntry {
  /** Unix seconds of the first session there. */
  readonly record: string;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly mpd_path: string;
  readonly duration_ms: number;
}
