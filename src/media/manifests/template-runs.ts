import { ticksToMs } from '../timeline/ticks.js';
import { digitsOf, isNumbered, splitAtNumber, type NumberedName } from './numbered-name.js';
import { lastNumberOf } from './spans.js';
import type { ManifestPeriod, ManifestSegment } from './timeline.js';
import { TrackRunSum, type TrackRun } from './track-run.js';

/** Part of a Period that one SegmentTemplate per track can tell: all its tracks have all its numbers, without a hole. */
export interface TemplateRun {
  /** Unique and stable over reloads: the Period's own for its first run. */
  readonly id: string;
  readonly startMs: number;
  readonly durationMs: number;
  /** Session time at `startMs`. */
  readonly mediaStartMs: number;
  /** Wall clock at `startMs`. */
  readonly startEpochMs: number;
  readonly firstNumber: number;
  readonly segments: readonly ManifestSegment[];
  readonly tracks: readonly TrackRun[];
}

interface TrackNames {
  readonly trackId: string;
  readonly folder: string;
  /** Undefined where the number is not in it. */
  readonly name: NumberedName | undefined;
}

interface SegmentGroup {
  readonly segments: ManifestSegment[];
  /** How each track's objects are named. */
  readonly names: readonly TrackNames[];
}

/** @returns the runs of a Period in order; none for a Period without segments */
export function templateRunsOf(period: ManifestPeriod): TemplateRun[] {
  const groups: SegmentGroup[] = [];
  for (const segment of period.segments) {
    const group = groups.at(-1);
    if (group !== undefined && continues(group, segment)) group.segments.push(segment);
    else if (segment.objects.length > 0) groups.push({ segments: [segment], names: namesOf(segment) });
  }
  const runs: TemplateRun[] = [];
  for (const [index, { segments }] of groups.entries()) {
    const run = toRun(period, segments, index === 0, index === groups.length - 1);
    runs.push(startAfter(run, runs.at(-1)));
  }
  return runs.map((run, index) => endBefore(run, runs[index + 1]));
}

/** Sound that reaches back behind the beginning of the run in front does not make that one end before it began. */
function startAfter(run: TemplateRun, before: TemplateRun | undefined): TemplateRun {
  if (before === undefined || run.startMs > before.startMs) return run;
  const latestMs = run.startMs + Math.max(...run.tracks.map(startOf)) - run.mediaStartMs;
  const lateMs = Math.max(latestMs, before.startMs) - run.startMs;
  return {
    ...run,
    startMs: run.startMs + lateMs,
    durationMs: Math.max(0, run.durationMs - lateMs),
    mediaStartMs: run.mediaStartMs + lateMs,
    startEpochMs: run.startEpochMs + lateMs,
  };
}

/** ISO/IEC 23009-1 section 5.3.2.1: Periods do not overlap, though the last sound of one may reach into the next. */
function endBefore(run: TemplateRun, next: TemplateRun | undefined): TemplateRun {
  return next === undefined ? run : { ...run, durationMs: Math.min(run.durationMs, next.startMs - run.startMs) };
}

/** @returns the Period as Periods of one run each, which go by the names and places of the runs */
export function splitByTemplate(period: ManifestPeriod): ManifestPeriod[] {
  const runs = templateRunsOf(period);
  if (runs.length < 2) return [period];
  return runs.map(({ id, startMs, durationMs, mediaStartMs, startEpochMs, segments }, index) => ({
    ...period,
    ...{ id, startMs, durationMs, mediaStartMs, startEpochMs, segments },
    isContinuation: index > 0 || period.isContinuation === true,
  }));
}

/**
 * @param segments some of the Period's, which follow each other
 * @param bounds whether its beginning is the Period's own, and its end
 * @returns the Period of these alone
 */
export function splitAt(
  period: ManifestPeriod,
  segments: readonly ManifestSegment[],
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): ManifestPeriod {
  if (isFirst && isLast) return { ...period, segments };
  const { id, startMs, durationMs, mediaStartMs } = toRun(period, segments, isFirst, isLast);
  const startEpochMs = period.startEpochMs + mediaStartMs - period.mediaStartMs;
  return { ...period, id, startMs, durationMs, mediaStartMs, startEpochMs, segments };
}

function namesOf({ number, objects }: ManifestSegment): SegmentGroup['names'] {
  return objects.map(({ trackId, folder, name, numbered = splitAtNumber(name, number) }) => {
    return { trackId, folder, name: numbered };
  });
}

/** Asked of each segment of a day: tracks come in the same order as a rule, and a name is compared at once. */
function continues({ segments, names }: SegmentGroup, next: ManifestSegment): boolean {
  const before = segments.at(-1);
  if (before === undefined) return false;
  if (next.follows === before) return true;
  const { number, objects } = next;
  if (number !== lastNumberOf(before) + 1 || objects.length !== names.length) return false;
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index];
    const inOrder = names[index];
    const found =
      inOrder?.trackId === object?.trackId ? inOrder : names.find(({ trackId }) => trackId === object?.trackId);
    if (object === undefined || found?.name === undefined || found.folder !== object.folder) return false;
    if (object.numbered !== found.name && !isNumbered(object.name, found.name, digitsOf(number))) return false;
  }
  return true;
}

function toRun(
  period: ManifestPeriod,
  segments: readonly ManifestSegment[],
  isFirst: boolean,
  isLast: boolean,
): TemplateRun {
  const firstNumber = segments[0]?.number ?? 0;
  const tracks = trackRunsOf(period, segments);
  const mediaStartMs = isFirst ? period.mediaStartMs : Math.min(...tracks.map(startOf));
  const mediaEndMs = isLast ? period.mediaStartMs + period.durationMs : Math.max(...tracks.map(endOf));
  return {
    id: isFirst ? period.id : `${period.id}-${String(firstNumber)}`,
    startMs: period.startMs + mediaStartMs - period.mediaStartMs,
    durationMs: mediaEndMs - mediaStartMs,
    mediaStartMs,
    startEpochMs: period.startEpochMs + mediaStartMs - period.mediaStartMs,
    firstNumber,
    segments,
    tracks,
  };
}

/** @returns in the order of the Period's tracks; none of a track without objects */
function trackRunsOf({ tracks }: ManifestPeriod, segments: readonly ManifestSegment[]): TrackRun[] {
  const sums = new Map<string, TrackRunSum>();
  for (const { number, objects } of segments) {
    for (const object of objects) {
      const sum = sums.get(object.trackId);
      if (sum !== undefined) {
        sum.add(object);
        continue;
      }
      const track = tracks.find(({ id }) => id === object.trackId);
      const { numbered = splitAtNumber(object.name, number) } = object;
      if (track !== undefined) sums.set(track.id, new TrackRunSum(track, object, numbered));
    }
  }
  return tracks.flatMap(({ id }) => sums.get(id)?.finish() ?? []);
}

function startOf({ track, startTicks }: TrackRun): number {
  return ticksToMs(startTicks, track.timescale);
}

function endOf({ track, endTicks }: TrackRun): number {
  return ticksToMs(endTicks, track.timescale);
}
