import type { Steps } from '../../../shared/steps.js';
import { ascii, uint32 } from '../../bytes.js';
import { partLength, planFile, type Clip, type ClipChunk, type FilePart, type FilePlan } from '../../clips/clip.js';
import { inOrder, type OrderedChunk } from './chunk-order.js';
import { FILE_TYPE, movieBox, uint64, type TrackTables } from './movie.js';
import { chunkOffsets, sampleTables, type SampleTables } from './sample-tables.js';

const MOST_SHORT_OFFSET = 2 ** 32 - 1;
const SHORT_HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;

/** One MP4 whose `moov` is in front: it plays while it comes. ISO/IEC 14496-12. */
export function* planProgressive(clip: Clip): Steps<FilePlan> {
  const order = yield* inOrder(clip);
  const tables: SampleTables[] = [];
  for (const track of clip.tracks) tables.push(yield* sampleTables(track));
  const mediaBytes = order.reduce((sum, { chunk }) => sum + chunkBytes(chunk), 0);
  yield;
  const isLong = mediaBytes > MOST_SHORT_OFFSET / 2;
  const nowhere = clip.tracks.map(({ chunks }) => new Float64Array(chunks.length));
  const movieBytes = movieOf(clip, tables, nowhere, isLong).reduce((sum, { length }) => sum + length, 0);
  yield;
  const mediaHeader = mediaHeaderOf(mediaBytes);
  const offsets = placesOf(clip, order, FILE_TYPE.length + movieBytes + mediaHeader.length);
  yield;
  const movie = movieOf(clip, tables, offsets, isLong);
  const parts: FilePart[] = [FILE_TYPE, ...movie, mediaHeader].map((bytes) => ({ bytes }));
  for (const { chunk } of order) {
    parts.push(...chunk.parts);
    yield;
  }
  return yield* planFile(parts);
}

function chunkBytes({ parts }: ClipChunk): number {
  return parts.reduce((sum, part) => sum + partLength(part), 0);
}

function movieOf(
  clip: Clip,
  tables: readonly SampleTables[],
  offsets: readonly Float64Array[],
  isLong: boolean,
): readonly Uint8Array[] {
  return movieBox(
    clip,
    clip.tracks.map((track, index): TrackTables => {
      const { boxes = [], compositionShiftTicks = 0, mediaTicks = 0 } = tables[index] ?? {};
      const firstTicks = track.chunks[0]?.startTicks ?? 0;
      return {
        boxes: [...boxes, chunkOffsets(offsets[index] ?? new Float64Array(0), isLong)],
        mediaStartTicks: track.shownStartTicks - firstTicks + compositionShiftTicks,
        mediaTicks,
      };
    }),
  );
}

function placesOf(clip: Clip, order: readonly OrderedChunk[], startOffset: number): Float64Array[] {
  const places = clip.tracks.map(({ chunks }) => new Float64Array(chunks.length));
  let offset = startOffset;
  for (const { track, index, chunk } of order) {
    const own = places[track];
    if (own !== undefined) own[index] = offset;
    offset += chunkBytes(chunk);
  }
  return places;
}

function mediaHeaderOf(mediaBytes: number): Uint8Array {
  if (mediaBytes + SHORT_HEADER_BYTES <= MOST_SHORT_OFFSET) {
    return Uint8Array.of(...uint32(mediaBytes + SHORT_HEADER_BYTES), ...ascii('mdat'));
  }
  return Uint8Array.of(...uint32(1), ...ascii('mdat'), ...uint64(mediaBytes + LONG_HEADER_BYTES));
}
