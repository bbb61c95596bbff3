import { useEffect, useRef, useState } from 'react';
import { type Access, useAccess } from './access';
import { Problem } from './attempt';
import { messageOf } from './explain';
import { type SourceName, sources } from './sources';
import { PeerLink, type LinkState } from './peer-link';

const STATE_TEXT: Record<LinkState, string> = {
  connecting: 'Connecting…',
  live: 'You are live.',
  reconnecting: 'The connection was lost. Trying again…',
  ended: 'Ended.',
};

const VIDEO_BITRATE_BPS = 2_500_000;
const SOURCE_NAMES = Object.keys(sources) as SourceName[];

export function GoLive(): React.JSX.Element {
  const access = useAccess();
  const { scope, streams } = access;
  const [stream, setStream] = useState(() => exampleOf(access));
  const [source, setSource] = useState<SourceName>('camera');
  const [publisher, setPublisher] = useState<PeerLink>();
  const [media, setMedia] = useState<MediaStream>();
  const [state, setState] = useState<LinkState>();
  const [error, setError] = useState<string>();

  useEffect(() => {
    const leave = (): void => void publisher?.end();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
    };
  }, [publisher]);

  const goLive = async (): Promise<void> => {
    setError(undefined);
    let opened: MediaStream | undefined;
    try {
      opened = await sources[source].open();
      const next = new PeerLink(`/whip/${encodeURIComponent(stream)}`, sending(opened), (now, detail) => {
        setState(now);
        setError(detail);
      });
      setMedia(opened);
      await next.start();
      setPublisher(next);
    } catch (failure) {
      stop(opened);
      setMedia(undefined);
      setState(undefined);
      setError(messageOf(failure));
    }
  };

  const end = async (): Promise<void> => {
    stop(media);
    await publisher?.end();
    setPublisher(undefined);
    setMedia(undefined);
  };

  const isBusy = media !== undefined;
  return (
    <section className="card go-live" aria-labelledby="go-live">
      <h2 id="go-live">Go live</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void (isBusy ? end() : goLive());
        }}
      >
        <label>
          Stream name
          <input
            value={stream}
            onChange={({ target }) => setStream(target.value)}
            disabled={isBusy}
            readOnly={scope === 'stream'}
            aria-describedby={scope === 'pattern' ? 'stream-pattern' : undefined}
            required
            maxLength={255}
            autoCapitalize="none"
            spellCheck={false}
          />
        </label>
        {scope === 'pattern' && (
          <p id="stream-pattern" className="facts">
            Your token is for names like <code>{streams}</code>.
          </p>
        )}
        <fieldset disabled={isBusy}>
          <legend>Source</legend>
          {SOURCE_NAMES.map((name) => (
            <label key={name} className="choice">
              <input type="radio" name="source" checked={source === name} onChange={() => setSource(name)} />
              {sources[name].label}
            </label>
          ))}
        </fieldset>
        <button type="submit" className={isBusy ? 'danger' : 'primary'}>
          {isBusy ? 'End' : 'Go live'}
        </button>
        <p role="status" className={state === 'live' ? 'status good' : 'status'}>
          {state !== undefined && STATE_TEXT[state]}
        </p>
        <Problem text={error} />
      </form>
      {media !== undefined && <Preview media={media} />}
    </section>
  );
}

/** @returns a name that the token is for */
function exampleOf({ scope, streams }: Access): string {
  if (scope === 'all') return 'my-stream';
  return scope === 'pattern' ? streams.replace(/[*?]/g, '1') : streams;
}

/** @returns what makes a connection send this */
function sending(media: MediaStream): (peer: RTCPeerConnection) => void {
  return (peer) => {
    for (const track of media.getTracks()) {
      const sendEncodings = track.kind === 'video' ? [{ maxBitrate: VIDEO_BITRATE_BPS }] : [];
      peer.addTransceiver(track, { direction: 'sendonly', streams: [media], sendEncodings });
    }
  };
}

function stop(media: MediaStream | undefined): void {
  for (const track of media?.getTracks() ?? []) track.stop();
}

function Preview({ media }: { readonly media: MediaStream }): React.JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = media;
  }, [media]);
  return <video ref={video} className="preview" autoPlay muted playsInline aria-label="What you are sending" />;
}
