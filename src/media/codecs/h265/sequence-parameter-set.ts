import type { ColourDescription } from '../codec.js';
import type { BitReader } from '../bit-reader.js';
import { NalBitReader } from '../nal/nal-bit-reader.js';
import type { PixelAspectRatio } from '../nal/picture-format.js';
import { readProfile, type Profile } from './profile.js';
import { skipReferencePictureSets } from './reference-picture-sets.js';
import { parseUsability } from './usability.js';

/** What a recording needs of a sequence parameter set, ITU-T H.265 section 7.3.2.2. */
export interface SequenceParameterSet {
  /** 0 to 15. */
  readonly id: number;
  readonly videoSetId: number;
  readonly profile: Profile;
  /** Temporal sub-layers, 1 to 7. */
  readonly subLayers: number;
  readonly isTemporallyNested: boolean;
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormat: number;
  readonly lumaBits: number;
  readonly chromaBits: number;
  /** Pixels, inside the conformance window. */
  readonly width: number;
  readonly height: number;
  /** sps_max_num_reorder_pics of the highest sub-layer. */
  readonly reorderDepth: number;
  readonly pixelAspectRatio: PixelAspectRatio | undefined;
  readonly colour: ColourDescription | undefined;
}

const UNIT_HEADER_BYTES = 2;
/** Twice what the highest level needs. */
const MAX_SIDE = 16_384;
const MAX_REORDERED = 16;

/**
 * @param bytes a whole NAL unit with its header
 * @returns undefined when malformed
 */
export function parseSequenceParameterSet(bytes: Uint8Array): SequenceParameterSet | undefined {
  const reader = new NalBitReader().reset(bytes, UNIT_HEADER_BYTES, bytes.length - UNIT_HEADER_BYTES);
  const videoSetId = reader.bits(4);
  const subLayers = reader.bits(3) + 1;
  const isTemporallyNested = reader.flag();
  const profile = readProfile(reader, subLayers);
  const id = reader.unsigned();
  const chromaFormat = reader.unsigned();
  const isSeparatePlanes = chromaFormat === 3 && reader.flag();
  const size = readSize(reader, isSeparatePlanes ? 0 : chromaFormat);
  const lumaBits = 8 + reader.unsigned();
  const chromaBits = 8 + reader.unsigned();
  const orderCountBits = 4 + reader.unsigned();
  const reorderDepth = readReorderDepth(reader, subLayers);
  if (reader.isOverrun || id > 15 || subLayers > 7 || chromaFormat > 3 || size === undefined) return undefined;
  if (lumaBits > 16 || chromaBits > 16 || orderCountBits > 16) return undefined;
  const usability = skipCodingTools(reader, orderCountBits) ? parseUsability(reader) : undefined;
  return {
    id,
    videoSetId,
    profile,
    subLayers,
    isTemporallyNested,
    chromaFormat,
    lumaBits,
    chromaBits,
    width: size.width,
    height: size.height,
    reorderDepth: Math.min(reorderDepth, MAX_REORDERED),
    pixelAspectRatio: usability?.pixelAspectRatio,
    colour: usability?.colour,
  };
}

/** The conformance window counts in chroma samples (table 6-1). */
function readSize(reader: BitReader, chromaFormat: number): { width: number; height: number } | undefined {
  const codedWidth = reader.unsigned();
  const codedHeight = reader.unsigned();
  if (codedWidth > MAX_SIDE || codedHeight > MAX_SIDE) return undefined;
  const window = { left: 0, right: 0, top: 0, bottom: 0 };
  if (reader.flag()) {
    window.left = reader.unsigned();
    window.right = reader.unsigned();
    window.top = reader.unsigned();
    window.bottom = reader.unsigned();
  }
  const unitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const unitY = chromaFormat === 1 ? 2 : 1;
  const width = codedWidth - unitX * (window.left + window.right);
  const height = codedHeight - unitY * (window.top + window.bottom);
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** Told for each sub-layer, or once for all; the last is that of the highest. */
function readReorderDepth(reader: BitReader, subLayers: number): number {
  const count = reader.flag() ? subLayers : 1;
  let depth = 0;
  for (let index = 0; index < count; index++) {
    reader.unsigned(); // sps_max_dec_pic_buffering_minus1
    depth = reader.unsigned();
    reader.unsigned(); // sps_max_latency_increase_plus1
  }
  return depth;
}

/** What lies between the sizes and the usability information. @returns true when that information follows */
function skipCodingTools(reader: BitReader, orderCountBits: number): boolean {
  for (let index = 0; index < 6; index++) reader.unsigned(); // block sizes and depths
  if (reader.flag() && reader.flag()) skipScalingLists(reader);
  reader.bits(2); // amp_enabled_flag, sample_adaptive_offset_enabled_flag
  if (reader.flag()) {
    reader.bits(8); // bit depths of PCM
    reader.unsigned();
    reader.unsigned();
    reader.bit(); // pcm_loop_filter_disabled_flag
  }
  if (!skipReferencePictureSets(reader)) return false;
  if (reader.flag()) skipLongTermPictures(reader, orderCountBits);
  reader.bits(2); // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
  return reader.flag() && !reader.isOverrun;
}

/** Section 7.3.4. */
function skipScalingLists(reader: BitReader): void {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!reader.flag()) {
        reader.unsigned(); // scaling_list_pred_matrix_id_delta
        continue;
      }
      if (size > 1) reader.signed(); // scaling_list_dc_coef_minus8
      const coefficients = Math.min(64, 1 << (4 + (size << 1)));
      for (let index = 0; index < coefficients && !reader.isOverrun; index++) reader.signed();
    }
  }
}

function skipLongTermPictures(reader: BitReader, orderCountBits: number): void {
  const count = reader.unsigned();
  for (let index = 0; index < count && !reader.isOverrun; index++) reader.bits(orderCountBits + 1);
}
