import { dayAt } from '../../shared/calendar-day.js';
import type { StreamName } from '../signaling/ports/stream-name.js';

// No zone has a longer day, and no change of clocks makes one.
const LONGEST_DAY_MS = 50 * 3_600_000;

/** Days as the configured zone counts them: they name default directories. */
export class RecordingCalendar {
  /** @param timeZone of the IANA database */
  constructor(private readonly timeZone: string) {}

  /** @returns `cam/2026/11/20`: where the stream records at that instant unless a `base_dir` was given */
  directoryOf(stream: StreamName, epochMs: number): string {
    return `${stream}/${this.dayOf(epochMs)}`;
  }

  /** @returns the first instant, epoch milliseconds, that belongs to a later day than `epochMs` does */
  nextBorder(epochMs: number): number {
    const today = this.dayOf(epochMs);
    let before = epochMs;
    let after = epochMs + LONGEST_DAY_MS;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.dayOf(middle) === today) before = middle;
      else after = middle;
    }
    return after;
  }

  private dayOf(epochMs: number): string {
    const { year, month, day } = dayAt(epochMs, this.timeZone);
    return [String(year).padStart(4, '0'), twoDigits(month), twoDigits(day)].join('/');
  }
}

function twoDigits(part: number): string {
  return String(part).padStart(2, '0');
}
