import { useId, useState } from 'react';
import type { ToolQuery } from './address';
import { PublishPanel } from './publish-panel';
import { WatchPanel } from './watch-panel';

/** Sends a stream in a chosen way, watches it, and shows what is measured at both ends. */
export function DebuggerTool({ query }: { readonly query: ToolQuery }): React.JSX.Element {
  const [stream, setStream] = useState(query.stream);
  const id = useId();
  const name = (named: string): void => {
    setStream(named);
    const address = new URL(window.location.href);
    address.searchParams.set('id', named);
    window.history.replaceState(null, '', address);
  };
  return (
    <main className="tools">
      <section className="card wide">
        <label htmlFor={id}>Stream name</label>
        <input
          id={id}
          value={stream}
          onChange={({ target }) => name(target.value)}
          maxLength={255}
          autoCapitalize="none"
          spellCheck={false}
        />
      </section>
      <PublishPanel stream={stream} query={query} />
      <WatchPanel stream={stream} query={query} />
    </main>
  );
}
