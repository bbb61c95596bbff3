import { useCallback, useEffect, useState } from 'react';
import { Problem, useAttempt } from './attempt';
import { begin, type BetweenServers as Ways, end, type Order, readBetweenServers } from './cascades';
import { messageOf } from './explain';

const REFRESH_MS = 2000;
const NONE: Ways = { cascades: [], sources: [] };
const EMPTY: Order = { kind: 'pull', stream: '', url: '', token: '' };

const KINDS: Readonly<Record<Order['kind'], { readonly label: string; readonly example: string }>> = {
  pull: { label: 'Fetch a stream', example: 'https://other.example.org/whep/cam' },
  source: { label: 'Fetch a stream as its source', example: 'https://other.example.org/whep/cam' },
  push: { label: 'Send a stream', example: 'https://other.example.org/whip/cam' },
};

/** Streams that come from other servers and go to them; read while it is open. */
export function BetweenServers(): React.JSX.Element {
  const [isOpened, setOpened] = useState(false);
  return (
    <section className="card" aria-labelledby="between-servers">
      <h2 id="between-servers">Between servers</h2>
      <details onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
        <summary>Streams from other servers, and to them</summary>
        {isOpened && <Controls />}
      </details>
    </section>
  );
}

function Controls(): React.JSX.Element {
  const [ways, setWays] = useState(NONE);
  const [problem, setProblem] = useState<string>();
  const refresh = useCallback(
    (): Promise<void> =>
      readBetweenServers().then(
        (found) => {
          setWays(found);
          setProblem(undefined);
        },
        (failure: unknown) => {
          setProblem(messageOf(failure));
        },
      ),
    [],
  );
  useEffect(() => {
    const timer = window.setInterval(() => void refresh(), REFRESH_MS);
    void refresh();
    return () => {
      window.clearInterval(timer);
    };
  }, [refresh]);
  const { cascades, sources } = ways;
  return (
    <>
      <Problem text={problem} />
      {cascades.length + sources.length === 0 && <p className="empty">No stream comes from elsewhere or goes there.</p>}
      <ul className="rows">
        {sources.map((source) => (
          <WayRow
            key={`source ${source.stream_id}`}
            stream={source.stream_id}
            facts={`source${source.on_demand ? ' on demand' : ''} ${source.url}`}
            state={source.state.toLowerCase()}
            error={source.error}
            onEnd={source.configured ? undefined : () => end('sources', source.stream_id).then(refresh)}
          />
        ))}
        {cascades.map(({ stream, direction, url, state, error }) => (
          <WayRow
            key={`${direction} ${stream} ${url}`}
            stream={stream}
            facts={`${direction === 'pull' ? 'from' : 'to'} ${url}`}
            state={state}
            error={error}
            onEnd={() => end('cascade', stream).then(refresh)}
          />
        ))}
      </ul>
      <BeginForm onBegun={refresh} />
    </>
  );
}

interface WayProps {
  readonly stream: string;
  readonly facts: string;
  readonly state: string;
  readonly error: string | undefined;
  /** Undefined for one that only its configuration ends. */
  readonly onEnd: (() => Promise<void>) | undefined;
}

function WayRow({ stream, facts, state, error, onEnd }: WayProps): React.JSX.Element {
  const { isBusy, problem, attempt } = useAttempt();
  return (
    <li>
      <div className="what">
        <strong>{stream}</strong>
        <span className={`badge ${state}`}>{state}</span>
        <p className="facts">{error === undefined ? facts : `${facts} · ${error}`}</p>
      </div>
      <div className="actions">
        {onEnd !== undefined && (
          <button disabled={isBusy} aria-label={`Stop ${facts}`} onClick={() => attempt(onEnd)}>
            Stop
          </button>
        )}
        <Problem text={problem} />
      </div>
    </li>
  );
}

function BeginForm({ onBegun }: { readonly onBegun: () => Promise<void> }): React.JSX.Element {
  const [order, setOrder] = useState(EMPTY);
  const { isBusy, problem, attempt } = useAttempt();
  const { kind, stream, url, token } = order;
  const change = (changed: Partial<Order>): void => setOrder({ ...order, ...changed });
  const start = async (): Promise<void> => {
    await begin(order);
    setOrder(EMPTY);
    await onBegun();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        attempt(start);
      }}
    >
      <label>
        What to do
        <select value={kind} onChange={({ target }) => change({ kind: target.value as Order['kind'] })}>
          {Object.entries(KINDS).map(([value, { label }]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        Name of the stream here
        <input
          value={stream}
          onChange={({ target }) => change({ stream: target.value })}
          required
          maxLength={255}
          autoCapitalize="none"
          spellCheck={false}
        />
      </label>
      <label>
        Its URL there
        <input
          type="url"
          value={url}
          onChange={({ target }) => change({ url: target.value })}
          required
          maxLength={2048}
          placeholder={KINDS[kind].example}
        />
      </label>
      <label>
        Token for there, if it wants one
        <input
          type="password"
          value={token}
          onChange={({ target }) => change({ token: target.value })}
          maxLength={4096}
          autoComplete="off"
        />
      </label>
      <button type="submit" className="primary" disabled={isBusy}>
        Start
      </button>
      <Problem text={problem} />
    </form>
  );
}
