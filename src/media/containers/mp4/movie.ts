import { ascii, uint16, uint32 } from '../../bytes.js';
import type { Clip, ClipTrack } from '../../clips/clip.js';
import { box, boxParts, fullBox, zeros } from '../cmaf/box.js';
import {
  handlerBox,
  LANGUAGE_UNDETERMINED,
  mediaInformation,
  rollGroup,
  TRACK_FLAGS,
  UNITY_MATRIX,
} from '../cmaf/movie-boxes.js';

/** Ticks per second of edit lists: whole numbers of 90 kHz and of 48 kHz ticks. */
const MOVIE_TIMESCALE = 720_000;
/** From 1904, which ISO BMFF counts from, to 1970. */
const EPOCH_OFFSET_SECONDS = 2_082_844_800;
const EMPTY_EDIT = [0xffff_ffff, 0xffff_ffff] as const;
const RATE_1 = 0x1_0000;

/** How a track's samples are told, and what of them is shown. */
export interface TrackTables {
  /** Boxes of `stbl` behind `stsd`, or parts of them. */
  readonly boxes: readonly Uint8Array[];
  /** Place of `shownStartTicks` among the samples' composition times. */
  readonly mediaStartTicks: number;
  /** Decode time from the first sample to the end of the last. */
  readonly mediaTicks: number;
}

export const FILE_TYPE = box('ftyp', ascii('isom'), uint32(512), ascii('isom'), ascii('iso6'), ascii('mp41'));

/** @param extra boxes behind the tracks @returns its parts, one behind the other */
export function movieBox(clip: Clip, tables: readonly TrackTables[], ...extra: readonly Uint8Array[]): Uint8Array[] {
  const traks = clip.tracks.flatMap((track, index) => trackBox(clip, track, index + 1, tables[index]));
  return boxParts('moov', movieHeader(clip), ...traks, ...extra);
}

function movieHeader(clip: Clip): Uint8Array {
  const durationTicks = Math.max(0, ...clip.tracks.map(({ shownEndTicks, init }) => toMovie(shownEndTicks, init)));
  const date = uint64(dateOf(clip));
  const rateAndVolume = [uint32(RATE_1), uint16(0x100), zeros(10)];
  const times = [date, date, uint32(MOVIE_TIMESCALE), uint64(durationTicks)];
  return fullBox('mvhd', 1, 0, ...times, ...rateAndVolume, UNITY_MATRIX, zeros(24), uint32(clip.tracks.length + 1));
}

function trackBox(clip: Clip, track: ClipTrack, trackId: number, tables: TrackTables | undefined): Uint8Array[] {
  if (tables === undefined) throw new RangeError('A track has no tables.');
  const { init, sampleEntry } = track;
  const { kind, isobmff } = init.codec;
  const date = uint64(dateOf(clip));
  const times = [date, date, uint32(trackId, 0), uint64(toMovie(track.shownEndTicks, init))];
  const layerToVolume = [zeros(8), uint16(0, 0, kind === 'audio' ? 0x100 : 0, 0)];
  const header = fullBox('tkhd', 1, TRACK_FLAGS, ...times, ...layerToVolume, UNITY_MATRIX, uint32(...init.displaySize));
  const mediaTimes = [date, date, uint32(init.timescale), uint64(tables.mediaTicks)];
  const mediaHeader = fullBox('mdhd', 1, 0, ...mediaTimes, uint16(LANGUAGE_UNDETERMINED, 0));
  const entries = fullBox('stsd', 0, 0, uint32(1), sampleEntry);
  const sampleTable = boxParts('stbl', entries, ...tables.boxes, ...rollGroup(isobmff));
  const media = boxParts('mdia', mediaHeader, handlerBox(kind), ...mediaInformation(kind, ...sampleTable));
  return boxParts('trak', header, editBox(track, tables), ...media);
}

/** A track that begins later than the clip waits; what is decoded only is not shown. */
function editBox({ init, shownStartTicks, shownEndTicks }: ClipTrack, { mediaStartTicks }: TrackTables): Uint8Array {
  const startTicks = toMovie(shownStartTicks, init);
  const shownTicks = toMovie(shownEndTicks, init) - startTicks;
  const shown = [uint64(shownTicks), uint64(mediaStartTicks), uint32(RATE_1)];
  const waited = startTicks === 0 ? [] : [uint64(startTicks), uint32(...EMPTY_EDIT), uint32(RATE_1)];
  return box('edts', fullBox('elst', 1, 0, uint32(waited.length === 0 ? 1 : 2), ...waited, ...shown));
}

function toMovie(ticks: number, { timescale }: ClipTrack['init']): number {
  return Math.round((ticks * MOVIE_TIMESCALE) / timescale);
}

function dateOf({ startEpochMs }: Clip): number {
  return Math.floor(startEpochMs / 1000) + EPOCH_OFFSET_SECONDS;
}

/** @param value 0 to 2^53 - 1 */
export function uint64(value: number): Uint8Array {
  return uint32(Math.floor(value / 2 ** 32), value % 2 ** 32);
}
