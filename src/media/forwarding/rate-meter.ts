const INTERVAL_MS = 500;
/** Of a measured interval against what was known before. */
const WEIGHT = 0.5;

/** How many bits per second flow, from a count of bytes that grows. */
export class RateMeter {
  bitsPerSecond = 0;
  private sinceMs = -Infinity;
  private bytesBefore = 0;
  private isMeasured = false;

  /** To be called some times per second. @param bytes counted so far */
  read(bytes: number, nowMs: number): number {
    const elapsedMs = nowMs - this.sinceMs;
    if (elapsedMs < INTERVAL_MS) return this.bitsPerSecond;
    const measured = ((bytes - this.bytesBefore) * 8000) / elapsedMs;
    if (this.sinceMs !== -Infinity) {
      this.bitsPerSecond += (measured - this.bitsPerSecond) * (this.isMeasured ? WEIGHT : 1);
      this.isMeasured = true;
    }
    this.sinceMs = nowMs;
    this.bytesBefore = bytes;
    return this.bitsPerSecond;
  }
}
