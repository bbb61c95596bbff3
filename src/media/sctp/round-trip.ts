// RFC 9260 section 6.3, with shorter limits: a message is worth nothing a second later.
const INITIAL_MS = 500;
const SHORTEST_MS = 200;
const LONGEST_MS = 10_000;

/** How long an answer may take before it counts as lost. */
export class RoundTrip {
  private timeoutMs = INITIAL_MS;
  private meanMs: number | undefined;
  private deviationMs = 0;

  get retransmitAfterMs(): number {
    return this.timeoutMs;
  }

  measured(roundTripMs: number): void {
    if (this.meanMs === undefined) {
      this.meanMs = roundTripMs;
      this.deviationMs = roundTripMs / 2;
    } else {
      this.deviationMs += (Math.abs(this.meanMs - roundTripMs) - this.deviationMs) / 4;
      this.meanMs += (roundTripMs - this.meanMs) / 8;
    }
    this.timeoutMs = Math.min(Math.max(this.meanMs + 4 * this.deviationMs, SHORTEST_MS), LONGEST_MS);
  }

  /** Nothing came in that time. */
  backOff(): void {
    this.timeoutMs = Math.min(this.timeoutMs * 2, LONGEST_MS);
  }
}
