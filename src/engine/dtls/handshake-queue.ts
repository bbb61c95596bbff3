/** How long handshakes have a turn of the event loop to themselves; a step that has begun is finished. */
const LONGEST_TURN_MS = 2;

/**
 * Spreads the work of DTLS handshakes (about a millisecond each) so that five hundred publishers returning at once cost
 * nobody else a packet: a few steps per turn of the event loop, and after them a pause as long as they took whenever media
 * is coming in. Only work waits here; peers that say nothing are not in it.
 */
export class HandshakeQueue {
  private readonly begun: (() => void)[] = [];
  private readonly fresh: (() => void)[] = [];
  private wasFresh = false;
  private scheduled: NodeJS.Timeout | NodeJS.Immediate | undefined;
  private spentMs = 0;
  private isClosed = false;

  /**
   * @param hasMedia whether packets of other sessions must be let through between turns
   * @param nowMs monotonic
   */
  constructor(
    private readonly hasMedia: () => boolean,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Processor time spent in handshakes since the start. */
  get busyMs(): number {
    return this.spentMs;
  }

  /** @param step done soon; one per session at a time keeps the order fair @param isFirst of its handshake */
  enter(step: () => void, isFirst: boolean): void {
    if (this.isClosed) return;
    (isFirst ? this.fresh : this.begun).push(step);
    this.scheduled ??= setImmediate(this.next);
  }

  close(): void {
    this.isClosed = true;
    this.begun.length = 0;
    this.fresh.length = 0;
  }

  private readonly next = (): void => {
    this.scheduled = undefined;
    const startedMs = this.nowMs();
    let tookMs = 0;
    for (let step = this.take(); step !== undefined; step = tookMs < LONGEST_TURN_MS ? this.take() : undefined) {
      step();
      tookMs = this.nowMs() - startedMs;
    }
    this.spentMs += tookMs;
    if (this.begun.length + this.fresh.length > 0)
      this.scheduled ??= this.hasMedia() ? setTimeout(this.next, tookMs) : setImmediate(this.next);
  };

  /** In turn, so that those which have begun come to an end before their peers lose patience. */
  private take(): (() => void) | undefined {
    this.wasFresh = !this.wasFresh;
    return this.wasFresh ? (this.fresh.shift() ?? this.begun.shift()) : (this.begun.shift() ?? this.fresh.shift());
  }
}
