import { useState } from 'react';
import { useMay } from './access';
import { Problem, useAttempt } from './attempt';
import { formatBitrate } from './format';
import { type LiveStream, splitRecording, startRecording, stopRecording } from './live';
import { codecName, StreamDetails } from './stream-details';

/** A live stream, and whether it is watched from its recording or as it comes. */
export interface Playable {
  readonly stream: string;
  readonly by: 'recording' | 'connection';
}

interface Props {
  readonly streams: readonly LiveStream[];
  readonly onPlay: (playable: Playable) => void;
}

export function LiveStreams({ streams, onPlay }: Props): React.JSX.Element {
  const may = useMay();
  return (
    <section className="card" aria-labelledby="live">
      <h2 id="live">Live</h2>
      {streams.length === 0 && (
        <p className="empty">
          Nobody is live.
          {may('publish') && (
            <>
              {' '}
              Go live here, or publish by WHIP to <code>{`${location.origin}/whip/my-stream`}</code>.
            </>
          )}
        </p>
      )}
      <ul className="rows">
        {streams.map((stream) => (
          <StreamRow key={stream.id} stream={stream} onPlay={onPlay} />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  readonly stream: LiveStream;
  readonly onPlay: Props['onPlay'];
}

function StreamRow({ stream, onPlay }: RowProps): React.JSX.Element {
  const may = useMay();
  const { id, recording } = stream;
  const last = stream.publish.sessions.at(-1)?.state ?? 'closed';
  const state = last === 'closed' ? 'publisher away' : last;
  return (
    <li>
      <div className="what">
        <strong>{id}</strong>
        <span className={`badge ${state}`}>{state}</span>
        {recording && <span className="badge recording">recording</span>}
        <p className="facts">{describe(stream)}</p>
        <StreamDetails stream={stream} />
      </div>
      <div className="actions">
        {state === 'connected' && may('watch') && (
          <button onClick={() => onPlay({ stream: id, by: 'connection' })}>Watch live</button>
        )}
        {recording && may('playback') && <button onClick={() => onPlay({ stream: id, by: 'recording' })}>Watch</button>}
        {may('record') && <RecordingControls stream={id} isRecording={recording} />}
      </div>
    </li>
  );
}

interface ControlsProps {
  readonly stream: string;
  readonly isRecording: boolean;
}

function RecordingControls({ stream, isRecording }: ControlsProps): React.JSX.Element {
  const { isBusy, problem, attempt } = useAttempt();
  const [told, setTold] = useState('');
  const split = async (): Promise<void> => {
    setTold('Waiting for a key frame…');
    const goesOn = await splitRecording(stream).finally(() => setTold(''));
    setTold(goesOn ? 'The recording goes on as another session.' : 'The session has ended: no key frame came.');
  };
  const act = (action: () => Promise<void>): void => {
    setTold('');
    attempt(action);
  };
  return (
    <>
      {isRecording ? (
        <>
          <button disabled={isBusy} onClick={() => act(split)}>
            Split
          </button>
          <button disabled={isBusy} onClick={() => act(() => stopRecording(stream))}>
            Stop recording
          </button>
        </>
      ) : (
        <button disabled={isBusy} onClick={() => act(() => startRecording(stream))}>
          Record
        </button>
      )}
      <p className="facts" role="status">
        {told}
      </p>
      <Problem text={problem} />
    </>
  );
}

function describe({ codecs, stats }: LiveStream): string {
  const tracks = codecs.map(({ kind, codec, recordable, width, height, framesPerSecond = 0 }) => {
    const size = width && height ? ` ${width}×${height}` : '';
    const rate = kind === 'audio' ? '' : ` ${Math.round(framesPerSecond)} fps`;
    return `${codecName(codec)}${size}${rate}${recordable ? '' : ' (not recorded)'}`;
  });
  return [...tracks, formatBitrate(stats.publish.bitrate)].join(' · ');
}
