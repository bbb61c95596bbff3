import type { MediaKind } from '../codecs/codec.js';

/** A track's parameters as a manifest shows them. */
export interface ManifestTrack {
  readonly id: string;
  readonly kind: MediaKind;
  readonly codecString: string;
  readonly timescale: number;
  /** Relative to the manifest. */
  readonly initUri: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly sampleRate: number | undefined;
  readonly channels: number | undefined;
  /** Nothing was recorded of it in this Period: its objects stand in for what is not there. */
  readonly isFiller?: boolean;
}

/** One track's part of a segment. */
export interface ManifestObject {
  readonly trackId: string;
  /** Relative to the manifest. */
  readonly uri: string;
  /** Decode time of the first sample and length in the track's timescale, from session time 0. */
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly sizeBytes: number;
  readonly independent: boolean;
}

/** One segment number: the same stretch of time in every track that has it. */
export interface ManifestSegment {
  readonly number: number;
  readonly objects: readonly ManifestObject[];
}

/** Segments with one set of parameters and without a break in time, in order. */
export interface ManifestPeriod {
  /** Unique in the manifest and stable over reloads. */
  readonly id: string;
  /** Place on the manifest's own timeline. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Session time at `startMs`: media times minus this are times in the Period. */
  readonly mediaStartMs: number;
  /** Wall clock at `startMs`. */
  readonly startEpochMs: number;
  readonly tracks: readonly ManifestTrack[];
  readonly segments: readonly ManifestSegment[];
}

/** Everything that DASH and HLS say about one directory. */
export interface ManifestTimeline {
  readonly periods: readonly ManifestPeriod[];
  /** Something records into the directory: DASH is dynamic, HLS has no end. */
  readonly isLive: boolean;
  /** Wall clock at manifest time 0 of the live session. */
  readonly availabilityStartEpochMs: number;
  readonly publishedEpochMs: number;
  /** Target length of a segment; a segment may be up to twice as long. */
  readonly segmentDurationMs: number;
}
