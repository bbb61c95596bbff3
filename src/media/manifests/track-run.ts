import type { NumberedName } from './numbered-name.js';
import type { ManifestObject, ManifestTrack } from './timeline.js';

/** What is to be said of a track's objects in a run, and the DASH template that names them all. */
export interface TrackRun {
  readonly track: ManifestTrack;
  readonly startTicks: number;
  /** Of the last object. */
  readonly endTicks: number;
  readonly longestTicks: number;
  /** Each begins with a key frame. */
  readonly isIndependent: boolean;
  /** Bits per second of the largest object, at least 1. */
  readonly peakBps: number;
  readonly entries: readonly TimelineEntry[];
  /** As templates have it: `$` doubled. */
  readonly folder: string;
  /** `seg_$Number%04d$.m4s` */
  readonly nameTemplate: string;
}

/** Objects of one length that follow each other, ISO/IEC 23009-1 section 5.3.9.6. */
export interface TimelineEntry {
  /** Undefined where the first begins at the end of the one before. */
  readonly startTicks: number | undefined;
  readonly durationTicks: number;
  /** How many come after the first. */
  readonly repeats: number;
}

/** Sums up the objects of a track, of which a day has ten thousand: none is kept but the last. */
export class TrackRunSum {
  private readonly startTicks: number;
  private readonly folder: string;
  private readonly nameTemplate: string;
  private readonly entries: { -readonly [Name in keyof TimelineEntry]: TimelineEntry[Name] }[] = [];
  private entriesEndTicks: number | undefined;
  private longestTicks = 0;
  private isIndependent = true;
  private peakBps = 1;

  /** @param name what the first has around its number; undefined where the number is not in it, which is a run of one */
  constructor(
    private readonly track: ManifestTrack,
    private last: ManifestObject,
    name: NumberedName | undefined,
  ) {
    this.startTicks = last.startTicks;
    this.folder = escapeTemplate(last.folder);
    this.nameTemplate = name === undefined ? escapeTemplate(last.name) : templateOf(name);
    this.measure(last);
  }

  add(object: ManifestObject): void {
    this.enter(this.last, object.startTicks);
    this.measure(object);
    this.last = object;
  }

  /** Once, when all have been added. */
  finish(): TrackRun {
    const { track, last, startTicks, longestTicks, isIndependent, peakBps, entries, folder, nameTemplate } = this;
    this.enter(last, Infinity);
    const endTicks = last.startTicks + last.durationTicks;
    return { track, startTicks, endTicks, longestTicks, isIndependent, peakBps, entries, folder, nameTemplate };
  }

  private measure({ sizeBytes, durationTicks, independent }: ManifestObject): void {
    this.longestTicks = Math.max(this.longestTicks, durationTicks);
    this.isIndependent &&= independent;
    // Very short segments, as at the end, say nothing about what a player has to load per second.
    const seconds = Math.max(durationTicks / this.track.timescale, 1);
    this.peakBps = Math.max(this.peakBps, Math.ceil((sizeBytes * 8) / seconds));
  }

  /** Entries must not overlap (section 5.3.9.6.1); rounding of clocks can make segments do so by a few ticks. */
  private enter({ startTicks, durationTicks: wholeTicks }: ManifestObject, nextTicks: number): void {
    const untilNext = nextTicks - startTicks;
    const durationTicks = untilNext > 0 ? Math.min(wholeTicks, untilNext) : wholeTicks;
    const isContiguous = startTicks === this.entriesEndTicks;
    const before = this.entries.at(-1);
    if (isContiguous && before?.durationTicks === durationTicks) before.repeats += 1;
    else this.entries.push({ startTicks: isContiguous ? undefined : startTicks, durationTicks, repeats: 0 });
    this.entriesEndTicks = startTicks + durationTicks;
  }
}

/** ISO/IEC 23009-1 section 5.3.9.4.4: where the number stands in the name. */
function templateOf({ before, after }: NumberedName): string {
  return `${escapeTemplate(before)}$Number%04d$${escapeTemplate(after)}`;
}

/** In texts of a template `$` stands twice. */
export function escapeTemplate(text: string): string {
  return text.replaceAll('$', '$$$$');
}
