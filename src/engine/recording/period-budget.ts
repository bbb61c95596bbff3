/** More than a sane sender needs: a picture that changes its size every other second, and a burst of changes at once. */
const MOST_AT_ONCE = 30;
const ONE_PER_MS = 2_000;

/**
 * How often one recording may start anew in mid-stream. Each Period costs files, rows and lines of the manifests, so a
 * sender that changes its parameters or its time with every picture is not followed: what it sends is left out until
 * there is room again.
 */
export class PeriodBudget {
  private room = MOST_AT_ONCE;
  private countedMs = -Infinity;

  /** @param nowMs monotonic. @returns false when there is no room */
  take(nowMs: number): boolean {
    const grown = Math.floor((nowMs - this.countedMs) / ONE_PER_MS);
    if (grown > 0) {
      this.room = Math.min(MOST_AT_ONCE, this.room + grown);
      this.countedMs = this.room === MOST_AT_ONCE ? nowMs : this.countedMs + grown * ONE_PER_MS;
    }
    if (this.room === 0) return false;
    this.room -= 1;
    return true;
  }
}
