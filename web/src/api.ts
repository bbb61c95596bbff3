/** The calls of the page, in the shapes of the server's HTTP interface. */

import { request } from './credentials';
import { followEvents } from './event-stream';
import { explain } from './explain';

interface Session {
  readonly id: string;
  readonly state: 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
}

interface StreamCodec {
  readonly kind: 'video' | 'audio';
  readonly codec: string;
  /** False for what is taken live only. */
  readonly recordable: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly framesPerSecond?: number;
}

export interface LiveStream {
  readonly id: string;
  readonly createdAt: number;
  readonly publish: { readonly leaveAt: number; readonly sessions: readonly Session[] };
  readonly codecs: readonly StreamCodec[];
  readonly stats: { readonly publish: { readonly bitrate: number } };
  readonly recording: boolean;
}

export interface RecordingEntry {
  readonly record: string;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly mpd_path: string;
  readonly duration_ms: number;
}

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

export interface RecordingSession {
  readonly id: string;
  readonly state: 'waiting' | 'recording' | 'interrupted' | 'finalizing' | 'completed' | 'failed';
  readonly reason: string | null;
  readonly directories: readonly string[];
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly lengthMs: number;
  readonly unrecorded: readonly { readonly kind: MediaKind; readonly codec: string }[];
  readonly completeness: {
    readonly gapCount: number;
    readonly gapMs: number;
    readonly causes: readonly GapCause[];
    readonly tracks: readonly TrackCompleteness[];
  };
}

export interface Gap {
  readonly kind: MediaKind;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly cause: string;
}

/** A stretch of time in epoch milliseconds; `toMs` is not part of it. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TimelineGap extends Stretch {
  readonly reason: string;
  readonly kinds: readonly MediaKind[];
  readonly session: string | null;
}

export interface TimelineSession {
  readonly id: string;
  readonly state: RecordingSession['state'];
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** What is recorded of a stream in some time, and why there is nothing between. */
export interface Timeline {
  readonly recordedMs: number;
  readonly sizeBytes: number;
  readonly ranges: readonly Stretch[];
  readonly gaps: readonly TimelineGap[];
  readonly sessions: readonly TimelineSession[];
}

interface StartedRecording {
  readonly mpd_path: string;
}

/** The server lists ended sessions for a while; a recording whose publisher is away for a moment still counts as live. */
export function isLive({ publish, recording }: LiveStream): boolean {
  return recording || publish.sessions.some(({ state }) => state !== 'closed' && state !== 'failed');
}

/** @throws Error with the server's own words when it refuses */
export async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await request(path, init);
  if (!response.ok) throw new Error(await explain(response));
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const name = encodeURIComponent;

export const listRecordedStreams = (): Promise<string[]> => call('/api/playback');
export const listRecordings = (stream: string): Promise<RecordingEntry[]> => call(`/api/playback/${name(stream)}`);
/** A stream with more sessions than fit on so many pages shows nothing of its oldest. */
const MOST_PAGES = 10;

interface SessionPage {
  readonly sessions: readonly RecordingSession[];
  readonly nextCursor: string | null;
}

interface SessionList {
  /** Newest first. */
  readonly sessions: readonly RecordingSession[];
  /** False when there are older ones. */
  readonly isWhole: boolean;
}

export async function listSessions(stream: string): Promise<SessionList> {
  const sessions: RecordingSession[] = [];
  let path = `/api/v1/sessions?stream=${name(stream)}&limit=200`;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await call<SessionPage>(path);
    sessions.push(...page.sessions);
    if (page.nextCursor === null) return { sessions, isWhole: true };
    path = `/api/v1/sessions?stream=${name(stream)}&limit=200&cursor=${name(page.nextCursor)}`;
  }
  return { sessions, isWhole: false };
}

export const listGaps = async (sessionId: string): Promise<Gap[]> =>
  (await call<{ gaps: Gap[] }>(`/api/v1/sessions/${name(sessionId)}`)).gaps;
interface Instants {
  readonly from: string;
  readonly to: string;
}

type TimelineAnswer = Omit<Timeline, 'ranges' | 'gaps'> & {
  readonly ranges: readonly Instants[];
  readonly gaps: readonly (Omit<TimelineGap, keyof Stretch> & Instants)[];
};

const instant = (epochMs: number): string => new Date(epochMs).toISOString();
const rangeQuery = ({ fromMs, toMs }: Stretch): string => `from=${instant(fromMs)}&to=${instant(toMs)}`;
const timed = <T extends Instants>({ from, to, ...rest }: T): Omit<T, keyof Instants> & Stretch => {
  return { ...rest, fromMs: Date.parse(from), toMs: Date.parse(to) };
};

/** @param resolutionMs ranges nearer than that are one */
export async function readTimeline(stream: string, range: Stretch, resolutionMs: number): Promise<Timeline> {
  const query = `${rangeQuery(range)}&resolution=${resolutionMs / 1000}`;
  const answer = await call<TimelineAnswer>(`/api/v1/streams/${name(stream)}/timeline?${query}`);
  return { ...answer, ranges: answer.ranges.map(timed), gaps: answer.gaps.map(timed) };
}

/** @returns what plays a range of time, over gaps, sessions and days */
export function rangeUrl(stream: string, file: 'index.m3u8' | 'clip.mp4', range: Stretch): string {
  return `/play/${name(stream)}/${file}?${rangeQuery(range)}`;
}

export function pictureUrl(stream: string, what: 'thumbnail' | 'keyframe', atMs: number): string {
  return `/api/v1/streams/${name(stream)}/${what}?at=${instant(atMs)}`;
}

export const stopRecording = (stream: string): Promise<void> =>
  call(`/api/record/${name(stream)}`, { method: 'DELETE' });
export const startRecording = (stream: string): Promise<StartedRecording> =>
  call(`/api/record/${name(stream)}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });

/** Key prefix of the directory that a manifest is for, without a slash at its end. */
export function directoryOf(manifestKey: string): string {
  return manifestKey.slice(0, manifestKey.lastIndexOf('/'));
}

/** Where a player finds an object of a recording. */
export function objectUrl(manifestKey: string, file: 'manifest.mpd' | 'index.m3u8'): string {
  return `/api/record/object/${`${directoryOf(manifestKey)}/${file}`.split('/').map(name).join('/')}`;
}

/** @returns a token */
export async function logIn(username: string, password: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/api/login', { method: 'POST', headers, body: JSON.stringify({ username, password }) });
  if (!response.ok) throw new Error(await explain(response));
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

/**
 * Snapshots of all live streams as they change.
 *
 * @param onLost told why they cannot be had, undefined where the server does not answer, and null once they can
 * @returns a function that ends it
 */
export function watchStreams(
  onStreams: (streams: LiveStream[]) => void,
  onLost: (problem: string | undefined | null) => void,
): () => void {
  return followEvents('/api/sse/streams', {
    onData: (text) => {
      onStreams(JSON.parse(text) as LiveStream[]);
    },
    onConnected: () => {
      onLost(null);
    },
    onLost,
  });
}
