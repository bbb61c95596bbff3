import type { BitReader } from '../bit-reader.js';

const MAX_SETS = 64;
const MAX_PICTURES = 16;

/**
 * Goes over num_short_term_ref_pic_sets and the sets, ITU-T H.265 section 7.3.7. One can be told by its difference from
 * the one before, so their sizes must be known.
 *
 * @returns false when malformed
 */
export function skipReferencePictureSets(reader: BitReader): boolean {
  const count = reader.unsigned();
  if (count > MAX_SETS) return false;
  let pictures = 0;
  for (let index = 0; index < count; index++) {
    const isDifference = index > 0 && reader.flag();
    pictures = isDifference ? skipDifference(reader, pictures) : skipPictures(reader);
    if (pictures > MAX_PICTURES || reader.isOverrun) return false;
  }
  return true;
}

/** @returns NumDeltaPocs of the set: those of the one before, and that one itself, that are used (7-61, 7-62) */
function skipDifference(reader: BitReader, picturesBefore: number): number {
  reader.bit(); // delta_rps_sign
  reader.unsigned(); // abs_delta_rps_minus1
  let pictures = 0;
  for (let index = 0; index <= picturesBefore; index++) {
    const isUsedByCurrent = reader.flag();
    if (isUsedByCurrent || reader.flag()) pictures++;
  }
  return pictures;
}

/** @returns NumDeltaPocs of the set */
function skipPictures(reader: BitReader): number {
  const pictures = reader.unsigned() + reader.unsigned();
  if (pictures > MAX_PICTURES) return pictures;
  for (let index = 0; index < pictures; index++) {
    reader.unsigned(); // delta_poc_minus1
    reader.bit(); // used_by_curr_pic_flag
  }
  return pictures;
}
