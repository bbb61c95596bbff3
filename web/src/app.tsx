import { useEffect, useState } from 'react';
import { isLive, type LiveStream, watchStreams } from './api';
import { GoLive } from './go-live';
import { LiveStreams } from './live-streams';
import { Player, type Playable } from './player';
import { Recordings } from './recordings';

export function App(): React.JSX.Element {
  const [streams, setStreams] = useState<readonly LiveStream[]>([]);
  const [isConnected, setConnected] = useState(true);
  const [playable, setPlayable] = useState<Playable>();

  useEffect(() => watchStreams(setStreams, setConnected), []);

  // The list of recordings is asked for again when a stream appears, ends or changes its recording.
  const recordingsVersion = streams.map(({ id, recording }) => `${id}:${String(recording)}`).join('|');

  return (
    <>
      <header className="bar">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        <h1>Aircheck</h1>
        <p className="tagline">Records live streams. Every second of them.</p>
        <a href="/api-docs">API</a>
      </header>
      {!isConnected && (
        <p className="notice" role="status">
          The server is not reachable. Trying again…
        </p>
      )}
      <main>
        {playable !== undefined && (
          <Player key={playable.url} playable={playable} onClose={() => setPlayable(undefined)} />
        )}
        <GoLive />
        <div className="column">
          <LiveStreams streams={streams.filter(isLive)} onPlay={setPlayable} />
          <Recordings version={recordingsVersion} live={streams} onPlay={setPlayable} />
        </div>
      </main>
    </>
  );
}
