import type { FragmentSamples } from '../containers/fragment-samples.js';

/** Pending samples of a track in decoding order, in arrays that are reused. */
export interface TimedSamples {
  /** Presentation times. */
  readonly ticks: Float64Array;
  readonly sizeBytes: Uint32Array;
  readonly isSync: Uint8Array;
}

/**
 * Decode times for pictures that are shown in another order than they are decoded in.
 *
 * The presentation times of a run, sorted, are its decode times; what a picture is shown later or earlier than that is
 * its composition offset. So a run may only end where everything before it is shown before everything after it.
 */
export class DecodeOrder {
  private scratch = new Float64Array(64);

  /**
   * Where to end a run that may not grow longer than up to `limitTicks`.
   *
   * @param lookAhead samples that must follow the end, at least 1: one more than may be overtaken, so that no picture
   * yet to come is shown before all of them, and where the run ends is known
   * @returns samples in the run: the most that end at or before the limit, else the fewest that can be cut off, 0 when
   * nothing can
   */
  findCut(ticks: Float64Array, count: number, lookAhead: number, limitTicks: number): number {
    const leastFrom = this.leastFromEach(ticks, count);
    let best = 0;
    let greatest = -Infinity;
    for (let cut = 1; cut <= count - lookAhead; cut++) {
      greatest = Math.max(greatest, ticks[cut - 1] ?? 0);
      const next = leastFrom[cut] ?? 0;
      if (greatest >= next) continue;
      if (next > limitTicks) return best === 0 ? cut : best;
      best = cut;
    }
    return best;
  }

  /**
   * Fills `run` with the first `count` samples.
   *
   * @param fromTicks end of what was written before: no decode time lies before it
   * @param endTicks where the run ends, normally the first time of the next
   * @returns decode time of the first sample
   */
  fill(run: FragmentSamples, samples: TimedSamples, count: number, fromTicks: number, endTicks: number): number {
    const sorted = this.room(count);
    for (let index = 0; index < count; index++) sorted[index] = samples.ticks[index] ?? 0;
    sorted.subarray(0, count).sort();
    run.clear();
    const first = Math.max(fromTicks, sorted[0] ?? 0);
    let decode = first;
    for (let index = 0; index < count; index++) {
      const next = index + 1 < count ? (sorted[index + 1] ?? 0) : endTicks;
      const duration = Math.max(1, next - decode);
      const offset = (samples.ticks[index] ?? 0) - decode;
      run.add(samples.sizeBytes[index] ?? 0, duration, offset, samples.isSync[index] === 1);
      decode += duration;
    }
    return first;
  }

  /** For each place the least time from there on. */
  private leastFromEach(ticks: Float64Array, count: number): Float64Array {
    const least = this.room(count);
    let minimum = Infinity;
    for (let index = count - 1; index >= 0; index--) {
      minimum = Math.min(minimum, ticks[index] ?? 0);
      least[index] = minimum;
    }
    return least;
  }

  private room(count: number): Float64Array {
    if (this.scratch.length < count) this.scratch = new Float64Array(2 ** Math.ceil(Math.log2(count)));
    return this.scratch;
  }
}
