/** Turns come each 10 ms. One that comes later than this was held up on our side, and what came meanwhile is still unread. */
const LONGEST_TURN_MS = 50;

/** How long a receiver has listened: while it stood still it could neither hear nor ask, and that is no reason to give up. */
export class ListeningTime {
  private stoodStillMs = 0;
  private lastTurnMs = Infinity;

  /** The receiver has its turn. */
  turn(nowMs: number): void {
    this.stoodStillMs += Math.max(0, nowMs - this.lastTurnMs - LONGEST_TURN_MS);
    this.lastTurnMs = nowMs;
  }

  /** @returns the time of `nowMs` without that of standing still, as far as that is known: it may go back by as much at a turn */
  at(nowMs: number): number {
    return nowMs - this.stoodStillMs;
  }
}
