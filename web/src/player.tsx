import Hls from 'hls.js';
import { useEffect, useRef, useState } from 'react';
import { authorize } from './credentials';
import { playNatively } from './native-source';
import { liveUrl } from './timeline';

/** How far behind the newest segment live viewing starts. */
const LIVE_DELAY_SECONDS = 6;
/** A recording that has just begun has no playlist until its first segment is committed. */
const RETRY_MS = 2000;

interface Props {
  readonly stream: string;
  readonly onClose: () => void;
}

/** What is live, from its recording: some seconds behind, and the last minutes can be sought in. */
export function Player({ stream, onClose }: Props): React.JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<string>();
  const url = liveUrl(stream);

  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    element.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    if (!Hls.isSupported()) {
      playNatively(element, url, { stream }, setProblem);
      return undefined;
    }
    return attach(element, url, setProblem);
  }, [url, stream]);

  return (
    <section className="card wide" aria-label={`Player: ${stream}`}>
      <div className="player-head">
        <h2>{stream}</h2>
        <span className="badge recording">live</span>
        <button onClick={onClose}>Close</button>
      </div>
      <video ref={video} className="player" controls autoPlay muted playsInline />
      {problem !== undefined && (
        <p role="status" className="status">
          {problem}
        </p>
      )}
    </section>
  );
}

/** @returns a function that lets the element go */
function attach(element: HTMLVideoElement, url: string, say: (problem: string | undefined) => void): () => void {
  const hls = new Hls({
    liveSyncDuration: LIVE_DELAY_SECONDS,
    backBufferLength: 60,
    xhrSetup: authorize,
  });
  let retry: number | undefined;
  hls.on(Hls.Events.ERROR, (_event, { fatal, details, response, type }) => {
    if (!fatal) return;
    if (details === Hls.ErrorDetails.MANIFEST_LOAD_ERROR && response?.code === 404) {
      say('Waiting for the first segment…');
      retry = window.setTimeout(() => {
        hls.loadSource(url);
      }, RETRY_MS);
    } else if (type === Hls.ErrorTypes.MEDIA_ERROR) {
      hls.recoverMediaError();
    } else {
      say(`This cannot be played: ${details}.`);
    }
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    say(undefined);
    // Browsers may refuse to start sound by themselves; the controls are there.
    element.play().catch(() => undefined);
  });
  hls.loadSource(url);
  hls.attachMedia(element);
  return () => {
    window.clearTimeout(retry);
    hls.destroy();
  };
}
