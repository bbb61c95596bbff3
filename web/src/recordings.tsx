import { useEffect, useState } from 'react';
import { Problem } from './attempt';
import { Completeness } from './completeness';
import { Refusal } from './explain';
import { formatDay, formatDuration, formatTime } from './format';
import { PlaybackLinks } from './playback-links';
import { beginningOf, isGoingOn, listDays, type RecordedDay, type RecordedDays } from './recorded';
import type { Selection } from './signed';
import type { Place } from './watch/address';

const REFRESH_MS = 10_000;

interface Props {
  /** Changes when the list should be read again. */
  readonly version: string;
  readonly onWatch: (watched: Place) => void;
}

export function Recordings({ version, onWatch }: Props): React.JSX.Element {
  const [read, setRead] = useState<RecordedDays>();
  const [pages, setPages] = useState(1);
  const [changes, setChanges] = useState(0);
  const [problem, setProblem] = useState<string>();

  useEffect(() => {
    let isCurrent = true;
    const ask = (): void => {
      listDays(pages).then(
        (found) => {
          if (!isCurrent) return;
          setRead(found);
          setProblem(undefined);
        },
        // The notice at the top says that the server is away; the list keeps what it showed.
        (failure: unknown) => {
          if (isCurrent && failure instanceof Refusal) setProblem(failure.message);
        },
      );
    };
    ask();
    const timer = window.setInterval(ask, REFRESH_MS);
    return () => {
      isCurrent = false;
      window.clearInterval(timer);
    };
  }, [version, pages, changes]);

  return (
    <section className="card" aria-labelledby="recordings">
      <h2 id="recordings">Recordings</h2>
      <Problem text={problem} />
      {read?.days.length === 0 && <p className="empty">Nothing is recorded yet. Every stream that goes live is.</p>}
      <ul className="rows">
        {read?.days.map((day) => (
          <DayRow
            key={day.id}
            day={day}
            isNewest={read.days.find(({ stream }) => stream === day.stream) === day}
            onWatch={onWatch}
            onChanged={() => setChanges(changes + 1)}
          />
        ))}
      </ul>
      {read?.hasOlder === true && <button onClick={() => setPages(pages + 1)}>Show older ones</button>}
    </section>
  );
}

interface RowProps {
  readonly day: RecordedDay;
  /** Of its stream: what goes on over midnight is of both days. */
  readonly isNewest: boolean;
  readonly onWatch: Props['onWatch'];
  readonly onChanged: () => void;
}

function DayRow({ day, isNewest, onWatch, onChanged }: RowProps): React.JSX.Element {
  const { stream, sessions, durationMs, playback } = day;
  const atMs = beginningOf(day);
  return (
    <li>
      <div className="what">
        <strong>{stream}</strong>
        {isNewest && sessions.some(isGoingOn) && <span className="badge recording">recording</span>}
        <p className="facts">
          {formatDay(day)}, {formatTime(atMs)} · {formatDuration(durationMs)}
        </p>
        <Completeness day={day} onChanged={onChanged} />
      </div>
      <div className="actions">
        <button onClick={() => onWatch({ stream, atMs })}>Play</button>
        <PlaybackLinks
          label={`${stream}, ${formatDay(day)}`}
          stream={stream}
          paths={playback}
          selection={selectionOf(day)}
        />
      </div>
    </li>
  );
}

/** From the first session's start to the last one's end, which is open while it records. */
function selectionOf({ year, month, day, sessions, isWhole }: RecordedDay): Selection {
  const [first] = sessions;
  if (first === undefined) return {};
  const from = first.startedAt;
  if (sessions.some(isGoingOn)) return { from };
  const ends = sessions.map(({ endedAt }) => Date.parse(endedAt ?? from));
  if (!isWhole) ends.push(new Date(year, month - 1, day + 1).getTime());
  return { from, to: new Date(Math.max(...ends)).toISOString() };
}
