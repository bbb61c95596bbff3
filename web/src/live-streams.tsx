import { useState } from 'react';
import { type LiveStream, objectUrl, startRecording, stopRecording } from './api';
import { formatBitrate } from './format';
import type { Playable } from './player';

interface Props {
  readonly streams: readonly LiveStream[];
  readonly onPlay: (playable: Playable) => void;
}

export function LiveStreams({ streams, onPlay }: Props): React.JSX.Element {
  return (
    <section className="card" aria-labelledby="live">
      <h2 id="live">Live</h2>
      {streams.length === 0 ? (
        <p className="empty">
          Nobody is live. Go live here, or publish by WHIP to <code>{`${location.origin}/whip/my-stream`}</code>.
        </p>
      ) : (
        <ul className="rows">
          {streams.map((stream) => (
            <StreamRow key={stream.id} stream={stream} onPlay={onPlay} />
          ))}
        </ul>
      )}
    </section>
  );
}

function StreamRow({
  stream,
  onPlay,
}: {
  readonly stream: LiveStream;
  readonly onPlay: Props['onPlay'];
}): React.JSX.Element {
  const [error, setError] = useState<string>();
  const last = stream.publish.sessions.at(-1)?.state ?? 'closed';
  const state = last === 'closed' ? 'publisher away' : last;
  const attempt = (action: () => Promise<void>): void => {
    setError(undefined);
    action().catch((failure: unknown) => {
      setError(failure instanceof Error ? failure.message : String(failure));
    });
  };
  const watch = async (): Promise<void> => {
    // Starting what runs already gives the running recording: its manifest is what the player wants.
    const { mpd_path: manifestKey } = await startRecording(stream.id);
    onPlay({ title: stream.id, url: objectUrl(manifestKey, 'index.m3u8'), isLive: true });
  };
  return (
    <li>
      <div className="what">
        <strong>{stream.id}</strong>
        <span className={`badge ${state}`}>{state}</span>
        {stream.recording && <span className="badge recording">recording</span>}
        <p className="facts">{describe(stream)}</p>
        {error !== undefined && (
          <p role="alert" className="error">
            {error}
          </p>
        )}
      </div>
      <div className="actions">
        {stream.recording && <button onClick={() => attempt(watch)}>Watch</button>}
        {stream.recording ? (
          <button onClick={() => attempt(() => stopRecording(stream.id))}>Stop recording</button>
        ) : (
          <button onClick={() => attempt(() => startRecording(stream.id).then(() => undefined))}>Record</button>
        )}
      </div>
    </li>
  );
}

const CODEC_NAMES: Readonly<Record<string, string>> = { h264: 'H.264', h265: 'H.265', opus: 'Opus' };

function describe({ codecs, stats }: LiveStream): string {
  const tracks = codecs.map(({ kind, codec, recordable, width, height, framesPerSecond }) => {
    const size = width === undefined || height === undefined ? '' : ` ${width}×${height}`;
    const rate = kind === 'audio' || framesPerSecond === undefined ? '' : ` ${Math.round(framesPerSecond)} fps`;
    return `${CODEC_NAMES[codec] ?? codec.toUpperCase()}${size}${rate}${recordable ? '' : ' (not recorded)'}`;
  });
  return [...tracks, formatBitrate(stats.publish.bitrate)].join(' · ');
}
