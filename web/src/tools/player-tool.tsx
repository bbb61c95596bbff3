import { useEffect, useRef, useState } from 'react';
import { useWatching } from '../watching';
import type { ToolQuery } from './address';

/** A stream as it comes, in nothing but its picture: for other pages, and for screens on walls. */
export function PlayerTool({ query }: { readonly query: ToolQuery }): React.JSX.Element {
  const { stream, isAutomatic, isMuted, hasControls, isLowLatency, reconnectMs } = query;
  const video = useRef<HTMLVideoElement>(null);
  const [isWanted, setWanted] = useState(isAutomatic);
  const { told } = useWatching(video, isWanted ? stream : undefined, { isLowLatency, retryMs: reconnectMs });
  const begin = (): void => {
    setWanted(true);
  };
  // React does not write the attribute, and a browser starts nothing by itself that is not muted.
  useEffect(() => {
    if (video.current !== null) video.current.muted = isMuted;
  }, [isMuted]);
  return (
    <main className="bare">
      <video ref={video} className="player" controls={hasControls} autoPlay playsInline onClick={begin} />
      {!isWanted && stream !== '' && (
        <button className="primary begin" onClick={begin}>
          Play {stream}
        </button>
      )}
      <p role="status" className="status">
        {stream === '' ? 'The address names no stream: add ?id= and its name.' : told}
      </p>
    </main>
  );
}
