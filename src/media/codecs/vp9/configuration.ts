import type { CodecParameters, ColourDescription } from '../codec.js';
import type { ColourFormat } from './frame-header.js';
import { levelOf } from './level.js';

const RECORD_VERSION = 1;
/** Version and flags of the box, which is a FullBox, the record, and no initialization data. */
const RECORD_BYTES = 12;
/** Chroma subsampling of the record: 4:2:0 with chroma beside the left luma samples or at the first, 4:2:2, 4:4:4, 4:4:0. */
const SAMPLED_420 = 1;
const SAMPLED_422 = 2;
const SAMPLED_444 = 3;
const SAMPLED_440 = 4;

/** Primaries, transfer and matrix (ISO/IEC 23091-2) that color_space stands for; 0 and the reserved 6 say nothing. */
const COLOURS: Readonly<Record<number, readonly [number, number, number]>> = {
  1: [6, 6, 6], // BT.601
  2: [1, 1, 1], // BT.709
  3: [6, 6, 6], // SMPTE 170
  4: [7, 7, 7], // SMPTE 240
  5: [9, 14, 9], // BT.2020
  7: [1, 13, 0], // sRGB
};
const UNSPECIFIED = [2, 2, 2] as const;

/** What a sample entry says of a key frame. */
export function codecParameters(format: ColourFormat, width: number, height: number): CodecParameters {
  const [primaries, transfer, matrix] = COLOURS[format.colourSpace] ?? UNSPECIFIED;
  const colour = { primaries, transfer, matrix, isFullRange: format.isFullRange };
  const configuration = configurationRecord(format, levelOf(width, height), colour);
  return { codecString: codecStringOf(configuration), configuration, width, height, colour, reorderDepth: 0 };
}

/** @returns undefined for bytes that are not the content of a `vpcC` box */
export function codecString(configuration: Uint8Array): string | undefined {
  if (configuration[0] !== RECORD_VERSION || configuration.length < RECORD_BYTES) return undefined;
  return codecStringOf(configuration);
}

/** "VP Codec ISO Media File Format Binding", section VP Codec Configuration Box. */
function configurationRecord(format: ColourFormat, level: number, colour: ColourDescription): Uint8Array {
  const samples = (format.bitDepth << 4) | (subsampling(format) << 1) | (colour.isFullRange ? 1 : 0);
  const { primaries, transfer, matrix } = colour;
  return Uint8Array.of(RECORD_VERSION, 0, 0, 0, format.profile, level, samples, primaries, transfer, matrix, 0, 0);
}

function subsampling({ isSubsampledX, isSubsampledY }: ColourFormat): number {
  if (isSubsampledX) return isSubsampledY ? SAMPLED_420 : SAMPLED_422;
  return isSubsampledY ? SAMPLED_440 : SAMPLED_444;
}

/** Section Codecs Parameter String, all fields: profile, level, bit depth, subsampling, colour, range. */
function codecStringOf(configuration: Uint8Array): string {
  const [profile = 0, level = 0, samples = 0, ...colour] = configuration.subarray(4, 10);
  const fields = [profile, level, samples >> 4, (samples >> 1) & 7, ...colour, samples & 1];
  return ['vp09', ...fields.map((value) => String(value).padStart(2, '0'))].join('.');
}
