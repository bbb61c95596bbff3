import { useEffect, useRef, useState } from 'react';
import { useAccess } from './access';
import { Problem } from './attempt';
import { messageOf } from './explain';
import { type SourceName, sources } from './sources';
import { WhipPublisher, type WhipState } from './whip';

const STATE_TEXT: Record<WhipState, string> = {
  connecting: 'Connecting…',
  live: 'You are live.',
  reconnecting: 'The connection was lost. Trying again…',
  ended: 'Ended.',
};

const SOURCE_NAMES = Object.keys(sources) as SourceName[];

export function GoLive(): React.JSX.Element {
  const { scope, streams } = useAccess();
  const [stream, setStream] = useState(scope === 'all' ? 'my-stream' : streams);
  const [source, setSource] = useState<SourceName>('camera');
  const [publisher, setPublisher] = useState<WhipPublisher>();
  const [media, setMedia] = useState<MediaStream>();
  const [state, setState] = useState<WhipState>();
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
      const next = new WhipPublisher(`/whip/${encodeURIComponent(stream)}`, opened, (now, detail) => {
        setState(now);
        setError(detail);
      });
      setMedia(opened);
      await next.start();
      setPublisher(next);
    } catch (failure) {
      opened?.getTracks().forEach((track) => {
        track.stop();
      });
      setMedia(undefined);
      setState(undefined);
      setError(messageOf(failure));
    }
  };

  const end = async (): Promise<void> => {
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

function Preview({ media }: { readonly media: MediaStream }): React.JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = media;
  }, [media]);
  return <video ref={video} className="preview" autoPlay muted playsInline aria-label="What you are sending" />;
}
