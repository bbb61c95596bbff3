import type { MediaKind } from '../../codecs/codec.js';
import type { FragmentDescription } from '../container.js';
import {
  BOX_HEADER_BYTES,
  MDAT,
  MFHD,
  MFHD_BYTES,
  MOOF,
  ROLL,
  SBGP,
  SBGP_BYTES,
  TFDT,
  TFDT_BYTES,
  TFHD,
  TFHD_BYTES,
  TRACK_ID,
  TRAF,
  TRUN,
  TRUN_COMPOSITION_OFFSET,
  TRUN_DURATION,
  TRUN_FIXED_BYTES,
  TRUN_FLAGS,
  TRUN_SIZE,
} from './layout.js';
import { NON_SYNC_SAMPLE_FLAGS, SYNC_SAMPLE_FLAGS } from './sample-flags.js';

const TFHD_DEFAULT_BASE_IS_MOOF = 0x02_0000;
const TFHD_DEFAULT_SAMPLE_FLAGS = 0x20;
const TRUN_DATA_OFFSET = 0x1;
/** moof, traf and mdat headers and what has a fixed length between. */
const FIXED_BYTES = 3 * BOX_HEADER_BYTES + MFHD_BYTES + TFHD_BYTES + TFDT_BYTES + TRUN_FIXED_BYTES;

/** Audio samples are all sync and shown in decoding order: their rows need neither flags nor offset. */
const ROW_BYTES: Readonly<Record<MediaKind, number>> = { audio: 8, video: 16 };
/** Which group the samples are in, of those that `rollGroup` describes. Each fragment says it: defaults for a track are newer than many readers. */
const GROUP_BYTES: Readonly<Record<MediaKind, number>> = { audio: SBGP_BYTES, video: 0 };

/** @returns bytes from the start of `moof` to the end of the `mdat` header */
export function fragmentHeaderSize(kind: MediaKind, sampleCount: number): number {
  return FIXED_BYTES + ROW_BYTES[kind] * sampleCount + GROUP_BYTES[kind];
}

/**
 * Writes `moof` and the header of `mdat`, ISO/IEC 14496-12 section 8.8. The samples' bytes belong right behind.
 *
 * @param fragment its decode time below 2^53, its samples' bytes below 2^32 - 8
 */
export function writeFragmentHeader(
  bytes: Uint8Array,
  offset: number,
  kind: MediaKind,
  fragment: FragmentDescription,
): void {
  const { samples } = fragment;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, fragmentHeaderSize(kind, samples.count));
  const trunBytes = TRUN_FIXED_BYTES + ROW_BYTES[kind] * samples.count;
  const trafBytes = BOX_HEADER_BYTES + TFHD_BYTES + TFDT_BYTES + trunBytes + GROUP_BYTES[kind];
  const moofBytes = BOX_HEADER_BYTES + MFHD_BYTES + trafBytes;
  let position = writeBoxHeader(view, 0, moofBytes, MOOF);
  position = writeMovieFragmentHeader(view, position, fragment.sequenceNumber);
  position = writeBoxHeader(view, position, trafBytes, TRAF);
  position = writeTrackFragmentHeader(view, position, kind, fragment.trackId ?? TRACK_ID);
  position = writeDecodeTime(view, position, fragment.baseDecodeTicks);
  position = writeTrackRun(view, position, kind, fragment, moofBytes + BOX_HEADER_BYTES);
  if (kind === 'audio') position = writeSampleGroup(view, position, samples.count);
  writeBoxHeader(view, position, BOX_HEADER_BYTES + samples.payloadBytes, MDAT);
}

function writeBoxHeader(view: DataView, position: number, size: number, type: number): number {
  view.setUint32(position, size);
  view.setUint32(position + 4, type);
  return position + BOX_HEADER_BYTES;
}

function writeMovieFragmentHeader(view: DataView, position: number, sequenceNumber: number): number {
  writeBoxHeader(view, position, MFHD_BYTES, MFHD);
  view.setUint32(position + 8, 0);
  view.setUint32(position + 12, sequenceNumber);
  return position + MFHD_BYTES;
}

function writeTrackFragmentHeader(view: DataView, position: number, kind: MediaKind, trackId: number): number {
  writeBoxHeader(view, position, TFHD_BYTES, TFHD);
  view.setUint32(position + 8, TFHD_DEFAULT_BASE_IS_MOOF | TFHD_DEFAULT_SAMPLE_FLAGS);
  view.setUint32(position + 12, trackId);
  view.setUint32(position + 16, kind === 'audio' ? SYNC_SAMPLE_FLAGS : NON_SYNC_SAMPLE_FLAGS);
  return position + TFHD_BYTES;
}

/** Version 1: 64 bits. */
function writeDecodeTime(view: DataView, position: number, ticks: number): number {
  writeBoxHeader(view, position, TFDT_BYTES, TFDT);
  view.setUint32(position + 8, 0x0100_0000);
  view.setUint32(position + 12, Math.floor(ticks / 2 ** 32));
  view.setUint32(position + 16, ticks % 2 ** 32);
  return position + TFDT_BYTES;
}

/** Version 1: composition offsets are signed. */
function writeTrackRun(
  view: DataView,
  position: number,
  kind: MediaKind,
  { samples, compositionShiftTicks = 0 }: FragmentDescription,
  dataOffset: number,
): number {
  const isVideo = kind === 'video';
  const videoFields = isVideo ? TRUN_FLAGS | TRUN_COMPOSITION_OFFSET : 0;
  const size = TRUN_FIXED_BYTES + ROW_BYTES[kind] * samples.count;
  writeBoxHeader(view, position, size, TRUN);
  view.setUint32(position + 8, 0x0100_0000 | TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | videoFields);
  view.setUint32(position + 12, samples.count);
  view.setUint32(position + 16, dataOffset);
  let row = position + TRUN_FIXED_BYTES;
  for (let index = 0; index < samples.count; index++) {
    view.setUint32(row, samples.durationTicks[index] ?? 0);
    view.setUint32(row + 4, samples.sizeBytes[index] ?? 0);
    if (isVideo) {
      view.setUint32(row + 8, samples.isSync[index] === 1 ? SYNC_SAMPLE_FLAGS : NON_SYNC_SAMPLE_FLAGS);
      view.setInt32(row + 12, (samples.compositionOffsetTicks[index] ?? 0) + compositionShiftTicks);
    }
    row += ROW_BYTES[kind];
  }
  return position + size;
}

/** Section 8.9.2: all samples are in the first group that the init object describes. */
function writeSampleGroup(view: DataView, position: number, sampleCount: number): number {
  writeBoxHeader(view, position, SBGP_BYTES, SBGP);
  view.setUint32(position + 8, 0);
  view.setUint32(position + 12, ROLL);
  view.setUint32(position + 16, 1);
  view.setUint32(position + 20, sampleCount);
  view.setUint32(position + 24, 1);
  return position + SBGP_BYTES;
}
