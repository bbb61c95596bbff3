/** A stream by its time: what is recorded of it when, and the addresses of stretches and instants. */

import { call } from './call';
import type { MediaKind, RecordingSession } from './recorded';

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

interface TimelineSession {
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
  readonly sessionCount: number;
  /** The newest of them, in order. */
  readonly sessions: readonly TimelineSession[];
}

interface Instants {
  readonly from: string;
  readonly to: string;
}

type TimelineAnswer = Omit<Timeline, 'ranges' | 'gaps'> & {
  readonly ranges: readonly Instants[];
  readonly gaps: readonly (Omit<TimelineGap, keyof Stretch> & Instants)[];
};

const name = encodeURIComponent;
const instant = (epochMs: number): string => new Date(epochMs).toISOString();
const timed = <T extends Instants>({ from, to, ...rest }: T): Omit<T, keyof Instants> & Stretch => {
  return { ...rest, fromMs: Date.parse(from), toMs: Date.parse(to) };
};

/** @returns a stretch as routes take it */
export function instantsOf({ fromMs, toMs }: Stretch): Instants {
  return { from: instant(fromMs), to: instant(toMs) };
}

function rangeQuery(range: Stretch): string {
  const { from, to } = instantsOf(range);
  return `from=${from}&to=${to}`;
}

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

/** @returns what plays the last minutes of a stream, and goes on with it */
export function liveUrl(stream: string): string {
  return `/play/${name(stream)}/index.m3u8`;
}

export function pictureUrl(stream: string, what: 'thumbnail' | 'keyframe', atMs: number): string {
  return `/api/v1/streams/${name(stream)}/${what}?at=${instant(atMs)}`;
}
