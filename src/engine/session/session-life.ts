import type { SessionCloseReason, SessionState } from '../protocol.js';

/** From the answer to the first media key. */
const CONNECT_TIMEOUT_MS = 15_000;
/** From a refusal that anybody may have said: enough for a handshake that goes on. */
const REFUSED_UNTIL_CLOSED_MS = 5_000;
/** Without any authenticated packet. */
const SILENCE_UNTIL_DISCONNECTED_MS = 3_000;
/** Disconnected for so long. */
const DISCONNECTED_UNTIL_CLOSED_MS = 30_000;

export type StateListener = (state: SessionState, reason: SessionCloseReason | undefined) => void;

/**
 * The states of one session and the timers between them (docs/architecture.md, life of a publisher). Pure: time is passed in.
 *
 * `new → connecting → connected ⇄ disconnected`, and from each of them `closed`, which is final.
 */
export class SessionLife {
  private current: SessionState = 'new';
  private changedMs: number;
  private refusedMs = Infinity;

  constructor(
    private readonly openedMs: number,
    private readonly changed: StateListener,
  ) {
    this.changedMs = openedMs;
  }

  get state(): SessionState {
    return this.current;
  }

  /** The first authenticated connectivity check. */
  checked(nowMs: number): void {
    if (this.current === 'new') this.enter('connecting', nowMs);
  }

  /** Both sides have proved themselves and media keys are there. */
  secured(nowMs: number): void {
    if (this.current === 'new' || this.current === 'connecting') this.enter('connected', nowMs);
  }

  /** Something of no proof says that the handshake failed: it is believed once nothing else happens. */
  handshakeRefused(nowMs: number): void {
    this.refusedMs = Math.min(this.refusedMs, nowMs);
  }

  close(reason: SessionCloseReason, nowMs: number): void {
    if (this.current !== 'closed') this.enter('closed', nowMs, reason);
  }

  /** @param lastHeardMs of the last authenticated packet, -Infinity before the first */
  tick(nowMs: number, lastHeardMs: number): void {
    if (this.current === 'new' || this.current === 'connecting') this.checkConnectTimeout(nowMs);
    else if (this.current === 'connected') this.checkSilence(nowMs, lastHeardMs);
    else if (this.current === 'disconnected') this.checkReturn(nowMs, lastHeardMs);
  }

  private checkConnectTimeout(nowMs: number): void {
    const isRefused = nowMs - this.refusedMs >= REFUSED_UNTIL_CLOSED_MS;
    if (!isRefused && nowMs - this.openedMs < CONNECT_TIMEOUT_MS) return;
    this.enter('closed', nowMs, this.refusedMs < Infinity ? 'dtls-failed' : 'connect-timeout');
  }

  private checkSilence(nowMs: number, lastHeardMs: number): void {
    if (nowMs - Math.max(lastHeardMs, this.changedMs) >= SILENCE_UNTIL_DISCONNECTED_MS)
      this.enter('disconnected', nowMs);
  }

  private checkReturn(nowMs: number, lastHeardMs: number): void {
    if (lastHeardMs > this.changedMs) this.enter('connected', nowMs);
    else if (nowMs - this.changedMs >= DISCONNECTED_UNTIL_CLOSED_MS) this.enter('closed', nowMs, 'consent-lost');
  }

  private enter(state: SessionState, nowMs: number, reason?: SessionCloseReason): void {
    this.current = state;
    this.changedMs = nowMs;
    this.changed(state, reason);
  }
}
