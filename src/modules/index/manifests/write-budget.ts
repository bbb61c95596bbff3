/** Manifests of a long recording are megabytes, and a segment closes each few seconds: disks have better things to write. */
const BYTES_PER_SECOND = 256 * 1024;

/** How often the files of a growing directory are written: small ones at each change, large ones more rarely. */
export class WriteBudget {
  private nextMs = Number.NEGATIVE_INFINITY;

  /** @returns milliseconds until files may be written again, 0 for now */
  waitMs(nowMs: number): number {
    return Math.max(0, this.nextMs - nowMs);
  }

  spend(bytes: number, nowMs: number): void {
    this.nextMs = nowMs + (bytes * 1000) / BYTES_PER_SECOND;
  }
}
