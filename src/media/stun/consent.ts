/** RFC 7675 section 5.1: consent is asked for every 5 s however much is heard, shifted by up to a fifth. */
const REFRESH_MS = 5000;
const IDLE_MS = 1000;
const INTERVAL_MS = 500;

/** When a peer is asked, and what the core has no source of itself. */
export interface ConsentOptions {
  /** From a cryptographic source. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** Silence after which we ask for a sign of life ourselves; 1000 by default. */
  readonly consentIdleMs?: number;
  /** At least between two questions; 500 by default. */
  readonly consentIntervalMs?: number;
}

/** Whether the peer of a session still wants what it gets (RFC 7675). Times are monotonic milliseconds. */
export class Consent {
  /** Last authentic packet, -Infinity before. */
  heardMs = -Infinity;
  private askedMs = -Infinity;
  private refreshMs = REFRESH_MS;

  constructor(private readonly options: ConsentOptions) {}

  /** In silence, every few seconds anyway, and for a reason of the caller's; never soon after the last question. */
  isDue(nowMs: number, hasReason = false): boolean {
    const { consentIdleMs = IDLE_MS, consentIntervalMs = INTERVAL_MS } = this.options;
    const sinceAskedMs = nowMs - this.askedMs;
    if (sinceAskedMs < consentIntervalMs) return false;
    return hasReason || sinceAskedMs >= this.refreshMs || nowMs - this.heardMs >= consentIdleMs;
  }

  /** It is asked now, or need not be. */
  postpone(nowMs: number): void {
    this.askedMs = nowMs;
    this.refreshMs = REFRESH_MS * (0.8 + (0.4 * (this.options.randomBytes(1)[0] ?? 0)) / 255);
  }
}
