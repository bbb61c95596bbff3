import { useEffect, useState, useSyncExternalStore } from 'react';
import { type Access, AccessContext, limitsOf, UNREACHABLE, useReadAccess } from './access';
import { BetweenServers } from './between-servers';
import { logInState, logOut, onLogInState } from './credentials';
import { GoLive } from './go-live';
import { canListLive, isLive, type LiveStream, watchStreams } from './live';
import { LiveStreams, type Playable } from './live-streams';
import { LogIn } from './log-in';
import { LivePlayer } from './live-player';
import { Player } from './player';
import { ReachabilityCheck } from './reachability-check';
import { Recordings } from './recordings';
import { hashOf, readPlace, showPlace, type Place } from './watch/address';
import { WatchView } from './watch/watch-view';

/** `?view=recordings`, where live777's pages lead for nothing but the list. */
const RECORDINGS = 'recordings';

export function App(): React.JSX.Element {
  const state = useSyncExternalStore(onLogInState, logInState);
  return (
    <>
      <header className="bar">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        <h1>Aircheck</h1>
        <p className="tagline">Records live streams. Every second of them.</p>
        <a href="/tools/debugger.html">Debugger</a>
        <a href="/api-docs">API</a>
        {state === 'done' && <button onClick={logOut}>Log out</button>}
      </header>
      {state === 'wanted' ? (
        <main>
          <LogIn />
        </main>
      ) : (
        <Permitted key={state} />
      )}
    </>
  );
}

/** What whoever uses the page may do decides what it shows. */
function Permitted(): React.JSX.Element | null {
  const { access, problem } = useReadAccess();
  if (access === undefined) return problem === undefined ? null : <Notice text={problem} />;
  return (
    <AccessContext value={access}>
      <Streams access={access} />
    </AccessContext>
  );
}

function Notice({ text }: { readonly text: string }): React.JSX.Element {
  return (
    <p className="notice" role="status">
      {text}
    </p>
  );
}

function Streams({ access }: { readonly access: Access }): React.JSX.Element {
  const [streams, setStreams] = useState<readonly LiveStream[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [playable, setPlayable] = useState<Playable>();
  const [watched, setWatched] = useState(() => readPlace(window.location.hash));
  const { scope, rights } = access;
  const limits = limitsOf(access);
  const seesLive = canListLive(access);
  const isListOnly = new URLSearchParams(window.location.search).get('view') === RECORDINGS;

  useEffect(() => {
    if (!seesLive) return undefined;
    return watchStreams(access, setStreams, (lost) => {
      setProblem(lost === undefined ? UNREACHABLE : lost);
    });
  }, [access, seesLive]);

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
      {problem !== null && <Notice text={problem} />}
      <main>
        {limits !== undefined && <p className="facts wide">{limits}</p>}
        {playable?.by === 'recording' && (
          <Player key={playable.stream} stream={playable.stream} onClose={() => play(undefined)} />
        )}
        {playable?.by === 'connection' && (
          <LivePlayer key={playable.stream} stream={playable.stream} onClose={() => play(undefined)} />
        )}
        {watched !== undefined && rights.includes('playback') && (
          <WatchView key={hashOf(watched)} watched={watched} onClose={() => watch(undefined)} />
        )}
        {!isListOnly && rights.includes('publish') && <GoLive />}
        <div className="column">
          {!isListOnly && seesLive && <LiveStreams streams={streams.filter(isLive)} onPlay={play} />}
          {rights.includes('playback') && <Recordings version={recordingsVersion} onWatch={watch} />}
          {!isListOnly && scope === 'all' && rights.includes('admin') && (
            <>
              <BetweenServers />
              <ReachabilityCheck />
            </>
          )}
        </div>
      </main>
    </>
  );
}
