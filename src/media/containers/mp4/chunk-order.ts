import type { Steps } from '../../../shared/steps.js';
import type { Clip, ClipChunk } from '../../clips/clip.js';

/** A chunk of a clip, and whose it is. */
export interface OrderedChunk {
  /** Places in the clip's tracks and in the track's chunks. */
  readonly track: number;
  readonly index: number;
  readonly chunk: ClipChunk;
}

/** @returns the chunks of all tracks as they are needed: in the order of time */
export function* inOrder({ tracks }: Clip): Steps<OrderedChunk[]> {
  const next = tracks.map(() => 0);
  const ordered: OrderedChunk[] = [];
  for (;;) {
    let soonest: OrderedChunk | undefined;
    let soonestSeconds = Infinity;
    for (const [track, { chunks, init }] of tracks.entries()) {
      const index = next[track] ?? 0;
      const chunk = chunks[index];
      const seconds = chunk === undefined ? Infinity : chunk.startTicks / init.timescale;
      if (chunk === undefined || seconds >= soonestSeconds) continue;
      soonestSeconds = seconds;
      soonest = { track, index, chunk };
    }
    if (soonest === undefined) return ordered;
    next[soonest.track] = soonest.index + 1;
    ordered.push(soonest);
    yield;
  }
}
