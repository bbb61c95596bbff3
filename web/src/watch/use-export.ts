import { useEffect, useState } from 'react';
import { messageOf, Refusal } from '../explain';
import { type Export, followExport, isDone, isExportGone, readExport } from '../exports';

/** A file that is done may be deleted elsewhere, or be kept long enough. */
const LOOK_EVERY_MS = 5000;
const UNREACHABLE = 'It cannot be asked for at the moment. Trying again…';

interface FollowedExport {
  /** As it was last heard of; undefined before the first answer. */
  readonly now: Export | undefined;
  readonly isGone: boolean;
  /** Why nothing newer is known. */
  readonly problem: string | undefined;
}

/** @returns an export, followed until it is done and looked at again from then on until it is gone */
export function useExport(id: string): FollowedExport {
  const [now, setNow] = useState<Export>();
  const [isGone, setGone] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const look = async (): Promise<void> => {
      try {
        const found = await readExport(id);
        if (signal.aborted) return;
        setNow(found);
        setProblem(undefined);
        if (!isDone(found)) await followExport(id, setNow, signal);
      } catch (failure) {
        if (signal.aborted) return;
        if (isExportGone(failure)) {
          setGone(true);
          return;
        }
        setProblem(failure instanceof Refusal ? messageOf(failure) : UNREACHABLE);
      }
      const timer = window.setTimeout(() => void look(), LOOK_EVERY_MS);
      signal.addEventListener('abort', () => {
        window.clearTimeout(timer);
      });
    };
    void look();
    return () => {
      abort.abort();
    };
  }, [id]);
  return { now, isGone, problem };
}
