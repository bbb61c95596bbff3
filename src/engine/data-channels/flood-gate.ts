import type { DataLimits } from './data-limits.js';

/** How many seconds' worth may come at once. */
const BURST_SECONDS = 2;

type Admission = 'taken' | 'dropped' | 'flood';

/** Lets so many messages and bytes through in a second. Those beyond are dropped; who sends as many again is flooding, unless it is patient. */
export class FloodGate {
  private messages = 0;
  private bytes = 0;
  private sinceMs: number | undefined;

  /** @param isPatient what is dropped does not count: there is no flood */
  constructor(
    private readonly limits: Pick<DataLimits, 'messagesPerSecond' | 'bytesPerSecond'>,
    private readonly isPatient = false,
  ) {}

  admit(sizeBytes: number, nowMs: number): Admission {
    const { messagesPerSecond, bytesPerSecond } = this.limits;
    const seconds = (nowMs - (this.sinceMs ?? nowMs)) / 1000;
    this.sinceMs = nowMs;
    this.messages = Math.max(0, this.messages - seconds * messagesPerSecond) + 1;
    this.bytes = Math.max(0, this.bytes - seconds * bytesPerSecond) + sizeBytes;
    const fullness = Math.max(
      this.messages / (BURST_SECONDS * messagesPerSecond),
      this.bytes / (BURST_SECONDS * bytesPerSecond),
    );
    if (fullness <= 1) return 'taken';
    if (this.isPatient) {
      this.messages -= 1;
      this.bytes -= sizeBytes;
      return 'dropped';
    }
    return fullness <= 2 ? 'dropped' : 'flood';
  }
}
