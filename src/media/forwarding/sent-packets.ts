const MOST_PACKETS = 4096;
const MASK = MOST_PACKETS - 1;

/**
 * Numbers all packets of a viewer's session for transport-wide feedback, and remembers when each was sent
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01). The last 4096 are known. Whoever waits for a stream takes no room.
 */
export class SentPackets {
  private sentMs = new Float64Array();
  private sizes = new Uint16Array();
  private arrived = new Uint8Array();
  /** Packets numbered so far; the next one has this number, extended. */
  private count = 0;

  /** What the next packet carries, 16 bits. */
  get nextSequence(): number {
    return this.count & 0xffff;
  }

  /** The extended number of the newest packet; -1 before the first. */
  get newest(): number {
    return this.count - 1;
  }

  /** The packet with `nextSequence` leaves. */
  sent(sizeBytes: number, nowMs: number): void {
    if (this.count === 0) this.makeRoom();
    const at = this.count & MASK;
    this.sentMs[at] = nowMs;
    this.sizes[at] = sizeBytes;
    this.arrived[at] = 0;
    this.count += 1;
  }

  /** @param number extended. @returns whether it was sent and is still known */
  knows(number: number): boolean {
    return number >= 0 && number < this.count && number >= this.count - MOST_PACKETS;
  }

  /** @returns local monotonic time; only of what `knows` */
  sentAtMs(number: number): number {
    return this.sentMs[number & MASK] ?? 0;
  }

  /** @returns as it was told when the packet was sent; only of what `knows` */
  sizeBytesOf(number: number): number {
    return this.sizes[number & MASK] ?? 0;
  }

  /** The viewer has it. @returns false when that was known */
  acknowledge(number: number): boolean {
    if (this.isAcknowledged(number)) return false;
    this.arrived[number & MASK] = 1;
    return true;
  }

  /** Only of what `knows`. */
  isAcknowledged(number: number): boolean {
    return this.arrived[number & MASK] === 1;
  }

  private makeRoom(): void {
    this.sentMs = new Float64Array(MOST_PACKETS);
    this.sizes = new Uint16Array(MOST_PACKETS);
    this.arrived = new Uint8Array(MOST_PACKETS);
  }
}
