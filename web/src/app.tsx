import { useEffect, useState, useSyncExternalStore } from 'react';
import { isLive, type LiveStream, watchStreams } from './api';
import { logInState, logOut, onLogInState } from './credentials';
import { GoLive } from './go-live';
import { LiveStreams } from './live-streams';
import { LogIn } from './log-in';
import { Player, type Playable } from './player';
import { ReachabilityCheck } from './reachability-check';
import { Recordings } from './recordings';
import { hashOf, readPlace, showPlace, type Place } from './watch/address';
import { WatchView } from './watch/watch-view';

export function App(): React.JSX.Element {
  const state = useSyncExternalStore(onLogInState, logInState);
  return (
    <>
      <header className="bar">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        <h1>Aircheck</h1>
        <p className="tagline">Records live streams. Every second of them.</p>
        <a href="/api-docs">API</a>
        {state === 'done' && <button onClick={logOut}>Log out</button>}
      </header>
      {state === 'wanted' ? (
        <main>
          <LogIn />
        </main>
      ) : (
        <Streams key={state} />
      )}
    </>
  );
}

function Streams(): React.JSX.Element {
  const [streams, setStreams] = useState<readonly LiveStream[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [playable, setPlayable] = useState<Playable>();
  const [watched, setWatched] = useState(() => readPlace(window.location.hash));

  useEffect(
    () =>
      watchStreams(setStreams, (lost) => {
        setProblem(lost === undefined ? 'The server is not reachable. Trying again…' : lost);
      }),
    [],
  );

  useEffect(() => {
    const follow = (): void => {
      setWatched(readPlace(window.location.hash));
    };
    window.addEventListener('hashchange', follow);
    return () => {
      window.removeEventListener('hashchange', follow);
    };
  }, []);

  // The list of recordings is asked for again when a stream appears, ends or changes its recording.
  const recordingsVersion = streams.map(({ id, recording }) => `${id}:${String(recording)}`).join('|');

  const play = (live: Playable | undefined): void => {
    setPlayable(live);
    setWatched(undefined);
    showPlace(undefined);
  };
  const watch = (recording: Place | undefined): void => {
    if (recording === undefined) showPlace(undefined);
    setWatched(recording);
    setPlayable(undefined);
  };
  return (
    <>
      {problem !== null && (
        <p className="notice" role="status">
          {problem}
        </p>
      )}
      <main>
        {playable !== undefined && <Player key={playable.url} playable={playable} onClose={() => play(undefined)} />}
        {watched !== undefined && (
          <WatchView key={hashOf(watched)} watched={watched} onClose={() => watch(undefined)} />
        )}
        <GoLive />
        <div className="column">
          <LiveStreams streams={streams.filter(isLive)} onPlay={play} />
          <Recordings version={recordingsVersion} live={streams} onWatch={watch} />
          <ReachabilityCheck />
        </div>
      </main>
    </>
  );
}
