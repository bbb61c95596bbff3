/** Load is the mean of so many readings of a second each. */
const READINGS = 5;

/**
 * A worker thread's processor use: percent of one core, mean of 5 s, without what handshakes cost (a storm of them
 * passes, and is spread out already).
 */
export class LoadMeter {
  private readonly readings: number[] = [];
  private lastMs: number;
  private lastBusyMs: number;

  /** @param busyMs processor time so far, less that of handshakes */
  constructor(nowMs: number, busyMs: number) {
    this.lastMs = nowMs;
    this.lastBusyMs = busyMs;
  }

  /** @returns percent, one decimal; at least 0 */
  read(nowMs: number, busyMs: number): number {
    const elapsedMs = Math.max(1, nowMs - this.lastMs);
    this.readings.push(Math.max(0, (busyMs - this.lastBusyMs) / elapsedMs));
    if (this.readings.length > READINGS) this.readings.shift();
    this.lastMs = nowMs;
    this.lastBusyMs = busyMs;
    const mean = this.readings.reduce((sum, reading) => sum + reading, 0) / this.readings.length;
    return Math.round(mean * 1000) / 10;
  }
}

/** @returns milliseconds of processor time that the calling thread has used */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
