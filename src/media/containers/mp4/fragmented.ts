import type { Steps } from '../../../shared/steps.js';
import { uint32 } from '../../bytes.js';
import { planFile, type Clip, type FilePart, type FilePlan } from '../../clips/clip.js';
import { fullBox, box } from '../cmaf/box.js';
import { fragmentHeaderSize, writeFragmentHeader } from '../cmaf/fragment-header.js';
import { inOrder, type OrderedChunk } from './chunk-order.js';
import { FILE_TYPE, movieBox, type TrackTables } from './movie.js';
import { compositionShift } from './sample-tables.js';

/** One MP4 in fragments: a `moov` without samples, then `moof` and `mdat` for each chunk. ISO/IEC 14496-12 section 8.8. */
export function* planFragmented(clip: Clip): Steps<FilePlan> {
  const extendsBox = box(
    'mvex',
    ...clip.tracks.map((_, index) => fullBox('trex', 0, 0, uint32(index + 1, 1, 0, 0, 0))),
  );
  const shifts: number[] = [];
  for (const track of clip.tracks) shifts.push(yield* compositionShift(track));
  const tables = clip.tracks.map(({ shownStartTicks, chunks }, index): TrackTables => {
    const firstTicks = chunks[0]?.startTicks ?? 0;
    const mediaStartTicks = shownStartTicks - firstTicks + (shifts[index] ?? 0);
    return { boxes: EMPTY_TABLES, mediaStartTicks, mediaTicks: 0 };
  });
  const parts: FilePart[] = [FILE_TYPE, ...movieBox(clip, tables, extendsBox)].map((bytes) => ({ bytes }));
  for (const [index, ordered] of (yield* inOrder(clip)).entries()) {
    for (const part of fragmentOf(clip, ordered, index + 1, shifts)) parts.push(part);
    yield;
  }
  return yield* planFile(parts);
}

const EMPTY_TABLES = [
  fullBox('stts', 0, 0, uint32(0)),
  fullBox('stsc', 0, 0, uint32(0)),
  fullBox('stsz', 0, 0, uint32(0, 0)),
  fullBox('stco', 0, 0, uint32(0)),
];

/** Media time 0 is where the track's first sample is decoded. */
function fragmentOf(
  { tracks }: Clip,
  { track, chunk }: OrderedChunk,
  sequenceNumber: number,
  shifts: readonly number[],
): FilePart[] {
  const own = tracks[track];
  if (own === undefined) throw new RangeError('No such track.');
  const { kind } = own.init.codec;
  const { samples, startTicks, parts } = chunk;
  const baseDecodeTicks = startTicks - (own.chunks[0]?.startTicks ?? 0);
  const bytes = new Uint8Array(fragmentHeaderSize(kind, samples.count));
  const place = { trackId: track + 1, compositionShiftTicks: shifts[track] ?? 0 };
  writeFragmentHeader(bytes, 0, kind, { ...place, sequenceNumber, baseDecodeTicks, samples });
  return [{ bytes }, ...parts];
}
