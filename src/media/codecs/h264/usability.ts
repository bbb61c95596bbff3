import type { ColourDescription } from '../codec.js';
import type { BitReader } from '../bit-reader.js';
import { readColour, readPixelAspectRatio, type PixelAspectRatio } from '../nal/picture-format.js';

/** Of the video usability information, ISO/IEC 14496-10 annex E, what a container or a recording clock needs. */
export interface Usability {
  readonly pixelAspectRatio: PixelAspectRatio | undefined;
  readonly colour: ColourDescription | undefined;
  readonly maxReorderFrames: number | undefined;
}

/** @returns undefined when it does not end within the set: some encoders write it wrong, and a player can do without */
export function parseUsability(reader: BitReader): Usability | undefined {
  const pixelAspectRatio = reader.flag() ? readPixelAspectRatio(reader) : undefined;
  if (reader.flag()) reader.bit(); // overscan_appropriate_flag
  const colour = reader.flag() ? readColour(reader) : undefined;
  if (reader.flag()) {
    reader.unsigned(); // chroma_sample_loc_type_top_field
    reader.unsigned(); // chroma_sample_loc_type_bottom_field
  }
  if (reader.flag()) {
    reader.bits(32); // num_units_in_tick
    reader.bits(32); // time_scale
    reader.bit(); // fixed_frame_rate_flag
  }
  skipBufferingParameters(reader);
  reader.bit(); // pic_struct_present_flag
  const maxReorderFrames = reader.flag() ? readMaxReorderFrames(reader) : undefined;
  return reader.isOverrun ? undefined : { pixelAspectRatio, colour, maxReorderFrames };
}

function skipBufferingParameters(reader: BitReader): void {
  const hasNal = reader.flag();
  if (hasNal) skipHypotheticalDecoder(reader);
  const hasVcl = reader.flag();
  if (hasVcl) skipHypotheticalDecoder(reader);
  if (hasNal || hasVcl) reader.bit(); // low_delay_hrd_flag
}

/** Section E.1.2. */
function skipHypotheticalDecoder(reader: BitReader): void {
  const buffers = reader.unsigned() + 1;
  reader.bits(8); // bit_rate_scale, cpb_size_scale
  for (let index = 0; index < buffers && !reader.isOverrun; index++) {
    reader.unsigned(); // bit_rate_value_minus1
    reader.unsigned(); // cpb_size_value_minus1
    reader.bit(); // cbr_flag
  }
  reader.bits(20); // three delay lengths and time_offset_length
}

function readMaxReorderFrames(reader: BitReader): number {
  reader.bit(); // motion_vectors_over_pic_boundaries_flag
  reader.unsigned(); // max_bytes_per_pic_denom
  reader.unsigned(); // max_bits_per_mb_denom
  reader.unsigned(); // log2_max_mv_length_horizontal
  reader.unsigned(); // log2_max_mv_length_vertical
  return reader.unsigned();
}
