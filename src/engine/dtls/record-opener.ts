import type { DtlsRecord } from './dtls-record.js';
import type { RecordCipher } from './record-cipher.js';
import { ReplayWindow } from './replay-window.js';

/** A peer that is who it says sends two or three; forged ones shall not cost more than this. */
const MOST_OPENED_PER_SECOND = 32;
const SECOND_MS = 1000;

/** Opens the peer's sealed records: each once, and few in a second, whoever sends them. */
export class RecordOpener {
  private readonly replays = new ReplayWindow();
  private left: number;
  private sinceMs = -Infinity;

  /**
   * @param nowMs monotonic
   * @param mostPerSecond that are tried
   */
  constructor(
    private readonly nowMs: () => number = () => performance.now(),
    private readonly mostPerSecond = MOST_OPENED_PER_SECOND,
  ) {
    this.left = mostPerSecond;
  }

  /** @returns its content; undefined when it is not the peer's, not the first of its number, or one too many */
  open(record: DtlsRecord, cipher: RecordCipher): Uint8Array | undefined {
    if (record.epoch !== 1 || !this.replays.isNew(record.sequenceNumber) || !this.isAllowed()) return undefined;
    const content = cipher.open(record);
    if (content !== undefined) this.replays.add(record.sequenceNumber);
    return content;
  }

  private isAllowed(): boolean {
    const nowMs = this.nowMs();
    if (nowMs - this.sinceMs >= SECOND_MS) {
      this.sinceMs = nowMs;
      this.left = this.mostPerSecond;
    }
    this.left -= 1;
    return this.left >= 0;
  }
}
