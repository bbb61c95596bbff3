const WINDOW_BITS = 64;

/** Which of the last 64 sequence numbers have come (RFC 6347 section 4.1.2.6). */
export class ReplayWindow {
  private highest = -1;
  /** Bit n: `highest - n` has come. */
  private seen = 0n;

  /** False for what has come already, or is too old to tell. */
  isNew(sequenceNumber: number): boolean {
    const behind = this.highest - sequenceNumber;
    if (behind < 0) return true;
    return behind < WINDOW_BITS && ((this.seen >> BigInt(behind)) & 1n) === 0n;
  }

  /** @param sequenceNumber of an authentic record, which is new */
  add(sequenceNumber: number): void {
    const ahead = sequenceNumber - this.highest;
    if (ahead <= 0) {
      this.seen |= 1n << BigInt(-ahead);
      return;
    }
    this.seen = ahead >= WINDOW_BITS ? 1n : BigInt.asUintN(WINDOW_BITS, this.seen << BigInt(ahead)) | 1n;
    this.highest = sequenceNumber;
  }
}
