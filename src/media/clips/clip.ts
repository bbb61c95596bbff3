import type { Steps } from '../../shared/steps.js';
import type { InitDescription } from '../containers/container.js';
import type { FragmentSamples } from '../containers/fragment-samples.js';

/** Bytes of an object, or bytes that no object has. */
export type ChunkPart = ObjectPart | LiteralPart;

export type FilePart = ChunkPart | SealedPart;

export interface ObjectPart {
  readonly object: number;
  readonly offset: number;
  readonly length: number;
}

export interface LiteralPart {
  readonly bytes: Uint8Array;
}

/** Parts that are put together and then changed by what they are together, by their checksum. Some kilobytes. */
export interface SealedPart {
  readonly sealed: readonly ChunkPart[];
  readonly length: number;
  /** Changes the joined bytes, not their length. */
  readonly seal: (bytes: Uint8Array) => void;
}

/** Samples that follow each other without anything between, and where their bytes come from. */
export interface ClipChunk {
  /** Decode time of the first, in ticks from the start of the clip; negative for what is decoded only. */
  readonly startTicks: number;
  readonly samples: FragmentSamples;
  readonly parts: readonly ChunkPart[];
}

export interface ClipTrack {
  readonly init: InitDescription;
  /** `init.sampleEntry`, or one under which key frames bring their parameters. */
  readonly sampleEntry: Uint8Array;
  /** Each begins where the one before ends. */
  readonly chunks: readonly ClipChunk[];
  /** What is seen or heard, in ticks from the start of the clip. */
  readonly shownStartTicks: number;
  readonly shownEndTicks: number;
}

/** What goes into a file: each track without a hole in its time. */
export interface Clip {
  readonly tracks: readonly ClipTrack[];
  readonly startEpochMs: number;
}

/** A file, known to its last byte before the first one is read. */
export interface FilePlan {
  /** The first is the file's own header. */
  readonly parts: Iterable<FilePart>;
  readonly sizeBytes: number;
}

export function partLength(part: FilePart): number {
  return 'bytes' in part ? part.bytes.length : part.length;
}

/** @returns the parts as a file; neighbours in an object become one part */
export function* planFile(parts: Iterable<FilePart>): Steps<FilePlan> {
  const joined: FilePart[] = [];
  let sizeBytes = 0;
  for (const part of parts) {
    sizeBytes += partLength(part);
    const before = joined.at(-1);
    if (before !== undefined && 'object' in before && 'object' in part && follows(before, part)) {
      joined[joined.length - 1] = { ...before, length: before.length + part.length };
    } else joined.push(part);
    yield;
  }
  return { parts: joined, sizeBytes };
}

function follows(before: ObjectPart, part: ObjectPart): boolean {
  return part.object === before.object && part.offset === before.offset + before.length;
}

/** A kind of file that clips are written as. One folder or file each among the containers, listed there in `index.ts`. */
export interface ClipFormat {
  readonly name: string;
  readonly extension: string;
  readonly contentType: string;
  /** @param codecs names of all that the file is to have @returns false when there is one that it cannot */
  readonly carries: (codecs: readonly string[]) => boolean;
  readonly plan: (clip: Clip) => Steps<FilePlan>;
}
