import { FragmentSamples } from '../fragment-samples.js';
import {
  BOX_HEADER_BYTES,
  MFHD,
  MFHD_BYTES,
  SBGP,
  SBGP_BYTES,
  TFDT,
  TFDT_BYTES,
  TFHD,
  TFHD_BYTES,
  TRAF,
  TRUN,
  TRUN_COMPOSITION_OFFSET,
  TRUN_DURATION,
  TRUN_FIXED_BYTES,
  TRUN_FLAGS,
  TRUN_SIZE,
} from './layout.js';
import { IS_NON_SYNC_FLAG } from './sample-flags.js';

/** What the header of a fragment says. */
export interface ParsedFragment {
  readonly sequenceNumber: number;
  readonly startTicks: number;
  readonly durationTicks: number;
  /** Without sound of one byte, which stands where nothing was received: it asks the decoder to conceal that. */
  readonly samples: number;
  readonly payloadBytes: number;
  readonly startsWithSync: boolean;
  readonly firstSampleBytes: number;
}

/** Where the boxes of a `moof` of ours start: their lengths are fixed up to the sample rows. */
const TRAF_START = BOX_HEADER_BYTES + MFHD_BYTES;
const TFHD_START = TRAF_START + BOX_HEADER_BYTES;
const TFDT_START = TFHD_START + TFHD_BYTES;
const TRUN_START = TFDT_START + TFDT_BYTES;
const ROWS_START = TRUN_START + TRUN_FIXED_BYTES;

/**
 * Reads a `moof` that `writeFragmentHeader` wrote.
 *
 * @param bytes the whole box
 * @returns undefined for any other
 */
export function parseFragmentHeader(bytes: Uint8Array): ParsedFragment | undefined {
  if (bytes.length < ROWS_START) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!hasOurBoxes(view)) return undefined;
  const startTicks = view.getUint32(TFDT_START + 12) * 2 ** 32 + view.getUint32(TFDT_START + 16);
  const rows = readRows(view);
  if (rows === undefined || !Number.isSafeInteger(startTicks + rows.durationTicks)) return undefined;
  return { sequenceNumber: view.getUint32(BOX_HEADER_BYTES + 12), startTicks, ...rows };
}

function hasOurBoxes(view: DataView): boolean {
  return (
    hasBox(view, BOX_HEADER_BYTES, MFHD, MFHD_BYTES) &&
    hasBox(view, TRAF_START, TRAF, view.byteLength - TRAF_START) &&
    hasBox(view, TFHD_START, TFHD, TFHD_BYTES) &&
    hasBox(view, TFDT_START, TFDT, TFDT_BYTES) &&
    hasBox(view, TRUN_START, TRUN, rowsEnd(view) - TRUN_START)
  );
}

/** Behind the rows there is the end, or what says which group the samples are in: recordings of before have none. */
function rowsEnd(view: DataView): number {
  const groupStart = view.byteLength - SBGP_BYTES;
  return groupStart >= ROWS_START && hasBox(view, groupStart, SBGP, SBGP_BYTES) ? groupStart : view.byteLength;
}

function hasBox(view: DataView, position: number, type: number, size: number): boolean {
  return view.getUint32(position) === size && view.getUint32(position + 4) === type;
}

/**
 * All samples of a `moof` that `parseFragmentHeader` takes.
 *
 * @param bytes the whole box
 */
export function readSamples(bytes: Uint8Array): FragmentSamples {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const rowBytes = sizeOfRow(view.getUint32(TRUN_START + 8) & 0xff_ffff);
  const samples = new FragmentSamples(view.getUint32(TRUN_START + 12));
  const defaultFlags = view.getUint32(TFHD_START + 16);
  const end = rowsEnd(view);
  for (let row = ROWS_START; row < end; row += rowBytes) {
    const hasVideoFields = rowBytes !== AUDIO_ROW_BYTES;
    const flags = hasVideoFields ? view.getUint32(row + 8) : defaultFlags;
    const offsetTicks = hasVideoFields ? view.getInt32(row + 12) : 0;
    samples.add(view.getUint32(row + 4), view.getUint32(row), offsetTicks, (flags & IS_NON_SYNC_FLAG) === 0);
  }
  return samples;
}

const AUDIO_ROW_BYTES = 8;

type Rows = Pick<ParsedFragment, 'samples' | 'durationTicks' | 'payloadBytes' | 'startsWithSync' | 'firstSampleBytes'>;

function readRows(view: DataView): Rows | undefined {
  const flags = view.getUint32(TRUN_START + 8) & 0xff_ffff;
  const samples = view.getUint32(TRUN_START + 12);
  const rowBytes = sizeOfRow(flags);
  const end = rowsEnd(view);
  if (rowBytes === 0 || samples === 0 || ROWS_START + samples * rowBytes !== end) return undefined;
  let durationTicks = 0;
  let payloadBytes = 0;
  let concealing = 0;
  for (let row = ROWS_START; row < end; row += rowBytes) {
    const sizeBytes = view.getUint32(row + 4);
    durationTicks += view.getUint32(row);
    payloadBytes += sizeBytes;
    if (sizeBytes === 1 && rowBytes === AUDIO_ROW_BYTES) concealing += 1;
  }
  const firstFlags = view.getUint32((flags & TRUN_FLAGS) === 0 ? TFHD_START + 16 : ROWS_START + 8);
  const startsWithSync = (firstFlags & IS_NON_SYNC_FLAG) === 0;
  const firstSampleBytes = view.getUint32(ROWS_START + 4);
  return { samples: samples - concealing, durationTicks, payloadBytes, startsWithSync, firstSampleBytes };
}

/** @returns 0 for rows that are not ours: duration and size always, flags and composition offset both or neither */
function sizeOfRow(flags: number): number {
  if ((flags & TRUN_DURATION) === 0 || (flags & TRUN_SIZE) === 0) return 0;
  const videoFields = TRUN_FLAGS | TRUN_COMPOSITION_OFFSET;
  if ((flags & videoFields) === videoFields) return 16;
  return (flags & videoFields) === 0 ? AUDIO_ROW_BYTES : 0;
}
