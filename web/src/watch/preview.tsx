import { useEffect, useState } from 'react';
import { messageOf } from '../explain';
import { formatClock } from '../format';
import type { Stretch } from '../timeline';
import { percentOf } from './time-scale';
import type { Thumbnails } from './thumbnails';

/** A pointer that moves on asks for nothing. */
const REST_MS = 120;

interface Props {
  readonly atMs: number;
  readonly view: Stretch;
  readonly thumbnails: Thumbnails | undefined;
  /** Why there is no picture; undefined where something is recorded. */
  readonly reason: string | undefined;
}

/** What is shown at an instant, above the timeline. */
export function Preview({ atMs, view, thumbnails, reason }: Props): React.JSX.Element {
  const [picture, setPicture] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const hasPicture = reason === undefined;

  useEffect(() => {
    if (!hasPicture || thumbnails === undefined) return undefined;
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      thumbnails.at(atMs, abort.signal).then(
        (url) => {
          setPicture(url);
          setProblem(undefined);
        },
        (failure: unknown) => {
          if (abort.signal.aborted) return;
          setPicture(undefined);
          setProblem(messageOf(failure));
        },
      );
    }, REST_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [atMs, hasPicture, thumbnails]);

  const percent = percentOf(atMs, view);
  return (
    <div className="preview-picture" style={{ left: `clamp(0px, calc(${percent}% - 5rem), calc(100% - 10rem))` }}>
      {hasPicture && picture !== undefined && <img src={picture} alt="" />}
      <p>
        {formatClock(new Date(atMs).toISOString())}
        {reason !== undefined && <span> · {reason}</span>}
        {hasPicture && problem !== undefined && <span> · {problem}</span>}
      </p>
    </div>
  );
}
