import { BitReader } from '../bit-reader.js';
import type { ColourDescription } from '../codec.js';

/** What a recording needs of a sequence header OBU, AV1 bitstream specification section 5.5. */
export interface SequenceHeader {
  /** 0 Main, 1 High, 2 Professional. */
  readonly profile: number;
  /** Of the operating point with all layers: seq_level_idx, seq_tier, and whether it has several spatial ones. */
  readonly level: number;
  readonly tier: number;
  readonly isSpatiallyLayered: boolean;
  /** A still picture: its frame headers leave out what others begin with. */
  readonly isReduced: boolean;
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 10 | 12;
  readonly isMonochrome: boolean;
  readonly isSubsampledX: boolean;
  readonly isSubsampledY: boolean;
  /** 0 unknown, 1 beside the left luma samples, 2 at the first. */
  readonly chromaPosition: number;
  readonly colour: ColourDescription;
}

type OperatingPoints = Pick<SequenceHeader, 'level' | 'tier' | 'isSpatiallyLayered'>;
type ColourFormat = Pick<
  SequenceHeader,
  'bitDepth' | 'isMonochrome' | 'isSubsampledX' | 'isSubsampledY' | 'chromaPosition' | 'colour'
>;

const UNSPECIFIED = 2;
const SRGB = { primaries: 1, transfer: 13, matrix: 0 } as const;
const PROFESSIONAL = 2;
/** Levels above 3.3 have two tiers. */
const LAST_LEVEL_WITHOUT_TIERS = 7;

/**
 * @param bytes the OBU's payload
 * @returns undefined when malformed
 */
export function parseSequenceHeader(bytes: Uint8Array, offset: number, length: number): SequenceHeader | undefined {
  const reader = new BitReader().reset(bytes, offset, length);
  const profile = reader.bits(3);
  reader.bit(); // still_picture
  const isReduced = reader.flag();
  const point = isReduced ? { level: reader.bits(5), tier: 0, isSpatiallyLayered: false } : readOperatingPoints(reader);
  const widthBits = reader.bits(4) + 1;
  const heightBits = reader.bits(4) + 1;
  const width = reader.bits(widthBits) + 1;
  const height = reader.bits(heightBits) + 1;
  if (!isReduced && reader.flag()) reader.bits(7); // two lengths of frame ids
  reader.bits(3); // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
  if (!isReduced) skipCodingTools(reader);
  reader.bits(3); // enable_superres, enable_cdef, enable_restoration
  const format = readColourFormat(reader, profile);
  reader.bit(); // film_grain_params_present
  if (reader.isOverrun || profile > PROFESSIONAL) return undefined;
  return { profile, ...point, isReduced, width, height, ...format };
}

/** @returns the first point: it has all layers */
function readOperatingPoints(reader: BitReader): OperatingPoints {
  const timing = readTiming(reader);
  const hasInitialDelay = reader.flag();
  const count = reader.bits(5) + 1;
  const points: OperatingPoints[] = [];
  for (let index = 0; index < count; index++) {
    const spatialLayers = reader.bits(12) >> 8; // of operating_point_idc: a bit for each
    const level = reader.bits(5);
    const tier = level > LAST_LEVEL_WITHOUT_TIERS ? reader.bit() : 0;
    if (timing.hasDecoderModel && reader.flag()) reader.bits(2 * timing.delayBits + 1);
    if (hasInitialDelay && reader.flag()) reader.bits(4);
    points.push({ level, tier, isSpatiallyLayered: (spatialLayers & (spatialLayers - 1)) !== 0 });
  }
  return points[0] ?? { level: 0, tier: 0, isSpatiallyLayered: false };
}

/** timing_info() and decoder_model_info(), sections 5.5.3 and 5.5.4. */
function readTiming(reader: BitReader): { readonly hasDecoderModel: boolean; readonly delayBits: number } {
  if (!reader.flag()) return { hasDecoderModel: false, delayBits: 0 };
  reader.bits(64); // num_units_in_display_tick, time_scale
  if (reader.flag()) reader.unsigned(); // num_ticks_per_picture_minus_1
  if (!reader.flag()) return { hasDecoderModel: false, delayBits: 0 };
  const delayBits = reader.bits(5) + 1;
  reader.bits(32 + 5 + 5); // num_units_in_decoding_tick and two lengths
  return { hasDecoderModel: true, delayBits };
}

/** From enable_interintra_compound to order_hint_bits_minus_1. */
function skipCodingTools(reader: BitReader): void {
  reader.bits(4); // enable_interintra_compound, enable_masked_compound, enable_warped_motion, enable_dual_filter
  const hasOrderHints = reader.flag();
  if (hasOrderHints) reader.bits(2); // enable_jnt_comp, enable_ref_frame_mvs
  const choosesContentTools = reader.flag();
  const hasContentTools = choosesContentTools || reader.flag();
  if (hasContentTools && !reader.flag()) reader.bit(); // seq_force_integer_mv
  if (hasOrderHints) reader.bits(3);
}

/** color_config(), section 5.5.2. */
function readColourFormat(reader: BitReader, profile: number): ColourFormat {
  const isHigh = reader.flag();
  const bitDepth = !isHigh ? 8 : profile === PROFESSIONAL && reader.flag() ? 12 : 10;
  const isMonochrome = profile !== 1 && reader.flag();
  const hasColour = reader.flag();
  const codes = hasColour
    ? { primaries: reader.bits(8), transfer: reader.bits(8), matrix: reader.bits(8) }
    : { primaries: UNSPECIFIED, transfer: UNSPECIFIED, matrix: UNSPECIFIED };
  const depth = { bitDepth, isMonochrome } as const;
  if (isMonochrome) {
    const colour = { ...codes, isFullRange: reader.flag() };
    return { ...depth, isSubsampledX: true, isSubsampledY: true, chromaPosition: 0, colour };
  }
  const isRgb = codes.primaries === SRGB.primaries && codes.transfer === SRGB.transfer && codes.matrix === SRGB.matrix;
  const colour = { ...codes, isFullRange: isRgb || reader.flag() };
  const sampling = isRgb ? { isSubsampledX: false, isSubsampledY: false } : readSampling(reader, profile, bitDepth);
  const chromaPosition = sampling.isSubsampledX && sampling.isSubsampledY ? reader.bits(2) : 0;
  reader.bit(); // separate_uv_delta_q
  return { ...depth, ...sampling, chromaPosition, colour };
}

function readSampling(
  reader: BitReader,
  profile: number,
  bitDepth: number,
): Pick<SequenceHeader, 'isSubsampledX' | 'isSubsampledY'> {
  if (profile === 0) return { isSubsampledX: true, isSubsampledY: true };
  if (profile === 1) return { isSubsampledX: false, isSubsampledY: false };
  if (bitDepth < 12) return { isSubsampledX: true, isSubsampledY: false };
  const isSubsampledX = reader.flag();
  return { isSubsampledX, isSubsampledY: isSubsampledX && reader.flag() };
}
