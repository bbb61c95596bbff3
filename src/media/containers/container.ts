import type { RecordableCodec, CodecParameters, MediaKind } from '../codecs/codec.js';
import type { FragmentSamples } from './fragment-samples.js';

/** The one track of a file. */
export interface TrackDescription {
  readonly codec: RecordableCodec;
  readonly parameters: CodecParameters;
  /** Ticks per second of every time in the file. */
  readonly timescale: number;
}

/** What an init object says of its track: what is to be known of the segments beside it. */
export interface InitDescription extends Pick<
  CodecParameters,
  'codecString' | 'width' | 'height' | 'sampleRate' | 'channels'
> {
  readonly codec: RecordableCodec;
  readonly timescale: number;
  /** The box that tells a decoder everything, as it is. */
  readonly sampleEntry: Uint8Array;
  /** `CodecParameters.configuration`, which is in there. */
  readonly configuration: Uint8Array;
  /** What the picture is shown at, in square pixels, 16.16 fixed point; zeros for sound. */
  readonly displaySize: readonly [number, number];
}

/** What the header of a fragment says; the samples' bytes follow it in the same order, without anything between. */
export interface FragmentDescription {
  /** In a file of several tracks; 1 where absent. */
  readonly trackId?: number;
  /** Added to every composition offset; 0 where absent. */
  readonly compositionShiftTicks?: number;
  /** Counts the fragments of a track from 1, 32 bits. */
  readonly sequenceNumber: number;
  /** Decode time of the first sample in ticks from session time 0. */
  readonly baseDecodeTicks: number;
  readonly samples: FragmentSamples;
}

/** The whole fragments of a segment file, for what a crash left behind. */
export interface ScannedSegment {
  /** Length of the part that is sound: segment type and whole fragments. 0 when there is no whole fragment. */
  readonly wholeBytes: number;
  readonly fragments: number;
  /** Without what conceals a loss. */
  readonly samples: number;
  /** Decode time of the first sample, in ticks of the track. */
  readonly startTicks: number;
  /** From the first sample to the end of the last one. */
  readonly durationTicks: number;
  /** Starts with a sync sample. */
  readonly isIndependent: boolean;
  readonly lastSequenceNumber: number;
}

/** @returns up to `length` bytes at `offset` of a file; fewer where the file ends */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

/** A part of a file. */
export interface ByteSpan {
  readonly offset: number;
  readonly length: number;
}

/** A numbered object of a recording directory. */
export interface ObjectNumber {
  readonly kind: MediaKind;
  readonly number: number;
}

/** A fragment of a segment file, with all of its samples. */
export interface FoundFragment {
  /** Decode time of the first sample, in ticks of the track. */
  readonly startTicks: number;
  readonly samples: FragmentSamples;
  /** Where the bytes of the first sample lie; those of the others follow without anything between. */
  readonly payloadOffset: number;
  /** Where the next fragment begins, if there is one. */
  readonly endOffset: number;
}

/** How recorded media is laid out in files. One folder each, listed in `index.ts`. */
export interface ContainerDefinition {
  readonly name: string;
  /** The first bytes of every segment file. */
  readonly segmentType: Uint8Array;
  /** @returns the init object: everything a player must know before the first segment of a track */
  encodeInit(track: TrackDescription): Uint8Array;
  /** @returns undefined for bytes that are no whole init object of a codec we record. Never throws on them. */
  readInit(bytes: Uint8Array): InitDescription | undefined;
  /** @returns exact length of the header that `writeFragmentHeader` writes for so many samples */
  fragmentHeaderSize(kind: MediaKind, sampleCount: number): number;
  /** Writes the header at `offset`, so that the samples' bytes can lie right behind it. */
  writeFragmentHeader(bytes: Uint8Array, offset: number, kind: MediaKind, fragment: FragmentDescription): void;
  /** Never throws on the content of a file, whatever it is. */
  scanSegment(read: ReadBytes, sizeBytes: number): ScannedSegment;
  /** As `scanSegment`; `read` may know the first kilobytes only. @returns undefined for a file that is not ours */
  findFirstSample(read: ReadBytes, sizeBytes: number): ByteSpan | undefined;
  /** As `scanSegment`, one fragment at a time, samples and all. @param offset 0, or where a fragment ended */
  findFragment(read: ReadBytes, offset: number, sizeBytes: number): FoundFragment | undefined;
  /** @param number from 1; the first is `init.m4s`, others carry their number */
  initName(kind: MediaKind, number: number): string;
  segmentName(kind: MediaKind, number: number): string;
  parseInitName(name: string): ObjectNumber | undefined;
  parseSegmentName(name: string): ObjectNumber | undefined;
}
