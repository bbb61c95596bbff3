import { useEffect, useState } from 'react';
import {
  type LiveStream,
  type RecordingEntry,
  type RecordingSession,
  directoryOf,
  listRecordedStreams,
  listRecordings,
  listSessions,
  objectUrl,
} from './api';
import { Completeness } from './completeness';
import { formatDay, formatDuration, formatTime } from './format';
import type { Place } from './watch/address';

const REFRESH_MS = 10_000;

interface Props {
  /** Changes when the list should be read again. */
  readonly version: string;
  readonly live: readonly LiveStream[];
  readonly onWatch: (watched: Place) => void;
}

interface StreamRecording extends RecordingEntry {
  readonly stream: string;
  readonly sessions: readonly RecordingSession[];
}

/** All of them, the newest first. */
async function readAll(): Promise<StreamRecording[]> {
  const streams = await listRecordedStreams();
  const lists = await Promise.all(
    streams.map(async (stream) => {
      const [entries, sessions] = await Promise.all([listRecordings(stream), listSessions(stream)]);
      return entries.map((entry) => ({ ...entry, stream, sessions: sessionsIn(entry, sessions) }));
    }),
  );
  return lists.flat().sort((a, b) => Number(b.record) - Number(a.record));
}

type Sessions = Awaited<ReturnType<typeof listSessions>>;

/** @returns none where some of them may not have been read: what is said of a day is said of all of it */
function sessionsIn({ mpd_path: manifestKey }: RecordingEntry, { sessions, isWhole }: Sessions): RecordingSession[] {
  const isThere = ({ directories }: RecordingSession): boolean => directories.includes(directoryOf(manifestKey));
  const oldest = sessions.at(-1);
  return !isWhole && oldest !== undefined && isThere(oldest) ? [] : sessions.filter(isThere);
}

export function Recordings({ version, live, onWatch }: Props): React.JSX.Element {
  const [recordings, setRecordings] = useState<readonly StreamRecording[]>();

  useEffect(() => {
    let isCurrent = true;
    const read = (): void => {
      readAll().then(
        (all) => {
          if (isCurrent) setRecordings(all);
        },
        // The notice at the top says that the server is away; the list keeps what it showed.
        () => undefined,
      );
    };
    read();
    const timer = window.setInterval(read, REFRESH_MS);
    return () => {
      isCurrent = false;
      window.clearInterval(timer);
    };
  }, [version]);

  const isNewest = (entry: StreamRecording): boolean =>
    live.some(({ id, recording }) => id === entry.stream && recording) &&
    recordings?.find(({ stream }) => stream === entry.stream) === entry;
  return (
    <section className="card" aria-labelledby="recordings">
      <h2 id="recordings">Recordings</h2>
      {recordings?.length === 0 && <p className="empty">Nothing is recorded yet. Every stream that goes live is.</p>}
      <ul className="rows">
        {recordings?.map((entry) => (
          <RecordingRow
            key={`${entry.mpd_path} ${entry.record}`}
            entry={entry}
            isLive={isNewest(entry)}
            onWatch={onWatch}
          />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly entry: StreamRecording;
  readonly isLive: boolean;
  readonly onWatch: Props['onWatch'];
}

function RecordingRow({ entry, isLive, onWatch }: RowProps): React.JSX.Element {
  const { stream } = entry;
  const day = `${formatDay(entry)}, ${formatTime(Number(entry.record))}`;
  const play = (): void => {
    onWatch({ stream, atMs: Number(entry.record) * 1000 });
  };
  return (
    <li>
      <div className="what">
        <strong>{stream}</strong>
        {isLive && <span className="badge recording">recording</span>}
        <p className="facts">
          {day} · {formatDuration(entry.duration_ms)}
        </p>
        <Completeness sessions={entry.sessions} />
      </div>
      <div className="actions">
        <button onClick={play}>Play</button>
        <a href={objectUrl(entry.mpd_path, 'manifest.mpd')}>DASH</a>
        <a href={objectUrl(entry.mpd_path, 'index.m3u8')}>HLS</a>
      </div>
    </li>
  );
}
