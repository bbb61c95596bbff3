/** Level in tenths, luma samples per second, per picture, and of the longer side: "VP9 Levels and Decoder Testing", WebM project. */
const LEVELS: readonly (readonly [number, number, number, number])[] = [
  [10, 829_440, 36_864, 512],
  [11, 2_764_800, 73_728, 768],
  [20, 4_608_000, 122_880, 960],
  [21, 9_216_000, 245_760, 1344],
  [30, 20_736_000, 552_960, 2048],
  [31, 36_864_000, 983_040, 2752],
  [40, 83_558_400, 2_228_224, 4160],
  [41, 160_432_128, 2_228_224, 4160],
  [50, 311_951_360, 8_912_896, 8384],
  [51, 588_251_136, 8_912_896, 8384],
  [52, 1_176_502_272, 8_912_896, 8384],
  [60, 1_176_502_272, 35_651_584, 16_832],
  [61, 2_353_004_544, 35_651_584, 16_832],
];
const HIGHEST_LEVEL = 62;
/** The stream does not tell its rate; few cameras and screens have a higher one. */
const PICTURES_PER_SECOND = 60;

/** @returns the lowest level, in tenths, that has pictures of this size 60 times a second */
export function levelOf(width: number, height: number): number {
  const samples = width * height;
  const level = LEVELS.find(
    ([, perSecond, perPicture, side]) =>
      samples * PICTURES_PER_SECOND <= perSecond && samples <= perPicture && Math.max(width, height) <= side,
  );
  return level?.[0] ?? HIGHEST_LEVEL;
}
