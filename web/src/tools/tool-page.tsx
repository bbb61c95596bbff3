import { useSyncExternalStore } from 'react';
import { logInState, logOut, onLogInState } from '../credentials';
import { LogIn } from '../log-in';
import { readToolQuery, type Tool, type ToolQuery } from './address';
import { DashTool } from './dash-tool';
import { DebuggerTool } from './debugger-tool';
import { PlayerTool } from './player-tool';

const VIEWS: Readonly<Record<Tool, (props: { readonly query: ToolQuery }) => React.JSX.Element>> = {
  player: PlayerTool,
  debugger: DebuggerTool,
  dash: DashTool,
};

/** One of live777's pages, by its address and with its parameters. */
export function ToolPage({ tool }: { readonly tool: Tool }): React.JSX.Element {
  const state = useSyncExternalStore(onLogInState, logInState);
  if (state === 'wanted') {
    return (
      <main>
        <LogIn />
      </main>
    );
  }
  const View = VIEWS[tool];
  const view = <View key={state} query={readToolQuery(window.location.search)} />;
  // The player is often a part of another page.
  if (tool === 'player') return view;
  return (
    <>
      <header className="bar">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        <h1>
          <a href="/">Aircheck</a>
        </h1>
        <p className="tagline">{tool === 'dash' ? 'Plays a recording.' : 'Sends, watches and measures a stream.'}</p>
        {state === 'done' && <button onClick={logOut}>Log out</button>}
      </header>
      {view}
    </>
  );
}
