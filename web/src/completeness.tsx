import { useEffect, useState } from 'react';
import { type Gap, type GapCause, listGaps, type RecordingSession, type TrackCompleteness } from './api';
import { causeName } from './gap-causes';
import { formatClock, formatShare, formatShortTime } from './format';

const MOST_GAPS_SHOWN = 10;

interface Missing {
  readonly isWhole: boolean;
  /** `complete`, or `99.8 % — 2 gaps, 1.4 s: loss`. */
  readonly text: string;
}

const count = (number: number, what: string): string => `${number.toLocaleString()} ${what}${number === 1 ? '' : 's'}`;
const isGoingOn = ({ state }: RecordingSession): boolean => !['completed', 'failed'].includes(state);

/** @returns undefined before anything is recorded */
function missingOf(sessions: readonly RecordingSession[]): Missing | undefined {
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
  const days = new Set(sessions.flatMap(({ directories }) => directories)).size;
  return days > 1 ? ` (over ${days} days)` : '';
}

interface Props {
  /** With media in the directory, newest first. */
  readonly sessions: readonly RecordingSession[];
}

/** How complete a recording is, in one line; what it is made of when that line is opened. */
export function Completeness({ sessions }: Props): React.JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  const missing = missingOf(sessions);
  if (missing === undefined) return null;
  const unrecorded = sessions.flatMap((session) => session.unrecorded);
  const without = [...new Set(unrecorded.map(({ kind, codec }) => `${kind} not recorded (${codec})`))];
  return (
    <details className="completeness" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className={missing.isWhole && without.length === 0 ? 'whole' : 'lacking'}>
        {[missing.text, ...without].join(' · ')}
      </summary>
      {isOpen &&
        sessions.map((session) => <SessionDetails key={session.id} session={session} isOnly={sessions.length === 1} />)}
    </details>
  );
}

interface SessionProps {
  readonly session: RecordingSession;
  /** The line above says already how complete it is. */
  readonly isOnly: boolean;
}

function SessionDetails({ session, isOnly }: SessionProps): React.JSX.Element {
  const { startedAt, endedAt, reason, state, completeness } = session;
  const until = endedAt === null ? 'now' : formatClock(endedAt);
  return (
    <section className="session">
      <h3>
        {formatClock(startedAt)} to {until}
        {!isOnly && `: ${missingOf([session])?.text ?? 'nothing recorded'}`}
      </h3>
      <p className="facts">
        {state}
        {reason !== null && ` (${reason})`}
        {completeness.causes.map((cause) => ` · ${describeCause(cause)}`).join('')}
      </p>
      <Counts tracks={completeness.tracks} />
      {completeness.gapCount > 0 && <Gaps session={session} />}
    </section>
  );
}

function describeCause({ cause, gapCount, gapMs }: GapCause): string {
  return `${causeName(cause)}: ${count(gapCount, 'gap')}, ${formatShortTime(gapMs)}`;
}

const COUNTS: readonly [string, (track: TrackCompleteness) => string][] = [
  ['packets received', ({ packetsReceived }) => packetsReceived.toLocaleString()],
  ['of them repaired', ({ packetsRepaired }) => packetsRepaired.toLocaleString()],
  ['packets lost', ({ packetsLost }) => packetsLost.toLocaleString()],
  ['frames recorded', ({ framesRecorded }) => framesRecorded.toLocaleString()],
  ['frames dropped', ({ framesDropped }) => framesDropped.toLocaleString()],
  ['gaps', ({ gapCount, gapMs }) => (gapCount === 0 ? 'none' : `${gapCount}, ${formatShortTime(gapMs)}`)],
];

/** Tracks side by side: three columns fit on a phone. */
function Counts({ tracks }: { readonly tracks: readonly TrackCompleteness[] }): React.JSX.Element {
  return (
    <table>
      <thead>
        <tr>
          <td />
          {tracks.map(({ kind }) => (
            <th key={kind} scope="col">
              {kind}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {COUNTS.map(([what, countOf]) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            {tracks.map((track) => (
              <td key={track.kind}>{countOf(track)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The longest, in order of time. */
function longest(gaps: readonly Gap[]): Gap[] {
  const shown = [...gaps].sort((a, b) => b.durationMs - a.durationMs).slice(0, MOST_GAPS_SHOWN);
  return shown.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

/** Read when somebody looks, and again when there are more. */
function Gaps({ session: { id, completeness } }: { readonly session: RecordingSession }): React.JSX.Element {
  const [gaps, setGaps] = useState<readonly Gap[]>([]);
  useEffect(() => {
    let isCurrent = true;
    listGaps(id).then(
      (all) => {
        if (isCurrent) setGaps(all);
      },
      // The sums above stay; the notice at the top says that the server is away.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [id, completeness.gapCount, completeness.gapMs]);
  return (
    <ul className="gaps">
      {longest(gaps).map(({ kind, startedAt, durationMs, cause }) => (
        <li key={`${kind} ${startedAt}`}>
          {formatClock(startedAt)} · {kind} · {formatShortTime(durationMs)} · {causeName(cause)}
        </li>
      ))}
      {gaps.length > MOST_GAPS_SHOWN && <li>and {count(gaps.length - MOST_GAPS_SHOWN, 'shorter gap')}</li>}
    </ul>
  );
}
