import type { BitReader } from '../bit-reader.js';

/** The general part of profile_tier_level(), ITU-T H.265 section 7.3.3, as records and codec strings repeat it. */
export interface Profile {
  /** general_profile_space, 0 to 3. */
  readonly space: number;
  readonly isHighTier: boolean;
  readonly number: number;
  /** general_profile_compatibility_flag[0] in the highest of 32 bits. */
  readonly compatibility: number;
  /** Six bytes: progressive and interlaced source and the constraints that follow. */
  readonly constraints: readonly number[];
  /** general_level_idc: 30 times the level. */
  readonly level: number;
}

const CONSTRAINT_BYTES = 6;
const SUB_LAYER_PROFILE_BITS = 88;
const SUB_LAYER_LEVEL_BITS = 8;
/** Of sub-layers but the highest the set says whether they have a profile and a level of their own, 2 bits for each of 8. */
const SUB_LAYER_ROOM = 8;

export function readProfile(reader: BitReader, subLayers: number): Profile {
  const space = reader.bits(2);
  const isHighTier = reader.flag();
  const number = reader.bits(5);
  const compatibility = reader.bits(32);
  const constraints = Array.from({ length: CONSTRAINT_BYTES }, () => reader.bits(8));
  const level = reader.bits(8);
  skipSubLayers(reader, subLayers - 1);
  return { space, isHighTier, number, compatibility, constraints, level };
}

function skipSubLayers(reader: BitReader, count: number): void {
  if (count === 0) return;
  let bits = 0;
  for (let index = 0; index < SUB_LAYER_ROOM; index++) {
    const hasProfile = reader.flag();
    const hasLevel = reader.flag();
    if (index >= count) continue;
    bits += (hasProfile ? SUB_LAYER_PROFILE_BITS : 0) + (hasLevel ? SUB_LAYER_LEVEL_BITS : 0);
  }
  reader.bits(bits);
}
