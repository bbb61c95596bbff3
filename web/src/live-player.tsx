import { useEffect, useRef, useState } from 'react';
import { messageOf } from './explain';
import { PeerLink, type LinkState } from './peer-link';

const STATE_TEXT: Record<LinkState, string> = {
  connecting: 'Connecting…',
  live: '',
  reconnecting: 'The connection was lost. Trying again…',
  ended: '',
};

interface Props {
  readonly stream: string;
  readonly onClose: () => void;
}

/** A stream as it comes, by WHEP: a moment behind, recorded or not. */
export function LivePlayer({ stream, onClose }: Props): React.JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [told, setTold] = useState('');

  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    element.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    const link = new PeerLink(`/whep/${encodeURIComponent(stream)}`, receivingInto(element), (state, detail) => {
      setTold(detail ?? STATE_TEXT[state]);
    });
    link.start().catch((failure: unknown) => {
      setTold(messageOf(failure));
    });
    const leave = (): void => void link.end();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [stream]);

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
    </section>
  );
}

/** @returns what makes a connection receive sound and picture, and show them */
function receivingInto(element: HTMLVideoElement): (peer: RTCPeerConnection) => void {
  return (peer) => {
    const media = new MediaStream();
    element.srcObject = media;
    peer.addEventListener('track', ({ track }) => {
      media.addTrack(track);
    });
    for (const kind of ['audio', 'video']) peer.addTransceiver(kind, { direction: 'recvonly' });
  };
}
