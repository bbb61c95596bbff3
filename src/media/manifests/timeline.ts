import type { MediaKind } from '../codecs/codec.js';
import type { NumberedName } from './numbered-name.js';
import type { TileStep } from './tiles.js';

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
  /** Relative to the manifest, with its slash; empty beside the manifest. The objects of a directory share one text. */
  readonly folder: string;
  readonly name: string;
  /** What `name` has around the segment's number: one object for all that are known to be named alike. */
  readonly numbered?: NumberedName | undefined;
  /** Decode time of the first sample and length in the track's timescale, from session time 0. */
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly sizeBytes: number;
  readonly independent: boolean;
}

/** Tells a segment from all others, of other directories too: numbers begin anew in each. */
export interface SegmentOrigin {
  readonly sessionId: string;
  /** Session time. */
  readonly startMs: number;
}

/** One segment number: the same stretch of time in every track that has it. */
export interface ManifestSegment {
  readonly number: number;
  /** Which one it is in a manifest of several directories, see {@link SegmentOrigin}; both or neither. */
  readonly sessionId?: string;
  readonly startMs?: number;
  /** The segment that it is known to be the next of: by its number, in its Period, its tracks, their names and times. */
  readonly follows?: ManifestSegment | undefined;
  /** None of a segment that is gone. */
  readonly objects: readonly ManifestObject[];
  readonly gone?: GoneMedia;
  /** How many segments in a row it stands for, from its number on: of what went away long ago. One when absent. */
  readonly spans?: number;
  /** It went away with this change of the stream; absent while it is there. Changes are counted upwards. */
  readonly goneWith?: number;
  /** Tracks whose object of it is nowhere. */
  readonly lostTracks?: readonly string[];
}

/** What players were shown of a segment that is gone: HLS keeps its place. */
export interface GoneMedia {
  readonly durationMs: number;
  /** Wall clock at the beginning of what there was of each kind. */
  readonly startEpochMs: Readonly<Partial<Record<MediaKind, number>>>;
  /** Of what there was of each kind: players tell by its name that an entry is the one that they know. */
  readonly uris: Readonly<Partial<Record<MediaKind, string>>>;
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
  /** It plays on from the one before: DASH needs another template for it, and to HLS both are one. */
  readonly isContinuation?: boolean;
  readonly tracks: readonly ManifestTrack[];
  readonly segments: readonly ManifestSegment[];
}

/** What a view over the index says of itself; a directory's own manifests show all of it from its first segment on. */
export interface ViewFacts {
  /** Undefined for a window that moves: neither EVENT nor VOD. */
  readonly playlistType: 'EVENT' | 'VOD' | undefined;
  /** Of the first entry and of its Period; they grow by one with each that leaves the view. */
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  /** Where to begin: what is wanted begins inside the first segment. */
  readonly startOffsetMs: number;
  /** How far back the view reaches from now; undefined where it does not move. */
  readonly windowMs: number | undefined;
  /** What its playlists are asked for with, `?from=…`, or nothing. */
  readonly query: string;
  /** DASH tells of the key frames alone too. */
  readonly hasKeyFrames?: boolean | undefined;
  /** Of the small pictures that can be had of what is finished; absent where none can. */
  readonly tileStep?: TileStep | undefined;
}

/** What went away at the beginning of a timeline. */
export interface LeftBehind {
  readonly segmentCount: number;
  readonly discontinuityCount: number;
}

/** Everything that DASH and HLS say about one directory, or about a view. */
export interface ManifestTimeline {
  readonly periods: readonly ManifestPeriod[];
  /** Something records into the directory: DASH is dynamic, HLS has no end. */
  readonly isLive: boolean;
  /** Wall clock at manifest time 0 of the live session. */
  readonly availabilityStartEpochMs: number;
  readonly publishedEpochMs: number;
  /** Target length of a segment; a segment may be up to twice as long. */
  readonly segmentDurationMs: number;
  readonly left?: LeftBehind;
  /** Number of the first segment, whether it is left or not. */
  readonly firstNumber?: number;
  /** What its playlists are asked for with, where they count anew; absent where they do not. */
  readonly places?: number;
  readonly view?: ViewFacts;
}
