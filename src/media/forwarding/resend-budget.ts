const REMEMBERED = 512;
const MASK = REMEMBERED - 1;
/** However short the way is said to be. */
const SHORTEST_INTERVAL_MS = 10;
/** A packet that was sent pays for half a repetition: what is sent again never exceeds half of what is sent. */
const CREDIT_PER_PACKET = 0.5;
/** What a burst of loss takes at once. */
const MOST_CREDIT = 256;

/**
 * How often packets are sent again to one viewer: each once per round trip, and all together no more than the network can be asked
 * for. Who loses nothing takes no room.
 */
export class ResendBudget {
  private numbers = new Float64Array();
  private resentMs = new Float64Array();
  private credit = MOST_CREDIT;
  private sentBefore = 0;

  /**
   * @param sequence extended, in the viewer's stream
   * @param packetsSent for the first time, so far
   * @returns whether to send it again now; it counts as sent then
   */
  take(sequence: number, packetsSent: number, nowMs: number, roundTripMs: number): boolean {
    this.credit = Math.min(MOST_CREDIT, this.credit + (packetsSent - this.sentBefore) * CREDIT_PER_PACKET);
    this.sentBefore = packetsSent;
    if (this.numbers.length === 0) this.makeRoom();
    const at = sequence & MASK;
    const interval = Math.max(SHORTEST_INTERVAL_MS, roundTripMs);
    if (this.numbers[at] === sequence && nowMs - (this.resentMs[at] ?? 0) < interval) return false;
    if (this.credit < 1) return false;
    this.credit -= 1;
    this.numbers[at] = sequence;
    this.resentMs[at] = nowMs;
    return true;
  }

  private makeRoom(): void {
    this.numbers = new Float64Array(REMEMBERED).fill(-1);
    this.resentMs = new Float64Array(REMEMBERED);
  }
}
