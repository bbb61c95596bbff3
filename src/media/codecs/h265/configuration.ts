import { BitReader } from '../bit-reader.js';
import type { CodecParameters } from '../codec.js';
import { lengthAndBytes } from '../nal/unit-bytes.js';
import { UnitReader } from '../nal/unit-reader.js';
import { readProfile, type Profile } from './profile.js';
import type { SequenceParameterSet } from './sequence-parameter-set.js';

/** Of the record before its arrays. */
const FIXED_BYTES = 23;
const PROFILE_BYTES = 12;
const NAL_LENGTH_BYTES = 4;
/** `hvc1`: all sets of the type are in the record and none in the samples. */
const ARRAY_COMPLETENESS = 0x80;
const SPACES = ['', 'A', 'B', 'C'];

/** NAL units of the sets that a picture refers to. */
export interface ActiveSets {
  readonly videoSet: Uint8Array;
  readonly sequenceSet: Uint8Array;
  readonly pictureSets: readonly Uint8Array[];
}

/** What a sample entry says of a picture's parameter sets. */
export function codecParameters(set: SequenceParameterSet, sets: ActiveSets): CodecParameters {
  return {
    codecString: codecStringOf(set.profile),
    configuration: configurationRecord(set, sets),
    width: set.width,
    height: set.height,
    ...(set.pixelAspectRatio && { pixelAspectRatio: set.pixelAspectRatio }),
    ...(set.colour && { colour: set.colour }),
    reorderDepth: set.reorderDepth,
  };
}

/** @returns undefined for bytes that are no HEVCDecoderConfigurationRecord */
export function codecString(configuration: Uint8Array): string | undefined {
  if (configuration[0] !== 1 || configuration.length < FIXED_BYTES) return undefined;
  return codecStringOf(readProfile(new BitReader().reset(configuration, 1, PROFILE_BYTES), 1));
}

/** @returns the sets of an HEVCDecoderConfigurationRecord, each behind its length in four bytes, as samples have them */
export function parameterUnits(configuration: Uint8Array): Uint8Array {
  const units = new UnitReader(configuration, FIXED_BYTES);
  for (let arrays = configuration[FIXED_BYTES - 1] ?? 0; arrays > 0; arrays--) {
    units.skipByte();
    units.copy((units.skipByte() << 8) | units.skipByte());
  }
  return units.copied();
}

/** ISO/IEC 14496-15 annex E.3: profile, compatibility with the bits in reverse, tier and level, constraints up to the last that is not 0. */
function codecStringOf({ space, number, compatibility, isHighTier, level, constraints }: Profile): string {
  const used = constraints.slice(0, constraints.findLastIndex((octet) => octet !== 0) + 1);
  const tierAndLevel = `${isHighTier ? 'H' : 'L'}${level}`;
  const parts = [`${SPACES[space] ?? ''}${number}`, hexadecimal(reversed(compatibility)), tierAndLevel];
  return ['hvc1', ...parts, ...used.map(hexadecimal)].join('.');
}

function reversed(bits: number): number {
  let result = 0;
  for (let index = 0; index < 32; index++) result = result * 2 + ((bits >>> index) & 1);
  return result;
}

function hexadecimal(value: number): string {
  return value.toString(16).toUpperCase();
}

/** HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 8.3.2.1.2. Bits marked reserved there are 1. */
function configurationRecord(set: SequenceParameterSet, sets: ActiveSets): Uint8Array {
  const { profile } = set;
  const temporal = (set.subLayers << 3) | (set.isTemporallyNested ? 4 : 0);
  return Uint8Array.of(
    1,
    (profile.space << 6) | (profile.isHighTier ? 0x20 : 0) | profile.number,
    ...[24, 16, 8, 0].map((shift) => (profile.compatibility >>> shift) & 0xff),
    ...profile.constraints,
    profile.level,
    ...[0xf0, 0], // min_spatial_segmentation_idc: not told
    0xfc, // parallelismType: not told
    0xfc | set.chromaFormat,
    0xf8 | (set.lumaBits - 8),
    0xf8 | (set.chromaBits - 8),
    ...[0, 0], // avgFrameRate: not told
    temporal | (NAL_LENGTH_BYTES - 1),
    3,
    ...unitArray(sets.videoSet),
    ...unitArray(sets.sequenceSet),
    ...unitArray(...sets.pictureSets),
  );
}

/** NAL units of one type. */
function unitArray(...units: readonly Uint8Array[]): number[] {
  const type = ((units[0]?.[0] ?? 0) >> 1) & 0x3f;
  return [ARRAY_COMPLETENESS | type, 0, units.length, ...units.flatMap(lengthAndBytes)];
}
