/** What was recorded, by stream and day, and the calls that keep or delete it. */

import { call, type Page, query, wordOf } from './call';

export type MediaKind = 'video' | 'audio';

export interface GapCause {
  readonly cause: string;
  readonly gapCount: number;
  readonly gapMs: number;
}

export interface TrackCompleteness {
  readonly kind: MediaKind;
  readonly packetsReceived: number;
  readonly packetsRepaired: number;
  readonly packetsLost: number;
  readonly framesRecorded: number;
  readonly framesDropped: number;
  readonly gapCount: number;
  readonly gapMs: number;
}

/** Addresses on the server; who needs a token needs it for them. */
export interface PlaybackPaths {
  readonly dash: string;
  readonly hls: string;
  readonly mp4: string | null;
}

export interface RecordingSession {
  readonly id: string;
  readonly stream: string;
  readonly state: 'waiting' | 'recording' | 'interrupted' | 'finalizing' | 'completed' | 'failed';
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Since when nobody may delete it. */
  readonly heldAt: string | null;
  readonly lengthMs: number;
  readonly sizeBytes: number;
  readonly segmentCount: number;
  readonly playback: PlaybackPaths;
  readonly unrecorded: readonly { readonly kind: MediaKind; readonly codec: string }[];
  readonly storage: { readonly directories: readonly string[]; readonly uploadingCount: number };
  readonly completeness: {
    readonly gapCount: number;
    readonly gapMs: number;
    readonly causes: readonly GapCause[];
    readonly tracks: readonly TrackCompleteness[];
  };
}

/** What was recorded of a stream on one day. */
export interface RecordedDay {
  readonly id: string;
  readonly stream: string;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly durationMs: number;
  readonly playback: PlaybackPaths;
  /** In order. */
  readonly sessions: readonly RecordingSession[];
  /** False when the day has more sessions than these. */
  readonly isWhole: boolean;
  /** What {@link listSessions} goes on from. */
  readonly after: string | null;
}

export interface RecordedDays {
  /** Newest first. */
  readonly days: readonly RecordedDay[];
  readonly hasOlder: boolean;
}

export interface Gap {
  readonly kind: MediaKind;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly cause: string;
}

const SESSION = `
  id stream state reason startedAt endedAt heldAt lengthMs sizeBytes segmentCount
  playback { dash hls mp4 }
  unrecorded { kind codec }
  storage { directories uploadingCount }
  completeness {
    gapCount gapMs
    causes { cause gapCount gapMs }
    tracks {
      kind packetsReceived packetsRepaired packetsLost framesRecorded framesDropped gapCount gapMs
    }
  }
`;

const DAYS = `query Days($after: String) {
  recordings(first: 50, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges {
      node {
        id stream year month day durationMs
        playback { dash hls mp4 }
        sessions(first: 100) {
          pageInfo { hasNextPage endCursor }
          edges {
            node { ${SESSION} }
          }
        }
      }
    }
  }
}`;

const MORE_SESSIONS = `query Sessions($day: ID!, $after: String) {
  recording(id: $day) {
    sessions(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { ${SESSION} } }
    }
  }
}`;

type DayNode = Omit<RecordedDay, 'sessions' | 'isWhole' | 'after'> & { readonly sessions: Page<RecordingSession> };

/** @param pages how many, of fifty days each */
export async function listDays(pages: number): Promise<RecordedDays> {
  const days: RecordedDay[] = [];
  let after: string | null = null;
  for (let read = 0; read < pages; read += 1) {
    const { recordings }: { readonly recordings: Page<DayNode> } = await query(DAYS, { after });
    days.push(...recordings.edges.map(({ node }) => dayOf(node)));
    after = recordings.pageInfo.endCursor ?? null;
    if (!recordings.pageInfo.hasNextPage) return { days: sorted(days), hasOlder: false };
  }
  return { days: sorted(days), hasOlder: true };
}

function dayOf({ sessions, ...day }: DayNode): RecordedDay {
  return {
    ...day,
    sessions: sessions.edges.map(({ node }) => sessionOf(node)),
    isWhole: !sessions.pageInfo.hasNextPage,
    after: sessions.pageInfo.endCursor ?? null,
  };
}

export interface SessionPage {
  readonly sessions: readonly RecordingSession[];
  /** Null behind the last ones. */
  readonly after: string | null;
}

interface SessionsAnswer {
  readonly recording: { readonly sessions: Page<RecordingSession> } | null;
}

/** @param day id of the day that has more sessions than came with it */
export async function listSessions(day: string, after: string | null): Promise<SessionPage> {
  const { recording } = await query<SessionsAnswer>(MORE_SESSIONS, { day, after });
  if (recording === null) return { sessions: [], after: null };
  const { pageInfo, edges } = recording.sessions;
  return {
    sessions: edges.map(({ node }) => sessionOf(node)),
    after: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
  };
}

/** The words of GraphQL's enums as REST has them. */
function sessionOf(session: RecordingSession): RecordingSession {
  const { causes, tracks } = session.completeness;
  return {
    ...session,
    state: wordOf(session.state) as RecordingSession['state'],
    unrecorded: session.unrecorded.map(withKind),
    completeness: {
      ...session.completeness,
      causes: causes.map((one) => ({ ...one, cause: wordOf(one.cause) })),
      tracks: tracks.map(withKind),
    },
  };
}

function withKind<T extends { readonly kind: MediaKind }>(thing: T): T {
  return { ...thing, kind: wordOf(thing.kind) as MediaKind };
}

function sorted(days: readonly RecordedDay[]): RecordedDay[] {
  return [...days].sort((a, b) => beginningOf(b) - beginningOf(a));
}

/**
 * Days are the server's, in a zone that only it knows, and not the reader's: by default those of UTC.
 *
 * @returns epoch milliseconds of what was recorded first; midnight where a session goes on from the day before
 */
export function beginningOf({ stream, year, month, day, sessions }: RecordedDay): number {
  const midnight = Date.UTC(year, month - 1, day);
  const [first] = sessions;
  if (first === undefined) return midnight;
  const folder = [stream, String(year), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('/');
  const { directories } = first.storage;
  const isFromBefore = directories.includes(folder) && directories.some((directory) => directory < folder);
  return isFromBefore ? midnight : Date.parse(first.startedAt);
}

export function isGoingOn({ state }: RecordingSession): boolean {
  return !['completed', 'failed'].includes(state);
}

const pathOf = (sessionId: string): string => `/api/v1/sessions/${encodeURIComponent(sessionId)}`;

export const listGaps = async (sessionId: string): Promise<readonly Gap[]> =>
  (await call<{ gaps: readonly Gap[] }>(pathOf(sessionId))).gaps;

export const holdSession = (sessionId: string): Promise<void> => call(`${pathOf(sessionId)}/hold`, { method: 'PUT' });
export const releaseSession = (sessionId: string): Promise<void> =>
  call(`${pathOf(sessionId)}/hold`, { method: 'DELETE' });

/** @param removeObjects false leaves the files where they are */
export const deleteSession = (sessionId: string, removeObjects: boolean): Promise<void> =>
  call(`${pathOf(sessionId)}?removeObjects=${String(removeObjects)}`, { method: 'DELETE' });
