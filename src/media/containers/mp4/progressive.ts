import type { Steps } from '../../../shared/steps.js';
import { ascii, uint32 } from '../../bytes.js';
import { partLength, planFile, type Clip, type FilePart, type FilePlan } from '../../clips/clip.js';
import { inOrder, type OrderedChunk } from './chunk-order.js';
import { FILE_TYPE, movieBox, uint64, type TrackTables } from './movie.js';
import { offsetTable, sampleTables, type SampleTables } from './sample-tables.js';

const MOST_SHORT_OFFSET = 2 ** 32 - 1;
const SHORT_HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;

/** One MP4 whose `moov` is in front: it plays while it comes. ISO/IEC 14496-12. */
export function* planProgressive(clip: Clip): Steps<FilePlan> {
  const order = yield* inOrder(clip);
  const tables: SampleTables[] = [];
  for (const track of clip.tracks) tables.push(yield* sampleTables(track));
  const mediaBytes = yield* bytesOf(order);
  const isLong = mediaBytes > MOST_SHORT_OFFSET / 2;
  const offsets = clip.tracks.map(({ chunks }) => offsetTable(chunks.length, isLong));
  const movie = movieOf(
    clip,
    tables,
    offsets.map(({ box }) => box),
  );
  const movieBytes = movie.reduce((sum, { length }) => sum + length, 0);
  const mediaHeader = mediaHeaderOf(mediaBytes);
  let offset = FILE_TYPE.length + movieBytes + mediaHeader.length;
  const parts: FilePart[] = [FILE_TYPE, ...movie, mediaHeader].map((bytes) => ({ bytes }));
  for (const { track, index, chunk } of order) {
    offsets[track]?.set(index, offset);
    for (const part of chunk.parts) {
      parts.push(part);
      offset += partLength(part);
    }
    yield;
  }
  return yield* planFile(parts);
}

function* bytesOf(order: readonly OrderedChunk[]): Steps<number> {
  let bytes = 0;
  for (const { chunk } of order) {
    for (const part of chunk.parts) bytes += partLength(part);
    yield;
  }
  return bytes;
}

function movieOf(clip: Clip, tables: readonly SampleTables[], offsets: readonly Uint8Array[]): readonly Uint8Array[] {
  return movieBox(
    clip,
    clip.tracks.map((track, index): TrackTables => {
      const { boxes = [], compositionShiftTicks = 0, mediaTicks = 0 } = tables[index] ?? {};
      const firstTicks = track.chunks[0]?.startTicks ?? 0;
      return {
        boxes: [...boxes, ...offsets.slice(index, index + 1)],
        mediaStartTicks: track.shownStartTicks - firstTicks + compositionShiftTicks,
        mediaTicks,
      };
    }),
  );
}

function mediaHeaderOf(mediaBytes: number): Uint8Array {
  if (mediaBytes + SHORT_HEADER_BYTES <= MOST_SHORT_OFFSET) {
    return Uint8Array.of(...uint32(mediaBytes + SHORT_HEADER_BYTES), ...ascii('mdat'));
  }
  return Uint8Array.of(...uint32(1), ...ascii('mdat'), ...uint64(mediaBytes + LONG_HEADER_BYTES));
}
