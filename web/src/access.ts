import { createContext, useContext, useEffect, useState } from 'react';
import { call } from './call';
import { Refusal } from './explain';

const RETRY_MS = 3000;

export const UNREACHABLE = 'The server is not reachable. Trying again…';

export type Right = 'publish' | 'watch' | 'record' | 'playback' | 'admin';

/** What whoever uses the page may do, and with which streams. */
export interface Access {
  /** Whether `streams` is every stream, those of a pattern, or the name of one. */
  readonly scope: 'all' | 'pattern' | 'stream';
  readonly streams: string;
  readonly rights: readonly Right[];
  readonly expiresAt: string | null;
}

const NOTHING: Access = { scope: 'stream', streams: '', rights: [], expiresAt: null };

export const AccessContext = createContext(NOTHING);

/** Where a thing is shown it is of a stream that the token is for, so the right alone decides. */
export function useMay(): (right: Right) => boolean {
  const { rights } = useContext(AccessContext);
  return (right) => rights.includes(right);
}

export function useAccess(): Access {
  return useContext(AccessContext);
}

/** @returns undefined before it is known, and while somebody has to log in; the problem of a server that does not tell */
export function useReadAccess(): { readonly access?: Access; readonly problem?: string } {
  const [read, setRead] = useState<{ readonly access?: Access; readonly problem?: string }>({});
  useEffect(() => {
    let isCurrent = true;
    let retry: number | undefined;
    const ask = (): void => {
      call<Access>('/api/v1/access').then(
        (found) => {
          if (isCurrent) setRead({ access: found });
        },
        (failure: unknown) => {
          if (!isCurrent) return;
          setRead({ problem: failure instanceof Refusal ? failure.message : UNREACHABLE });
          retry = window.setTimeout(ask, RETRY_MS);
        },
      );
    };
    ask();
    return () => {
      isCurrent = false;
      window.clearTimeout(retry);
    };
  }, []);
  return read;
}

const DEEDS: Readonly<Record<Right, string>> = {
  publish: 'publish',
  watch: 'watch live',
  record: 'control recording',
  playback: 'play back',
  admin: 'administer',
};

/** @returns what a token is for, in a sentence; undefined where it is for everything */
export function limitsOf({ scope, streams, rights }: Access): string | undefined {
  const all = Object.keys(DEEDS) as Right[];
  if (scope === 'all' && rights.length === all.length) return undefined;
  const deeds = all.filter((right) => rights.includes(right)).map((right) => DEEDS[right]);
  const place = { all: 'all streams', pattern: `streams named ${streams}`, stream: `the stream ${streams}` }[scope];
  return `Your token is for ${place}: ${deeds.length === 0 ? 'it allows nothing' : `you may ${deeds.join(', ')}`}.`;
}
