import { ticksToMs } from '../timeline/ticks.js';
import { lastNumberOf } from './spans.js';
import type { ManifestObject, ManifestPeriod, ManifestSegment, ManifestTrack } from './timeline.js';

/** A track's objects in a run, and the DASH template that names them all. */
export interface TrackRun {
  readonly track: ManifestTrack;
  readonly objects: readonly ManifestObject[];
  /** As templates have it: `$` doubled. */
  readonly folder: string;
  /** `seg_$Number%04d$.m4s` */
  readonly nameTemplate: string;
}

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

/** A name on both sides of the segment's number. */
interface NumberedName {
  readonly before: string;
  readonly after: string;
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
    if (segment.objects.length === 0) continue;
    const group = groups.at(-1);
    if (group !== undefined && continues(group, segment)) group.segments.push(segment);
    else groups.push({ segments: [segment], names: namesOf(segment) });
  }
  const runs = groups.map(({ segments }, index) => toRun(period, segments, index === 0, index === groups.length - 1));
  return runs.map((run, index) => endBefore(run, runs[index + 1]));
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
  return objects.map(({ trackId, folder, name }) => ({ trackId, folder, name: splitAtNumber(name, number) }));
}

/** Asked of each segment of a day: tracks come in the same order as a rule, and a name is compared at once. */
function continues({ segments, names }: SegmentGroup, next: ManifestSegment): boolean {
  const { number, objects } = next;
  const before = segments.at(-1);
  if (before === undefined || number !== lastNumberOf(before) + 1 || objects.length !== names.length) return false;
  const digits = digitsOf(number);
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index];
    const inOrder = names[index];
    const found =
      inOrder?.trackId === object?.trackId ? inOrder : names.find(({ trackId }) => trackId === object?.trackId);
    if (object === undefined || found?.name === undefined || found.folder !== object.folder) return false;
    if (!isNamed(object.name, found.name, digits)) return false;
  }
  return true;
}

/** Puts nothing together to compare with. */
function isNamed(name: string, { before, after }: NumberedName, digits: string): boolean {
  return (
    name.length === before.length + digits.length + after.length &&
    name.startsWith(before) &&
    name.startsWith(digits, before.length) &&
    name.endsWith(after)
  );
}

function toRun(
  period: ManifestPeriod,
  segments: readonly ManifestSegment[],
  isFirst: boolean,
  isLast: boolean,
): TemplateRun {
  const firstNumber = segments[0]?.number ?? 0;
  const tracks = period.tracks.flatMap((track) => toTrackRun(track, segments) ?? []);
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

function toTrackRun(track: ManifestTrack, segments: readonly ManifestSegment[]): TrackRun | undefined {
  const objects: ManifestObject[] = [];
  for (const { objects: all } of segments) {
    for (const object of all) if (object.trackId === track.id) objects.push(object);
  }
  const [first] = objects;
  if (first === undefined) return undefined;
  const nameTemplate = templateOf(first.name, segments[0]?.number ?? 0);
  return { track, objects, folder: escapeTemplate(first.folder), nameTemplate };
}

function startOf({ track, objects }: TrackRun): number {
  return ticksToMs(objects[0]?.startTicks ?? 0, track.timescale);
}

function endOf({ track, objects }: TrackRun): number {
  const last = objects.at(-1);
  return ticksToMs((last?.startTicks ?? 0) + (last?.durationTicks ?? 0), track.timescale);
}

/**
 * ISO/IEC 23009-1 section 5.3.9.4.4: where the number stands in the name, `$` doubled elsewhere.
 *
 * @returns the name itself where the number is not in it, which then is a run of one
 */
function templateOf(name: string, number: number): string {
  const split = splitAtNumber(name, number);
  return split === undefined
    ? escapeTemplate(name)
    : `${escapeTemplate(split.before)}$Number%04d$${escapeTemplate(split.after)}`;
}

function splitAtNumber(name: string, number: number): NumberedName | undefined {
  const digits = digitsOf(number);
  const position = name.lastIndexOf(digits);
  if (position < 0) return undefined;
  return { before: name.slice(0, position), after: name.slice(position + digits.length) };
}

/** What `%04d` makes of it. */
function digitsOf(number: number): string {
  return String(number).padStart(4, '0');
}

function escapeTemplate(text: string): string {
  return text.replaceAll('$', '$$$$');
}
