import type { ColourDescription } from '../codec.js';
import type { BitReader } from '../bit-reader.js';
import { NalBitReader } from '../nal/nal-bit-reader.js';
import { maxDecodedFrames } from './level.js';
import { parseUsability, type Usability } from './usability.js';

/** What a recording needs of a sequence parameter set, ISO/IEC 14496-10 section 7.3.2.1.1. */
export interface SequenceParameterSet {
  /** 0 to 31. */
  readonly id: number;
  readonly profile: number;
  readonly constraints: number;
  readonly level: number;
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormat: number;
  readonly lumaBits: number;
  readonly chromaBits: number;
  /** Pixels, after cropping. */
  readonly width: number;
  readonly height: number;
  /** Frames that may be decoded before one that is shown earlier. */
  readonly reorderDepth: number;
  readonly pixelAspectRatio: { readonly horizontal: number; readonly vertical: number } | undefined;
  readonly colour: ColourDescription | undefined;
}

/** Profiles whose sets tell chroma format and bit depth. */
const PROFILES_WITH_FORMAT = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
/** High profiles of which constraint_set3 makes the intra-only variant. */
const PROFILES_WITH_INTRA_VARIANT = new Set([100, 110, 122, 244]);
const BASELINE = 66;
const CAVLC_444_INTRA = 44;
const CONSTRAINT_SET3 = 0x10;
/** 16384 pixels: twice what the highest level needs. */
const MAX_MACROBLOCKS_PER_SIDE = 1024;

interface ChromaFormat {
  readonly chromaFormat: number;
  readonly isSeparatePlanes: boolean;
  readonly lumaBits: number;
  readonly chromaBits: number;
}

interface FrameSize {
  readonly widthInMacroblocks: number;
  readonly heightInMacroblocks: number;
  readonly width: number;
  readonly height: number;
}

/**
 * @param bytes a whole NAL unit with its header
 * @returns undefined when malformed
 */
export function parseSequenceParameterSet(bytes: Uint8Array): SequenceParameterSet | undefined {
  const reader = new NalBitReader().reset(bytes, 1, bytes.length - 1);
  const profile = reader.bits(8);
  const constraints = reader.bits(8);
  const level = reader.bits(8);
  const id = reader.unsigned();
  const format = readChromaFormat(reader, profile);
  reader.unsigned(); // log2_max_frame_num_minus4
  const orderCountType = readOrderCount(reader);
  const maxReferenceFrames = reader.unsigned();
  reader.bit(); // gaps_in_frame_num_value_allowed_flag
  const size = readFrameSize(reader, format);
  if (id > 31 || format === undefined || orderCountType === undefined || size === undefined || reader.isOverrun) {
    return undefined;
  }
  const usability = reader.flag() ? parseUsability(reader) : undefined;
  const isInOrder = orderCountType === 2 || profile === BASELINE || isIntraOnly(profile, constraints);
  const bufferedFrames = Math.min(maxDecodedFrames(profile, constraints, level, size), maxReferenceFrames);
  return {
    id,
    profile,
    constraints,
    level,
    chromaFormat: format.chromaFormat,
    lumaBits: format.lumaBits,
    chromaBits: format.chromaBits,
    width: size.width,
    height: size.height,
    reorderDepth: isInOrder ? 0 : reorderDepth(usability, bufferedFrames),
    pixelAspectRatio: usability?.pixelAspectRatio,
    colour: usability?.colour,
  };
}

/** Where the set does not say it (section E.2.1), no more frames can wait than are kept. */
function reorderDepth(usability: Usability | undefined, bufferedFrames: number): number {
  return Math.min(usability?.maxReorderFrames ?? bufferedFrames, 16);
}

function isIntraOnly(profile: number, constraints: number): boolean {
  if (profile === CAVLC_444_INTRA) return true;
  return PROFILES_WITH_INTRA_VARIANT.has(profile) && (constraints & CONSTRAINT_SET3) !== 0;
}

function readChromaFormat(reader: BitReader, profile: number): ChromaFormat | undefined {
  if (!PROFILES_WITH_FORMAT.has(profile)) {
    return { chromaFormat: 1, isSeparatePlanes: false, lumaBits: 8, chromaBits: 8 };
  }
  const chromaFormat = reader.unsigned();
  const isSeparatePlanes = chromaFormat === 3 && reader.flag();
  const lumaBits = 8 + reader.unsigned();
  const chromaBits = 8 + reader.unsigned();
  if (chromaFormat > 3 || lumaBits > 14 || chromaBits > 14) return undefined;
  reader.bit(); // qpprime_y_zero_transform_bypass_flag
  if (reader.flag()) skipScalingMatrix(reader, chromaFormat === 3 ? 12 : 8);
  return { chromaFormat, isSeparatePlanes, lumaBits, chromaBits };
}

function skipScalingMatrix(reader: BitReader, lists: number): void {
  for (let list = 0; list < lists; list++) {
    if (reader.flag()) skipScalingList(reader, list < 6 ? 16 : 64);
  }
}

/** Section 7.3.2.1.1.1: once the next scale is 0 the rest of the list repeats the last. */
function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  for (let index = 0; index < size; index++) {
    const next = (last + reader.signed() + 256) % 256;
    if (next === 0) return;
    last = next;
  }
}

/** @returns pic_order_cnt_type, undefined when malformed */
function readOrderCount(reader: BitReader): number | undefined {
  const type = reader.unsigned();
  if (type > 2) return undefined;
  if (type === 0) reader.unsigned(); // log2_max_pic_order_cnt_lsb_minus4
  if (type === 1) {
    reader.bit(); // delta_pic_order_always_zero_flag
    reader.signed(); // offset_for_non_ref_pic
    reader.signed(); // offset_for_top_to_bottom_field
    const cycle = reader.unsigned();
    if (cycle > 255) return undefined;
    for (let index = 0; index < cycle; index++) reader.signed();
  }
  return type;
}

function readFrameSize(reader: BitReader, format: ChromaFormat | undefined): FrameSize | undefined {
  const widthInMacroblocks = reader.unsigned() + 1;
  const heightInMapUnits = reader.unsigned() + 1;
  const isFrameOnly = reader.flag();
  if (!isFrameOnly) reader.bit(); // mb_adaptive_frame_field_flag
  reader.bit(); // direct_8x8_inference_flag
  const fieldFactor = isFrameOnly ? 1 : 2;
  const heightInMacroblocks = heightInMapUnits * fieldFactor;
  if (Math.max(widthInMacroblocks, heightInMacroblocks) > MAX_MACROBLOCKS_PER_SIDE) return undefined;
  const crop = readCrop(reader, format, fieldFactor);
  const width = widthInMacroblocks * 16 - crop.x;
  const height = heightInMacroblocks * 16 - crop.y;
  return width > 0 && height > 0 ? { widthInMacroblocks, heightInMacroblocks, width, height } : undefined;
}

/** Pixels cut off at both sides together. Cropping counts in chroma samples (table 6-1), and in fields' lines. */
function readCrop(
  reader: BitReader,
  format: ChromaFormat | undefined,
  fieldFactor: number,
): { readonly x: number; readonly y: number } {
  if (!reader.flag()) return { x: 0, y: 0 };
  const chromaFormat = format === undefined || format.isSeparatePlanes ? 0 : format.chromaFormat;
  const unitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const unitY = (chromaFormat === 1 ? 2 : 1) * fieldFactor;
  const x = unitX * (reader.unsigned() + reader.unsigned());
  const y = unitY * (reader.unsigned() + reader.unsigned());
  return { x, y };
}
