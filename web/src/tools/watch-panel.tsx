import { useRef, useState } from 'react';
import { Problem, useAttempt } from '../attempt';
import { post } from '../call';
import { OwnLayerChoice } from '../layer-choice';
import { useWatching } from '../watching';
import type { ToolQuery } from './address';
import { MuteBoxes } from './mute-boxes';
import { StatisticsTable } from './statistics-table';

interface Props {
  readonly stream: string;
  readonly query: ToolQuery;
}

/** Watches a stream by WHEP: in which layer, with what of it muted by the server. */
export function WatchPanel({ stream, query }: Props): React.JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [watched, setWatched] = useState<string>();
  const [isLowLatency, setLowLatency] = useState(query.isLowLatency);
  const { told, link } = useWatching(video, watched, { isLowLatency });
  const { problem, attempt } = useAttempt();
  const isBusy = watched !== undefined;
  const session = link?.session;
  return (
    <section className="card" aria-labelledby="watch">
      <h2 id="watch">Watch</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setWatched(isBusy ? undefined : stream);
        }}
      >
        <label className="choice">
          <input
            type="checkbox"
            checked={isLowLatency}
            disabled={isBusy}
            onChange={({ target }) => setLowLatency(target.checked)}
          />
          Low latency: nothing waits in the jitter buffer
        </label>
        <div className="actions">
          <button type="submit" className={isBusy ? 'danger' : 'primary'} disabled={!isBusy && stream === ''}>
            {isBusy ? 'Stop watching' : 'Watch'}
          </button>
          {session !== undefined && (
            <MuteBoxes
              key={session}
              onMute={(kind, isMuted) => attempt(() => post(session, { kind, enabled: !isMuted }))}
            />
          )}
        </div>
      </form>
      {session !== undefined && <OwnLayerChoice key={session} session={session} />}
      <p role="status" className="status">
        {told}
      </p>
      <Problem text={problem} />
      <video
        ref={video}
        className="preview"
        hidden={!isBusy}
        controls
        autoPlay
        muted
        playsInline
        aria-label="What comes"
      />
      <StatisticsTable label="Received" link={link} />
    </section>
  );
}
