import { useEffect, useId, useState } from 'react';
import { Problem } from '../attempt';
import { Refusal } from '../explain';
import { readTimeline, type Stretch } from '../timeline';
import { dayAround } from './time-scale';

const HOUR_MS = 3_600_000;
/** The server draws no more at once; a month in which clocks are changed has an hour more. */
const LONGEST_MS = 744 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;
const MONDAY = Date.UTC(2026, 10, 2);
const WEEK = [0, 1, 2, 3, 4, 5, 6];

const RETRY_MS = 5000;
const UNREACHABLE = 'The days cannot be read at the moment. Trying again…';

interface RecordedDays {
  /** Beginnings of days. */
  readonly recorded: ReadonlySet<number>;
  /** Why it may be wrong. */
  readonly problem: string | undefined;
}

interface Props {
  readonly stream: string;
  /** The reader's day that is shown. */
  readonly day: Stretch;
  readonly onPick: (day: Stretch) => void;
}

/** A month of the reader's days; those with recordings can be picked. */
export function DayPicker({ stream, day, onPick }: Props): React.JSX.Element {
  const [month, setMonth] = useState(() => monthAround(day.fromMs));
  const [thisMonth] = useState(() => monthAround(Date.now()));
  const { recorded, problem } = useRecordedDays(stream, month);
  const title = useId();
  const days = daysOf(month);
  const first = new Date(month.fromMs);
  return (
    <section className="days" aria-labelledby={title}>
      <div className="days-head">
        <button aria-label="Month before" onClick={() => setMonth(monthAround(month.fromMs - 1))}>
          ‹
        </button>
        <h3 id={title} aria-live="polite">
          {first.toLocaleDateString(undefined, { month: 'long', year: 'numeric' })}
        </h3>
        <button
          aria-label="Month after"
          disabled={month.fromMs >= thisMonth.fromMs}
          onClick={() => setMonth(monthAround(month.toMs))}
        >
          ›
        </button>
      </div>
      <div className="days-grid">
        {WEEK.map((weekday) => (
          <span key={weekday} aria-hidden="true">
            {new Date(MONDAY + weekday * DAY_MS).toLocaleDateString(undefined, { weekday: 'narrow', timeZone: 'UTC' })}
          </span>
        ))}
        {days.map((one, index) => (
          <button
            key={one.fromMs}
            style={index === 0 ? { gridColumn: ((first.getDay() + 6) % 7) + 1 } : undefined}
            className="day"
            aria-label={`${longDate(one)}${recorded.has(one.fromMs) ? ', recorded' : ', nothing recorded'}`}
            aria-current={one.fromMs === day.fromMs ? 'date' : undefined}
            disabled={!recorded.has(one.fromMs)}
            onClick={() => onPick(one)}
          >
            {new Date(one.fromMs).getDate()}
          </button>
        ))}
      </div>
      <Problem text={problem} />
    </section>
  );
}

/** @returns the days of a month in which something is recorded */
function useRecordedDays(stream: string, month: Stretch): RecordedDays {
  const [recorded, setRecorded] = useState<ReadonlySet<number>>(new Set());
  const [problem, setProblem] = useState<string>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    let retry: number | undefined;
    const parts = splitLong({ fromMs: month.fromMs, toMs: Math.min(month.toMs, Date.now()) });
    Promise.all(parts.map((part) => readTimeline(stream, part, HOUR_MS / 1000))).then(
      (timelines) => {
        if (!isCurrent) return;
        setRecorded(daysIn(timelines.flatMap(({ ranges }) => ranges)));
        setProblem(undefined);
      },
      (failure: unknown) => {
        if (!isCurrent) return;
        setProblem(failure instanceof Refusal ? failure.message : UNREACHABLE);
        retry = window.setTimeout(() => {
          setTries(tries + 1);
        }, RETRY_MS);
      },
    );
    return () => {
      isCurrent = false;
      window.clearTimeout(retry);
    };
  }, [stream, month.fromMs, month.toMs, tries]);
  return { recorded, problem };
}

function splitLong({ fromMs, toMs }: Stretch): Stretch[] {
  if (toMs <= fromMs) return [];
  const middleMs = fromMs + LONGEST_MS;
  return middleMs >= toMs
    ? [{ fromMs, toMs }]
    : [
        { fromMs, toMs: middleMs },
        { fromMs: middleMs, toMs },
      ];
}

function daysIn(ranges: readonly Stretch[]): Set<number> {
  const days = new Set<number>();
  for (const { fromMs, toMs } of ranges) {
    for (let day = dayAround(fromMs); day.fromMs < toMs; day = dayAround(day.toMs)) days.add(day.fromMs);
  }
  return days;
}

function monthAround(atMs: number): Stretch {
  const date = new Date(atMs);
  const from = new Date(date.getFullYear(), date.getMonth(), 1);
  return { fromMs: from.getTime(), toMs: new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime() };
}

function daysOf(month: Stretch): Stretch[] {
  const days: Stretch[] = [];
  for (let day = dayAround(month.fromMs); day.fromMs < month.toMs; day = dayAround(day.toMs)) days.push(day);
  return days;
}

function longDate({ fromMs }: Stretch): string {
  return new Date(fromMs).toLocaleDateString(undefined, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
}
