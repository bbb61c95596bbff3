import type { CodecParameters, ColourDescription } from '../codec.js';
import type { BitReader } from '../bit-reader.js';

/* What the video usability information of ISO/IEC 14496-10 and of 23008-2, annex E of both, says in the same bits. */

export type PixelAspectRatio = NonNullable<CodecParameters['pixelAspectRatio']>;

/** Table E-1 (E.1 in 23008-2) from aspect_ratio_idc 1. */
const PIXEL_ASPECT_RATIOS: readonly (readonly [number, number])[] = [
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];
const EXTENDED_ASPECT_RATIO = 255;
const UNSPECIFIED = 2;

/** Behind aspect_ratio_info_present_flag. @returns undefined when unspecified */
export function readPixelAspectRatio(reader: BitReader): PixelAspectRatio | undefined {
  const index = reader.bits(8);
  const [horizontal, vertical] =
    index === EXTENDED_ASPECT_RATIO ? [reader.bits(16), reader.bits(16)] : (PIXEL_ASPECT_RATIOS[index - 1] ?? [0, 0]);
  return horizontal > 0 && vertical > 0 ? { horizontal, vertical } : undefined;
}

/** Behind video_signal_type_present_flag. */
export function readColour(reader: BitReader): ColourDescription {
  reader.bits(3); // video_format
  const isFullRange = reader.flag();
  if (!reader.flag()) return { primaries: UNSPECIFIED, transfer: UNSPECIFIED, matrix: UNSPECIFIED, isFullRange };
  return { primaries: reader.bits(8), transfer: reader.bits(8), matrix: reader.bits(8), isFullRange };
}
