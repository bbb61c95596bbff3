/** The two clocks a program needs. Tests pass their own. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z. May step in either direction. */
  epochMs(): number;
  /** Never steps, starts anywhere, milliseconds with fractions. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
