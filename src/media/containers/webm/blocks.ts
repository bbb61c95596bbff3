import type { ChunkPart, Clip, ClipTrack } from '../../clips/clip.js';

/** A sample on its way into a WebM file. */
export interface Block {
  /** Place in the clip's tracks. */
  readonly track: number;
  /** From the first sample of the file, whole milliseconds. */
  readonly timeMs: number;
  readonly isSync: boolean;
  readonly sizeBytes: number;
  readonly part: ChunkPart;
}

/** The samples of all tracks in the order of time. */
export function* blocksOf({ tracks }: Clip): Generator<Block> {
  const startSeconds = Math.min(...tracks.map(firstSeconds));
  const sources = tracks.map((track, index) => samplesOf(track, index, startSeconds));
  const heads = sources.map((source) => source.next());
  for (;;) {
    let soonest: Block | undefined;
    for (const { value } of heads) {
      if (value !== undefined && (soonest === undefined || value.timeMs < soonest.timeMs)) soonest = value;
    }
    if (soonest === undefined) return;
    yield soonest;
    const next = sources[soonest.track]?.next();
    if (next !== undefined) heads[soonest.track] = next;
  }
}

function firstSeconds({ chunks, init }: ClipTrack): number {
  return (chunks[0]?.startTicks ?? 0) / init.timescale;
}

/** Each sample is in one piece: WebM has no codec that gets parameters in front. */
function* samplesOf({ chunks, init }: ClipTrack, track: number, startSeconds: number): Generator<Block, undefined> {
  for (const { samples, parts, startTicks } of chunks) {
    const [part] = parts;
    if (part === undefined) continue;
    let ticks = startTicks;
    let start = 0;
    for (let sample = 0; sample < samples.count; sample++) {
      const sizeBytes = samples.sizeBytes[sample] ?? 0;
      const shownTicks = ticks + (samples.compositionOffsetTicks[sample] ?? 0);
      const timeMs = Math.round((shownTicks / init.timescale - startSeconds) * 1000);
      yield { track, timeMs, isSync: samples.isSync[sample] === 1, sizeBytes, part: slice(part, start, sizeBytes) };
      start += sizeBytes;
      ticks += samples.durationTicks[sample] ?? 0;
    }
  }
  return undefined;
}

function slice(part: ChunkPart, start: number, length: number): ChunkPart {
  return 'bytes' in part
    ? { bytes: part.bytes.subarray(start, start + length) }
    : { ...part, offset: part.offset + start, length };
}
