import type { Clock } from '../../shared/clock.js';

/** Datagrams a second, and at once, from addresses that a session has not proven: a handshake takes some tens. */
const PER_SECOND = 200;
const SECOND_MS = 1_000;

/** How much of strangers is handed to a worker in the name of each session: who knows its username fragment can send without end. */
export class StrangerAllowance {
  private readonly ofSession = new Map<string, { left: number; atMs: number }>();

  constructor(private readonly clock: Clock) {}

  /** @returns false when the session has had its share */
  take(sessionId: string): boolean {
    const nowMs = this.clock.monotonicMs();
    const own = this.ofSession.get(sessionId) ?? { left: PER_SECOND, atMs: nowMs };
    own.left = Math.min(PER_SECOND, own.left + ((nowMs - own.atMs) / SECOND_MS) * PER_SECOND);
    own.atMs = nowMs;
    this.ofSession.set(sessionId, own);
    if (own.left < 1) return false;
    own.left -= 1;
    return true;
  }

  forget(sessionId: string): void {
    this.ofSession.delete(sessionId);
  }
}
