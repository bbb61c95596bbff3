import { formatShare, formatShortTime } from './format';
import { causeName } from './gap-causes';
import { isGoingOn, type RecordingSession } from './recorded';

/** Where a session goes on as another, nothing is missing between them. */
const JOINED_MS = 1000;

interface Missing {
  readonly isWhole: boolean;
  /** `complete`, or `99.8 % — 2 gaps, 1.4 s: loss`. */
  readonly text: string;
}

export const count = (number: number, what: string): string =>
  `${number.toLocaleString()} ${what}${number === 1 ? '' : 's'}`;

/** @returns what sessions lack of the time that they lasted; undefined before anything is recorded */
export function missingOf(sessions: readonly RecordingSession[]): Missing | undefined {
  const sum = (of: (session: RecordingSession) => number): number => sessions.reduce((all, one) => all + of(one), 0);
  const lengthMs = sum((session) => session.lengthMs);
  if (lengthMs === 0) return undefined;
  const gapMs = sum(({ completeness }) => completeness.gapMs);
  const gaps = sum(({ completeness }) => completeness.gapCount);
  if (gaps === 0) return { isWhole: true, text: sessions.some(isGoingOn) ? 'complete so far' : 'complete' };
  const causes = [...new Set(sessions.flatMap(({ completeness }) => completeness.causes.map(({ cause }) => cause)))];
  const share = formatShare(Math.max(0, 1 - gapMs / lengthMs));
  const why = causes.map(causeName).join(', ');
  const text = `${share} — ${count(gaps, 'gap')}, ${formatShortTime(gapMs)}: ${why}${overDays(sessions)}`;
  return { isWhole: false, text };
}

/** The counts of a session that went on over midnight are those of all its days, and its gaps are in the line of each. */
function overDays(sessions: readonly RecordingSession[]): string {
  const days = new Set(sessions.flatMap(({ storage }) => storage.directories)).size;
  return days > 1 ? ` (over ${days} days)` : '';
}

/** @param sessions in order. @returns how long nothing was recorded between them, which is no gap of any of them */
export function betweenMs(sessions: readonly RecordingSession[]): number {
  let totalMs = 0;
  let recordedUntilMs = Infinity;
  for (const { startedAt, lengthMs } of sessions) {
    const fromMs = Date.parse(startedAt);
    const missingMs = fromMs - recordedUntilMs;
    if (missingMs > JOINED_MS) totalMs += missingMs;
    const untilMs = fromMs + lengthMs;
    recordedUntilMs = recordedUntilMs === Infinity ? untilMs : Math.max(recordedUntilMs, untilMs);
  }
  return totalMs;
}
