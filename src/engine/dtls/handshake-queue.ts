/** Handshakes that make progress at the same time; others wait, so that those in progress end in time. */
const MOST_ACTIVE = 8;
/** A peer that takes longer goes on, but no longer keeps others waiting. */
const LONGEST_HOLD_MS = 3_000;

interface Waiting {
  readonly turn: HandshakeTurn;
  readonly start: () => void;
}

/** One session's place in the queue. */
export interface HandshakeTurn {
  /** Does `work` soon, when this handshake is among the active ones. */
  run(work: () => void): void;
  /** Gives the place to the next; idempotent. */
  end(): void;
}

/**
 * Spreads the cost of DTLS handshakes (several milliseconds per flight, in JavaScript) so that five hundred publishers
 * returning at once cost nobody else a packet: a bounded number at a time, one flight per turn of the event loop, and
 * after each a pause as long as the flight took whenever media is coming in.
 */
export class HandshakeQueue {
  /** Those that hold a place, with what takes it from them. */
  private readonly holding = new Map<HandshakeTurn, NodeJS.Timeout>();
  private readonly started = new Set<HandshakeTurn>();
  private readonly waiting: Waiting[] = [];
  private readonly work: { turn: HandshakeTurn; job: () => void }[] = [];
  private scheduled: NodeJS.Timeout | NodeJS.Immediate | undefined;
  private spentMs = 0;
  private isClosed = false;

  /** @param hasMedia whether packets of other sessions must be let through between flights */
  constructor(private readonly hasMedia: () => boolean) {}

  /** Processor time spent in handshakes since the start. */
  get busyMs(): number {
    return this.spentMs;
  }

  /** @param start called when it is this handshake's turn; at once when there is room */
  enter(start: () => void): HandshakeTurn {
    const turn: HandshakeTurn = {
      run: (job) => this.enqueue(turn, job),
      end: () => this.leave(turn),
    };
    if (this.holding.size < MOST_ACTIVE) this.activate({ turn, start });
    else this.waiting.push({ turn, start });
    return turn;
  }

  close(): void {
    this.isClosed = true;
    this.work.length = 0;
    this.waiting.length = 0;
    for (const timer of this.holding.values()) clearTimeout(timer);
  }

  private activate({ turn, start }: Waiting): void {
    this.holding.set(turn, setTimeout(() => this.freePlace(turn), LONGEST_HOLD_MS).unref());
    this.started.add(turn);
    this.enqueue(turn, start);
  }

  private leave(turn: HandshakeTurn): void {
    const place = this.waiting.findIndex((one) => one.turn === turn);
    if (place >= 0) this.waiting.splice(place, 1);
    this.started.delete(turn);
    this.freePlace(turn);
  }

  private freePlace(turn: HandshakeTurn): void {
    clearTimeout(this.holding.get(turn));
    if (!this.holding.delete(turn)) return;
    const next = this.waiting.shift();
    if (next !== undefined && !this.isClosed) this.activate(next);
  }

  private enqueue(turn: HandshakeTurn, job: () => void): void {
    if (this.isClosed) return;
    this.work.push({ turn, job });
    this.scheduled ??= setImmediate(this.next);
  }

  private readonly next = (): void => {
    this.scheduled = undefined;
    const first = this.work.shift();
    if (first === undefined) return;
    const startedMs = performance.now();
    if (this.started.has(first.turn)) first.job();
    const tookMs = performance.now() - startedMs;
    this.spentMs += tookMs;
    if (this.work.length > 0)
      this.scheduled = this.hasMedia() ? setTimeout(this.next, tookMs) : setImmediate(this.next);
  };
}
