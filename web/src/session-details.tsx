import { useEffect, useState } from 'react';
import { Problem } from './attempt';
import { messageOf } from './explain';
import { formatClock, formatShortTime } from './format';
import { causeName } from './gap-causes';
import { count, missingOf } from './missing';
import { type Gap, type GapCause, listGaps, type RecordingSession, type TrackCompleteness } from './recorded';
import { SessionActions } from './session-actions';

const MOST_GAPS_SHOWN = 10;

interface SessionProps {
  readonly session: RecordingSession;
  /** The line above says already how complete it is. */
  readonly isOnly: boolean;
  readonly onChanged: () => void;
}

/** What came of a session and what is missing, and what can be done with it. */
export function SessionDetails({ session, isOnly, onChanged }: SessionProps): React.JSX.Element {
  const { startedAt, endedAt, reason, state, completeness } = session;
  const until = endedAt === null ? 'now' : formatClock(endedAt);
  return (
    <section className="session" aria-label={`Session from ${formatClock(startedAt)}`}>
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
      <SessionActions session={session} onChanged={onChanged} />
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
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let isCurrent = true;
    listGaps(id).then(
      (all) => {
        if (!isCurrent) return;
        setGaps(all);
        setProblem(undefined);
      },
      (failure: unknown) => {
        if (isCurrent) setProblem(messageOf(failure));
      },
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
      {problem !== undefined && (
        <li>
          <Problem text={problem} />
        </li>
      )}
      {gaps.length > MOST_GAPS_SHOWN && <li>and {count(gaps.length - MOST_GAPS_SHOWN, 'shorter gap')}</li>}
    </ul>
  );
}
