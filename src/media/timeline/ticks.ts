// Media times are integers in a track's timescale, of a fixed number of ticks per second; rules are in milliseconds.

/** @returns milliseconds, with fractions */
export function ticksToMs(ticks: number, timescale: number): number {
  return (ticks * 1000) / timescale;
}

/** @returns the nearest whole number of ticks */
export function msToTicks(ms: number, timescale: number): number {
  return Math.round((ms * timescale) / 1000);
}
