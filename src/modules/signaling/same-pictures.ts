import type { TrackStatistics } from '../../engine/index.js';

/** What tracks carry, beside how much of it. */
export function areSamePictures(before: readonly TrackStatistics[], now: readonly TrackStatistics[]): boolean {
  return (
    before.length === now.length &&
    before.every((one, index) => {
      const other = now[index];
      return one.codecString === other?.codecString && one.width === other?.width && one.height === other?.height;
    })
  );
}
