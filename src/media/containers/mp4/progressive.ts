import { ascii, uint32 } from '../../bytes.js';
import { partLength, planFile, type Clip, type ClipChunk, type FilePlan } from '../../clips/clip.js';
import { inOrder, type OrderedChunk } from './chunk-order.js';
import { FILE_TYPE, movieBox, uint64, type TrackTables } from './movie.js';
import { chunkOffsets, sampleTables, type SampleTables } from './sample-tables.js';

const MOST_SHORT_OFFSET = 2 ** 32 - 1;
const SHORT_HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;

/** One MP4 whose `moov` is in front: it plays while it comes. ISO/IEC 14496-12. */
export function planProgressive(clip: Clip): FilePlan {
  const order = inOrder(clip);
  const tables = clip.tracks.map(sampleTables);
  const mediaBytes = order.reduce((sum, { chunk }) => sum + chunkBytes(chunk), 0);
  const isLong = mediaBytes > MOST_SHORT_OFFSET / 2;
  const nowhere = clip.tracks.map(({ chunks }) => new Float64Array(chunks.length));
  const movieBytes = movieOf(clip, tables, nowhere, isLong).length;
  const mediaHeader = mediaHeaderOf(mediaBytes);
  const offsets = placesOf(clip, order, FILE_TYPE.length + movieBytes + mediaHeader.length);
  const movie = movieOf(clip, tables, offsets, isLong);
  const head = [FILE_TYPE, movie, mediaHeader].map((bytes) => ({ bytes }));
  return planFile([...head, ...order.flatMap(({ chunk }) => chunk.parts)]);
}

function chunkBytes({ parts }: ClipChunk): number {
  return parts.reduce((sum, part) => sum + partLength(part), 0);
}

function movieOf(
  clip: Clip,
  tables: readonly SampleTables[],
  offsets: readonly Float64Array[],
  isLong: boolean,
): Uint8Array {
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
