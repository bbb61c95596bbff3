import { useEffect, useState } from 'react';
import { readTimeline, type Stretch, type Timeline } from '../timeline';

const REFRESH_MS = 5000;
/** Gaps are drawn wide enough to be seen, however short they are. */
const RESOLUTION_MS = 1000;

/** @returns what is recorded in a view, read again while it may grow; undefined before the first answer */
export function useTimeline(stream: string, { fromMs, toMs }: Stretch): Timeline | undefined {
  const [read, setRead] = useState<{ readonly of: string; readonly timeline: Timeline }>();
  const of = `${stream} ${fromMs}`;
  useEffect(() => {
    let isCurrent = true;
    const ask = (): void => {
      readTimeline(stream, { fromMs, toMs }, RESOLUTION_MS).then(
        (found) => {
          if (isCurrent) setRead({ of, timeline: found });
        },
        // The notice at the top says that the server is away; the timeline keeps what it showed.
        () => undefined,
      );
    };
    ask();
    const timer = toMs > Date.now() ? window.setInterval(ask, REFRESH_MS) : undefined;
    return () => {
      isCurrent = false;
      window.clearInterval(timer);
    };
  }, [stream, fromMs, toMs, of]);
  return read?.of === of ? read.timeline : undefined;
}
