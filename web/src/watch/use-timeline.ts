import { useEffect, useState } from 'react';
import { messageOf, Refusal } from '../explain';
import { readTimeline, type Stretch, type Timeline } from '../timeline';

const REFRESH_MS = 5000;
/** Gaps are drawn wide enough to be seen, however short they are. */
const RESOLUTION_MS = 1000;
const UNREACHABLE = 'What is recorded cannot be read at the moment. Trying again…';

interface ReadTimeline {
  /** Undefined before the first answer. */
  readonly timeline: Timeline | undefined;
  /** Why there is no newer one. */
  readonly problem: string | undefined;
}

/** @returns what is recorded in a view, read again while it may grow, and until it could be read */
export function useTimeline(stream: string, { fromMs, toMs }: Stretch): ReadTimeline {
  const [read, setRead] = useState<{ readonly of: string; readonly timeline: Timeline }>();
  const [failed, setFailed] = useState<{ readonly of: string; readonly problem: string }>();
  const of = `${stream} ${fromMs}`;
  useEffect(() => {
    let isCurrent = true;
    let timer: number | undefined;
    const ask = async (): Promise<void> => {
      const outcome = await readTimeline(stream, { fromMs, toMs }, RESOLUTION_MS).then(
        (timeline) => ({ timeline }),
        (failure: unknown) => ({ problem: failure instanceof Refusal ? messageOf(failure) : UNREACHABLE }),
      );
      if (!isCurrent) return;
      if ('timeline' in outcome) {
        setRead({ of, timeline: outcome.timeline });
        setFailed(undefined);
      } else {
        setFailed({ of, problem: outcome.problem });
      }
      if (toMs > Date.now() || 'problem' in outcome) timer = window.setTimeout(() => void ask(), REFRESH_MS);
    };
    void ask();
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [stream, fromMs, toMs, of]);
  return {
    timeline: read?.of === of ? read.timeline : undefined,
    problem: failed?.of === of ? failed.problem : undefined,
  };
}
