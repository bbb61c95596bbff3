import { useEffect, useRef, useState } from 'react';
import { Problem } from '../attempt';
import type { ToolQuery } from './address';
import { DashPlayer, type Quality } from './dash-player';

const STEP_SECONDS = 5;
const SPEEDS = [0.5, 1, 1.5, 2, 4];

/** A recording by its DASH manifest. */
export function DashTool({ query }: { readonly query: ToolQuery }): React.JSX.Element {
  const { mpd, isAutomatic, isMuted } = query;
  const video = useRef<HTMLVideoElement>(null);
  const player = useRef<DashPlayer>(undefined);
  const [problem, setProblem] = useState<string>();
  const [told, setTold] = useState('');
  const [qualities, setQualities] = useState<readonly Quality[]>([]);

  useEffect(() => {
    const element = video.current;
    if (mpd === '') window.location.replace('/index.html?view=recordings');
    if (mpd === '' || element === null) return undefined;
    element.muted = isMuted;
    const opened = new DashPlayer(element, { onTold: setTold, onProblem: setProblem, onQualities: setQualities });
    player.current = opened;
    void opened.open(mpd, isAutomatic);
    return () => {
      opened.close();
    };
  }, [mpd, isAutomatic, isMuted]);

  const step = (seconds: number): void => {
    if (video.current !== null) video.current.currentTime += seconds;
  };
  return (
    <main className="tools">
      <section className="card wide" aria-label="DASH player">
        <video ref={video} className="player" controls playsInline />
        <div className="actions">
          <button onClick={() => step(-STEP_SECONDS)}>−{STEP_SECONDS} s</button>
          <button onClick={() => step(STEP_SECONDS)}>+{STEP_SECONDS} s</button>
          <label className="inline">
            Speed
            <select
              defaultValue={1}
              onChange={({ target }) => {
                if (video.current !== null) video.current.playbackRate = Number(target.value);
              }}
            >
              {SPEEDS.map((speed) => (
                <option key={speed} value={speed}>
                  {speed}×
                </option>
              ))}
            </select>
          </label>
          {qualities.length > 1 && (
            <label className="inline">
              Quality
              <select onChange={({ target }) => player.current?.choose(target.value)}>
                <option value="">automatic</option>
                {qualities.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
        <p role="status" className="status">
          {told}
        </p>
        <Problem text={problem} />
      </section>
    </main>
  );
}
