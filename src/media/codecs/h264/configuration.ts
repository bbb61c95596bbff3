import type { CodecParameters } from '../codec.js';
import { lengthAndBytes } from '../nal/unit-bytes.js';
import { UnitReader } from '../nal/unit-reader.js';
import type { SequenceParameterSet } from './sequence-parameter-set.js';

/** Of these the record has no chroma format and bit depths: Baseline, Main, Extended. */
const PROFILES_WITHOUT_FORMAT = new Set([66, 77, 88]);
const NAL_LENGTH_BYTES = 4;
/** Of the record: the sequence parameter sets, behind how many there are. */
const SETS_START = 6;

/**
 * What a sample entry says of a picture's parameter sets.
 *
 * @param sequenceSet the set in force, and its NAL unit
 * @param pictureSets NAL units of the picture parameter sets that refer to it
 */
export function codecParameters(
  set: SequenceParameterSet,
  sequenceSet: Uint8Array,
  pictureSets: readonly Uint8Array[],
): CodecParameters {
  return {
    codecString: codecStringOf(set.profile, set.constraints, set.level),
    configuration: configurationRecord(set, sequenceSet, pictureSets),
    width: set.width,
    height: set.height,
    ...(set.pixelAspectRatio && { pixelAspectRatio: set.pixelAspectRatio }),
    ...(set.colour && { colour: set.colour }),
    reorderDepth: set.reorderDepth,
  };
}

/** @returns undefined for bytes that are no AVCDecoderConfigurationRecord */
export function codecString(configuration: Uint8Array): string | undefined {
  const [version, profile = 0, constraints = 0, level] = configuration;
  return version !== 1 || level === undefined ? undefined : codecStringOf(profile, constraints, level);
}

/** @returns the sets of an AVCDecoderConfigurationRecord, each behind its length in four bytes, as samples have them */
export function parameterUnits(configuration: Uint8Array): Uint8Array {
  const units = new UnitReader(configuration, SETS_START);
  units.copy((configuration[SETS_START - 1] ?? 0) & 0x1f);
  units.copy(units.skipByte());
  return units.copied();
}

/** RFC 6381 section 3.3. */
function codecStringOf(...facts: readonly number[]): string {
  return `avc1.${facts.map(hexadecimal).join('')}`;
}

/** AVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 5.3.3.1. Bits marked reserved there are 1. */
function configurationRecord(
  set: SequenceParameterSet,
  sequenceSet: Uint8Array,
  pictureSets: readonly Uint8Array[],
): Uint8Array {
  const sets = [0xe0 | 1, ...lengthAndBytes(sequenceSet), pictureSets.length, ...pictureSets.flatMap(lengthAndBytes)];
  const format = PROFILES_WITHOUT_FORMAT.has(set.profile)
    ? []
    : [0xfc | set.chromaFormat, 0xf8 | (set.lumaBits - 8), 0xf8 | (set.chromaBits - 8), 0];
  return Uint8Array.of(1, set.profile, set.constraints, set.level, 0xfc | (NAL_LENGTH_BYTES - 1), ...sets, ...format);
}

function hexadecimal(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
