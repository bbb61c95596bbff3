import type { FoundFragment, InitDescription } from '../containers/container.js';

/** One track's part of a segment, as its headers tell it. */
export interface SourceObject {
  /** By which the bytes are asked for later. */
  readonly object: number;
  readonly init: InitDescription;
  readonly fragments: readonly FoundFragment[];
  /** Wall clock of tick 0. */
  readonly originEpochMs: number;
}

/** Objects of all tracks that play through: one recording session, one set of parameters for each track. In the order of time. */
export type SourceRun = readonly SourceObject[];

/** Wall clock, the end is not in it. */
export interface ClipRange {
  readonly fromEpochMs: number;
  readonly toEpochMs: number;
}

/** Samples `first` to before `end` of a fragment. */
export interface SampleSpan {
  readonly object: number;
  readonly fragment: FoundFragment;
  readonly first: number;
  readonly end: number;
  /** Decode time of the first of them, in ticks from the start of the range. */
  readonly startTicks: number;
}

/** What a range has of one track in one run. */
export interface TrackCut {
  readonly init: InitDescription;
  readonly spans: readonly SampleSpan[];
  /** What is seen or heard, in ticks from the start of the range: samples before that are decoded only. */
  readonly shownStartTicks: number;
  readonly shownEndTicks: number;
}
