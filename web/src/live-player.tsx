import { useEffect, useRef } from 'react';
import { OwnLayerChoice } from './layer-choice';
import { debuggerAddress, playerAddress } from './tools/address';
import { useWatching } from './watching';

interface Props {
  readonly stream: string;
  readonly onClose: () => void;
}

/** A stream as it comes, by WHEP: a moment behind, recorded or not. */
export function LivePlayer({ stream, onClose }: Props): React.JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const { told, link } = useWatching(video, stream);

  useEffect(() => {
    video.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, []);

  return (
    <section className="card wide" aria-label={`Live: ${stream}`}>
      <div className="player-head">
        <h2>{stream}</h2>
        <span className="badge recording">live</span>
        <button onClick={onClose}>Close</button>
      </div>
      <video ref={video} className="player" controls autoPlay muted playsInline />
      <p role="status" className="status">
        {told}
      </p>
      <div className="actions">
        {link?.session !== undefined && <OwnLayerChoice key={link.session} session={link.session} />}
        <a href={playerAddress(stream)}>Player alone</a>
        <a href={debuggerAddress(stream)}>Debugger</a>
      </div>
    </section>
  );
}
