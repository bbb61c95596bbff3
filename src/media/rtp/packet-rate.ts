const INTERVAL_MS = 500;
/** How much of what was measured before is kept per interval: a pause does not make a fast stream a slow one at once. */
const DECAY = 0.95;

/** How fast the packets of a stream come. Pure: time and counts are passed in. */
export class PacketRate {
  /** Packets per millisecond, the highest of late. */
  perMs = 0;
  private sinceMs = -Infinity;
  private counted = 0;

  /** To be called often. @param received packets so far. @returns true when `perMs` was measured anew */
  tick(nowMs: number, received: number): boolean {
    const elapsedMs = nowMs - this.sinceMs;
    if (elapsedMs < INTERVAL_MS) return false;
    this.perMs = Math.max((received - this.counted) / elapsedMs, this.perMs * DECAY);
    this.sinceMs = nowMs;
    this.counted = received;
    return true;
  }
}
