import type { ManifestPeriod, ManifestSegment, ManifestTimeline } from './timeline.js';

/** What a player has to load, at worst and on average. */
export interface Bandwidth {
  /** Bits per second of the largest segment, all tracks together. */
  readonly peakBps: number;
  readonly averageBps: number;
}

/** @returns at least 1 each, as a rate of 0 is not one */
export function bandwidthOf(timeline: ManifestTimeline): Bandwidth {
  let peakBps = 1;
  let totalBits = 0;
  let totalSeconds = 0;
  for (const period of timeline.periods) {
    for (const segment of period.segments) {
      const bits = 8 * segment.objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const seconds = lengthSeconds(period, segment);
      totalBits += bits;
      totalSeconds += seconds;
      peakBps = Math.max(peakBps, Math.ceil(bits / Math.max(seconds, 1)));
    }
  }
  return { peakBps, averageBps: Math.max(1, Math.round(totalBits / Math.max(totalSeconds, 1))) };
}

function lengthSeconds(period: ManifestPeriod, segment: ManifestSegment): number {
  return segment.objects.reduce((longest, { trackId, durationTicks }) => {
    const timescale = period.tracks.find(({ id }) => id === trackId)?.timescale ?? 1;
    return Math.max(longest, durationTicks / timescale);
  }, 0);
}
