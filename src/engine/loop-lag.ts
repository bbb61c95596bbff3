import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const NANOSECONDS_PER_MS = 1e6;

/** How late this thread comes to what it has to do. */
export class LoopLag {
  private readonly delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.delays.enable();
  }

  /** @returns milliseconds, the longest since it was last asked */
  read(): number {
    const longestMs = this.delays.max / NANOSECONDS_PER_MS - RESOLUTION_MS;
    this.delays.reset();
    return Math.max(0, Math.round(longestMs * 10) / 10);
  }

  close(): void {
    this.delays.disable();
  }
}
