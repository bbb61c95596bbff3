const WRAP = 2 ** 32;
const HALF = 2 ** 31;

/** Makes the wrapping RTP timestamps of one source grow for ever. */
export class TimestampUnwrapper {
  private isStarted = false;
  private lastTicks = 0;
  private lastTimestamp = 0;

  /**
   * RTP timestamps are 32-bit and start anywhere (RFC 3550 section 5.1). The value nearest to the last one is taken, so
   * a packet up to 2^31 ticks early or late (6 h 37 min at 90 kHz) keeps its place.
   *
   * @param timestamp clock-rate ticks, 0 to 2^32 - 1
   * @returns ticks since the first call; negative for a packet from before it
   * @throws {RangeError} when `timestamp` is not such an integer: the caller's mistake, not the sender's
   */
  unwrap(timestamp: number): number {
    const ticks = this.near(timestamp);
    this.isStarted = true;
    this.lastTicks = ticks;
    this.lastTimestamp = timestamp;
    return ticks;
  }

  /** As `unwrap`, without moving: for timestamps that may be nonsense, such as those in sender reports. */
  near(timestamp: number): number {
    if (timestamp >>> 0 !== timestamp) throw new RangeError(`${String(timestamp)} is no RTP timestamp.`);
    if (!this.isStarted) return 0;
    let distance = timestamp - this.lastTimestamp;
    if (distance >= HALF) distance -= WRAP;
    else if (distance < -HALF) distance += WRAP;
    return this.lastTicks + distance;
  }
}
