import { withFiller } from '../../../media/manifests/filler.js';
import { withPadding } from '../../../media/manifests/padding.js';
import { lastNumberOf } from '../../../media/manifests/spans.js';
import type {
  ManifestObject,
  ManifestPeriod,
  ManifestSegment,
  ManifestTimeline,
  ManifestTrack,
} from '../../../media/manifests/timeline.js';
import { ticksToMs } from '../../../media/timeline/ticks.js';

/** A committed segment as a manifest needs it. */
export interface TimelineSegment extends ManifestSegment {
  readonly sessionId: string;
  /** Session time. */
  readonly startMs: number;
  readonly directory: string;
  /** Counts the Periods of the session. */
  readonly period: number;
}

export interface TimelineTrack extends ManifestTrack {
  readonly sessionId: string;
  readonly directory: string;
}

/** Everything that is known of a directory, or what a view shows of several. */
export interface DirectoryRows {
  /** Wall clock of session time 0 by session. */
  readonly anchors: ReadonlyMap<string, number>;
  readonly tracks: readonly TimelineTrack[];
  /** In the order to play them, in a directory by their numbers; those of which all is lost are left out. */
  readonly segments: readonly TimelineSegment[];
}

export interface TimelineFacts {
  readonly isLive: boolean;
  readonly publishedEpochMs: number;
  readonly segmentDurationMs: number;
  /** Numbers of segments name the Periods of a directory, wall clock those of a view over several. */
  readonly periodIds?: 'number' | 'wall-clock';
  /** Lays everything out by wall clock, for a view whose beginning moves; else sessions follow each other without a gap. */
  readonly placement?: 'joined' | 'wall-clock';
  /** Session time that the first session is laid out from, where what it had first is not known any more. */
  readonly originMs?: number | undefined;
}

/** A hole or overlap between two segments of a track that players step over without a new Period. */
const BREAK_TOLERANCE_MS = 500;
/** A shorter hole between Periods of a session is rounding, not a gap. */
const SEAM_MS = 100;

/** Segments of one session that play through: one set of tracks, numbers and times without a break. */
interface Run {
  readonly sessionId: string;
  readonly segments: TimelineSegment[];
  readonly tracks: ReadonlyMap<string, TimelineTrack>;
  /** Session time, whole milliseconds that contain the media. */
  readonly startMs: number;
  endMs: number;
}

/** A run with its place: manifest time minus session time. */
interface PlacedRun extends Run {
  readonly offsetMs: number;
}

/**
 * The manifest of a directory as a function of its rows. Sessions follow each other without a gap, gaps inside a session
 * keep their true length. A new Period begins with each session, where the recorder began one (new parameters, a
 * publisher that was away), where a number or a track of one is missing, where time jumps, and with each directory. Each Period shows every
 * kind of media that the directory has, with filler where nothing was recorded.
 */
export function buildTimeline(rows: DirectoryRows, facts: TimelineFacts): ManifestTimeline {
  const { isLive, publishedEpochMs, segmentDurationMs } = facts;
  const anchors = facts.placement === 'wall-clock' ? rows.anchors : undefined;
  const runs = place(splitIntoRuns(rows), { anchors, originMs: facts.originMs });
  const last = runs.at(-1);
  return {
    isLive,
    publishedEpochMs,
    segmentDurationMs,
    periods: withFiller(padded(runs, rows.anchors, facts)),
    availabilityStartEpochMs: last === undefined ? publishedEpochMs : anchorOf(last, rows.anchors) - last.offsetMs,
  };
}

function padded(
  runs: readonly PlacedRun[],
  anchors: DirectoryRows['anchors'],
  { isLive, periodIds = 'number' }: TimelineFacts,
): ManifestPeriod[] {
  const periods: ManifestPeriod[] = [];
  for (const [index, run] of runs.entries()) {
    const next = runs[index + 1];
    const place = { before: periods.at(-1), isEnd: !isLive && next === undefined };
    periods.push(withPadding(periodOf(run, next, anchors, periodIds), place));
  }
  return periods;
}

function splitIntoRuns({ tracks, segments }: DirectoryRows): Run[] {
  const trackOf = trackFinder(tracks);
  const runs: Run[] = [];
  for (const segment of segments) {
    const run = runs.at(-1);
    const before = run?.segments.at(-1);
    if (run === undefined || before === undefined) {
      runs.push(...startRun(segment, trackOf, run));
    } else if (segment.follows === before) {
      run.segments.push(segment);
    } else {
      endWithLast(run); // What followed without a break ends no later.
      if (continues(before, segment, run.tracks)) run.segments.push(segment);
      else runs.push(...startRun(segment, trackOf, run));
    }
  }
  runs.slice(-1).forEach(endWithLast);
  return runs;
}

function endWithLast(run: Run): void {
  const last = run.segments.at(-1);
  if (last !== undefined) run.endMs = Math.max(run.endMs, endMsOf(last, run.tracks));
}

/** @returns none when a track of the segment is not known: nothing could play it */
function startRun(segment: TimelineSegment, trackOf: TrackFinder, before: Run | undefined): Run[] {
  const { sessionId, objects } = segment;
  const found = objects.map(({ trackId }) => trackOf(segment, trackId));
  const tracks = new Map(found.flatMap((track) => (track === undefined ? [] : [[track.id, track]])));
  if (tracks.size === 0 || tracks.size !== objects.length) return [];
  const startMs = startMsOf(segment, tracks, before);
  return [{ sessionId, segments: [segment], tracks, startMs, endMs: endMsOf(segment, tracks) }];
}

/** Sound that came late and reaches back into the time of the run before does not cut off its pictures. */
function startMsOf({ sessionId, objects }: TimelineSegment, tracks: Run['tracks'], before: Run | undefined): number {
  const startOf = (object: ManifestObject): number => Math.floor(toMs(object.startTicks, object, tracks));
  const startMs = Math.min(...objects.map(startOf));
  const picture = objects.find(({ trackId }) => tracks.get(trackId)?.kind === 'video');
  if (picture === undefined || before?.sessionId !== sessionId) return startMs;
  const pictureMs = startOf(picture);
  return pictureMs <= before.startMs ? startMs : Math.max(startMs, Math.min(pictureMs, before.endMs));
}

function continues(before: TimelineSegment, next: TimelineSegment, tracks: Run['tracks']): boolean {
  return (
    next.sessionId === before.sessionId &&
    next.directory === before.directory &&
    next.period === before.period &&
    next.number === lastNumberOf(before) + 1 &&
    allFollowOn(before.objects, next.objects, tracks)
  );
}

/** Asked of each segment of a day, so without closures. */
function allFollowOn(
  before: readonly ManifestObject[],
  next: readonly ManifestObject[],
  tracks: Run['tracks'],
): boolean {
  if (before.length !== next.length) return false;
  for (let index = 0; index < next.length; index++) {
    const object = next[index];
    if (object === undefined || !followsOn(before, object, index, tracks)) return false;
  }
  return true;
}

/** @param likely where the object of the same track is as a rule */
function followsOn(
  before: readonly ManifestObject[],
  next: ManifestObject,
  likely: number,
  tracks: Run['tracks'],
): boolean {
  const there = before[likely];
  const previous = there?.trackId === next.trackId ? there : before.find(({ trackId }) => trackId === next.trackId);
  if (previous === undefined) return false;
  const jumpTicks = next.startTicks - previous.startTicks - previous.durationTicks;
  return Math.abs(toMs(jumpTicks, next, tracks)) <= BREAK_TOLERANCE_MS;
}

interface Layout extends Pick<TimelineFacts, 'originMs'> {
  /** Where wall clock says what lies where. */
  readonly anchors: DirectoryRows['anchors'] | undefined;
}

function place(runs: readonly Run[], { anchors, originMs }: Layout): PlacedRun[] {
  const placed: PlacedRun[] = [];
  for (const run of runs) {
    const before = placed.at(-1);
    const joinedMs = before === undefined && originMs !== undefined ? -originMs : offsetAfter(before, run);
    const offsetMs = anchors === undefined ? joinedMs : wallClockOffset(before, run, anchors);
    placed.push({ ...run, offsetMs });
  }
  return placed;
}

/** What a clock that was set back would put over what is there follows it instead. */
function wallClockOffset(before: PlacedRun | undefined, run: Run, anchors: DirectoryRows['anchors']): number {
  const offsetMs = anchorOf(run, anchors);
  const isBehind = before === undefined || run.startMs + offsetMs > before.startMs + before.offsetMs;
  return isBehind ? offsetMs : offsetAfter(before, run);
}

function offsetAfter(before: PlacedRun | undefined, run: Run): number {
  if (before === undefined) return -run.startMs;
  if (before.sessionId !== run.sessionId) return before.endMs + before.offsetMs - run.startMs;
  // Time that went backwards inside a session cannot be shown truly; it must not overtake what is there.
  return run.startMs > before.startMs ? before.offsetMs : before.endMs + before.offsetMs - run.startMs;
}

function periodOf(
  run: PlacedRun,
  next: PlacedRun | undefined,
  anchors: DirectoryRows['anchors'],
  ids: NonNullable<TimelineFacts['periodIds']>,
): ManifestPeriod {
  const startMs = run.startMs + run.offsetMs;
  const startEpochMs = anchorOf(run, anchors) + run.startMs;
  return {
    id: `p${String(ids === 'number' ? (run.segments[0]?.number ?? 0) : startEpochMs)}`,
    startMs,
    durationMs: seamlessEnd(run.endMs + run.offsetMs, next) - startMs,
    mediaStartMs: run.startMs,
    startEpochMs,
    tracks: [...run.tracks.values()],
    segments: run.segments,
  };
}

/** Periods meet: audio that reaches into the next one is cut, a hole of some milliseconds is closed. */
function seamlessEnd(endMs: number, next: PlacedRun | undefined): number {
  if (next === undefined) return endMs;
  const nextStartMs = next.startMs + next.offsetMs;
  return nextStartMs - endMs <= SEAM_MS ? nextStartMs : endMs;
}

function anchorOf({ sessionId }: Run, anchors: DirectoryRows['anchors']): number {
  return anchors.get(sessionId) ?? 0;
}

function endMsOf({ objects }: TimelineSegment, tracks: Run['tracks']): number {
  let endMs = -Infinity;
  for (const object of objects) {
    endMs = Math.max(endMs, toMs(object.startTicks + object.durationTicks, object, tracks));
  }
  return Math.ceil(endMs);
}

function toMs(ticks: number, { trackId }: ManifestObject, tracks: Run['tracks']): number {
  return ticksToMs(ticks, tracks.get(trackId)?.timescale ?? 1000);
}

type TrackFinder = (segment: TimelineSegment, trackId: string) => TimelineTrack | undefined;

/** A session may point at an init object that an earlier session of the directory left. */
function trackFinder(tracks: readonly TimelineTrack[]): TrackFinder {
  const own = new Map(tracks.map((track) => [[track.directory, track.sessionId, track.id].join('/'), track]));
  const any = new Map(tracks.map((track) => [[track.directory, track.id].join('/'), track]));
  return ({ directory, sessionId }, trackId) =>
    own.get([directory, sessionId, trackId].join('/')) ?? any.get([directory, trackId].join('/'));
}
