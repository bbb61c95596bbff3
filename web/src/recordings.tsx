import { useEffect, useState } from 'react';
import { type LiveStream, type RecordingEntry, listRecordedStreams, listRecordings, objectUrl } from './api';
import { formatDay, formatDuration } from './format';
import type { Playable } from './player';

const REFRESH_MS = 10_000;

interface Props {
  /** Changes when the list should be read again. */
  readonly version: string;
  readonly live: readonly LiveStream[];
  readonly onPlay: (playable: Playable) => void;
}

interface StreamRecordings {
  readonly stream: string;
  readonly entries: readonly RecordingEntry[];
}

async function readAll(): Promise<StreamRecordings[]> {
  const streams = await listRecordedStreams();
  return Promise.all(streams.map(async (stream) => ({ stream, entries: (await listRecordings(stream)).toReversed() })));
}

export function Recordings({ version, live, onPlay }: Props): React.JSX.Element {
  const [recordings, setRecordings] = useState<readonly StreamRecordings[]>();

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

  const isRecording = (stream: string): boolean => live.some(({ id, recording }) => id === stream && recording);
  return (
    <section className="card" aria-labelledby="recordings">
      <h2 id="recordings">Recordings</h2>
      {recordings?.length === 0 && <p className="empty">Nothing is recorded yet. Every stream that goes live is.</p>}
      <ul className="rows">
        {recordings?.flatMap(({ stream, entries }) =>
          entries.map((entry, i) => (
            <RecordingRow
              key={entry.mpd_path}
              stream={stream}
              entry={entry}
              isLive={i === 0 && isRecording(stream)}
              onPlay={onPlay}
            />
          )),
        )}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly stream: string;
  readonly entry: RecordingEntry;
  readonly isLive: boolean;
  readonly onPlay: Props['onPlay'];
}

function RecordingRow({ stream, entry, isLive, onPlay }: RowProps): React.JSX.Element {
  const day = formatDay(entry);
  const play = (): void => {
    onPlay({ title: `${stream}, ${day}`, url: objectUrl(entry.mpd_path, 'index.m3u8'), isLive });
  };
  return (
    <li>
      <div className="what">
        <strong>{stream}</strong>
        {isLive && <span className="badge recording">recording</span>}
        <p className="facts">
          {day} · {formatDuration(entry.duration_ms)}
        </p>
      </div>
      <div className="actions">
        <button onClick={play}>Play</button>
        <a href={objectUrl(entry.mpd_path, 'manifest.mpd')}>DASH</a>
        <a href={objectUrl(entry.mpd_path, 'index.m3u8')}>HLS</a>
      </div>
    </li>
  );
}
