import { useEffect, useState } from 'react';
import { useMay } from './access';
import { Problem } from './attempt';
import { ConfirmDialog } from './confirm-dialog';
import { Refusal } from './explain';
import { formatBitrate, formatDuration } from './format';
import { LayerChoice, useLayers } from './layer-choice';
import { isOpen, kick, sessionPath, type LiveStream, type LiveTrack, type PeerSession, readStream } from './live';

const REFRESH_MS = 2000;
const CODEC_NAMES: Readonly<Record<string, string>> = { h264: 'H.264', h265: 'H.265', opus: 'Opus' };

export function codecName(codec: string): string {
  return CODEC_NAMES[codec] ?? codec.toUpperCase();
}

/** What a stream's publisher sends and how it arrives, and who is connected; read while it is open. */
export function StreamDetails({ stream }: { readonly stream: LiveStream }): React.JSX.Element {
  const [isOpened, setOpened] = useState(false);
  return (
    <details className="completeness" onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
      <summary>Tracks and connections</summary>
      {isOpened && <Details listed={stream} />}
    </details>
  );
}

function Details({ listed }: { readonly listed: LiveStream }): React.JSX.Element {
  const [read, setRead] = useState<LiveStream>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let isCurrent = true;
    const ask = (): void => {
      readStream(listed.id).then(
        (found) => {
          if (!isCurrent) return;
          setRead(found);
          setProblem(undefined);
        },
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
  }, [listed.id]);
  const stream = read ?? listed;
  return (
    <>
      <Problem text={problem} />
      {stream.codecs.length > 0 && <Tracks tracks={stream.codecs} />}
      <Connections role="publisher" stream={stream.id} sessions={stream.publish.sessions} />
      <Connections role="viewer" stream={stream.id} sessions={stream.subscribe.sessions} />
    </>
  );
}

const ROWS: readonly [string, (track: LiveTrack) => string][] = [
  ['codec', ({ codec }) => codecName(codec)],
  ['bitrate', ({ bitrate }) => formatBitrate(bitrate)],
  ['packets lost', ({ packetsLost }) => packetsLost.toLocaleString()],
  ['repaired', ({ packetsRepaired }) => packetsRepaired.toLocaleString()],
  ['jitter', ({ jitterMs }) => `${jitterMs.toFixed(1)} ms`],
];

function Tracks({ tracks }: { readonly tracks: readonly LiveTrack[] }): React.JSX.Element {
  return (
    <table>
      <thead>
        <tr>
          <td />
          {tracks.map(({ kind }, index) => (
            <th key={`${kind} ${index}`} scope="col">
              {kind}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ROWS.map(([what, valueOf]) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            {tracks.map((track, index) => (
              <td key={`${track.kind} ${index}`}>{valueOf(track)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ConnectionsProps {
  readonly role: 'publisher' | 'viewer';
  readonly stream: string;
  readonly sessions: readonly PeerSession[];
}

/** Whoever may have such a connection may end one. */
const RIGHT_OF = { publisher: 'publish', viewer: 'watch' } as const;
const KICKED = {
  publisher:
    'Its connection ends, and with it the recording of the stream. A program that publishes may come back by itself.',
  viewer: 'Its connection ends. A program that watches may come back by itself.',
} as const;

function Connections({ role, stream, sessions }: ConnectionsProps): React.JSX.Element | null {
  const may = useMay();
  const [kicked, setKicked] = useState<string>();
  const open = sessions.filter(isOpen);
  const [first] = role === 'viewer' && may('watch') ? open : [];
  const layers = useLayers(first && sessionPath(stream, first.id));
  if (open.length === 0 && kicked === undefined) return null;
  return (
    <>
      <ul className="gaps" aria-label={`${role === 'publisher' ? 'Publisher' : 'Viewers'} of ${stream}`}>
        {open.map((session, index) => (
          <li key={session.id} className="connection">
            <span>{describe(role, session)}</span>
            {layers.length > 1 && <LayerChoice session={sessionPath(stream, session.id)} layers={layers} />}
            {may(RIGHT_OF[role]) && (
              <button
                aria-label={`Disconnect ${role} ${String(index + 1)} of ${stream}`}
                onClick={() => setKicked(session.id)}
              >
                Disconnect…
              </button>
            )}
          </li>
        ))}
      </ul>
      {kicked !== undefined && (
        <ConfirmDialog
          title={`Disconnect a ${role} of ${stream}?`}
          deed="Disconnect"
          onClose={() => {
            setKicked(undefined);
          }}
          onConfirm={() => kick(stream, kicked)}
        >
          <p>{KICKED[role]}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function describe(role: string, { state, createdAt, stats }: PeerSession): string {
  const since = formatDuration(Math.max(0, Date.now() - createdAt));
  const rate = stats === undefined ? [] : [formatBitrate(stats.bitrate)];
  return [`${role} ${state}`, `for ${since}`, ...rate].join(' · ');
}
