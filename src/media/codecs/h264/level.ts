/** MaxDpbMbs of ISO/IEC 14496-10 table A-1 by level_idc. */
const MAX_DECODED_MACROBLOCKS: Readonly<Record<number, number>> = {
  9: 396,
  10: 396,
  11: 900,
  12: 2376,
  13: 2376,
  20: 2376,
  21: 4752,
  22: 8100,
  30: 8100,
  31: 18_000,
  32: 20_480,
  40: 32_768,
  41: 32_768,
  42: 34_816,
  50: 110_400,
  51: 184_320,
  52: 184_320,
  60: 696_320,
  61: 696_320,
  62: 696_320,
};

const MAX_FRAMES = 16;
const CONSTRAINT_SET3 = 0x10;
/** Baseline, Main and Extended say level 1b as level 1.1 with constraint_set3. */
const PROFILES_WITH_LEVEL_1B = new Set([66, 77, 88]);

/** @returns MaxDpbFrames of section A.3.1: how many decoded frames a decoder keeps, 1 to 16 */
export function maxDecodedFrames(
  profile: number,
  constraints: number,
  level: number,
  size: { readonly widthInMacroblocks: number; readonly heightInMacroblocks: number },
): number {
  const isLevel1b = level === 11 && PROFILES_WITH_LEVEL_1B.has(profile) && (constraints & CONSTRAINT_SET3) !== 0;
  const macroblocks = MAX_DECODED_MACROBLOCKS[isLevel1b ? 9 : level];
  if (macroblocks === undefined) return MAX_FRAMES;
  const frames = Math.floor(macroblocks / (size.widthInMacroblocks * size.heightInMacroblocks));
  return Math.min(Math.max(frames, 1), MAX_FRAMES);
}
