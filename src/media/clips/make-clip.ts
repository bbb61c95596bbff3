import type { Steps } from '../../shared/steps.js';
import type { MediaKind } from '../codecs/codec.js';
import type { InitDescription } from '../containers/container.js';
import type { Clip } from './clip.js';
import { cutTrack } from './cut-track.js';
import type { ClipRange, SourceRun, TrackCut } from './source.js';
import { TrackBuilder } from './track-builder.js';

/** `keep` shows the last picture and silence where nothing was recorded; `close` leaves the time out. */
export type GapRule = 'keep' | 'close';

/** What one run gives. */
interface RunCut {
  readonly cuts: ReadonlyMap<MediaKind, TrackCut>;
  /** What is seen or heard, in seconds from the start of the range. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Why no clip can be made. */
export type ClipFault =
  | { readonly fault: 'nothing' }
  /** One file cannot have both what is before and what is after these wall clock times. */
  | { readonly fault: 'parameters-differ'; readonly splitEpochMs: readonly number[] }
  /** Longer than a sample can last. */
  | { readonly fault: 'gap-too-long' };

const KINDS: readonly MediaKind[] = ['video', 'audio'];
/** ISO BMFF has 32 bits for the length of a sample, some players a sign in them. */
const MOST_TICKS = 2 ** 31 - 1;
/** Clocks of sessions differ; what lies further inside the run before is put behind it. */
const OVERLAP_SECONDS = 0.5;

/** Cuts a range out of what was recorded and makes one line of time of it. */
export function* makeClip(runs: readonly SourceRun[], range: ClipRange, gaps: GapRule): Steps<Clip | ClipFault> {
  const cuts: RunCut[] = [];
  for (const run of runs) {
    const cut = yield* cutRun(run, range);
    if (cut !== undefined) cuts.push(cut);
  }
  cuts.sort((a, b) => a.startSeconds - b.startSeconds);
  const [first] = cuts;
  if (first === undefined) return { fault: 'nothing' };
  const splits = splitsOf(cuts);
  if (splits.length > 0) {
    return { fault: 'parameters-differ', splitEpochMs: splits.map((seconds) => range.fromEpochMs + seconds * 1000) };
  }
  if (gaps === 'keep' && hasLongGap(cuts)) return { fault: 'gap-too-long' };
  const tracks = yield* joinRuns(cuts, gaps);
  return { tracks, startEpochMs: range.fromEpochMs + first.startSeconds * 1000 };
}

function* cutRun(run: SourceRun, range: ClipRange): Steps<RunCut | undefined> {
  const cuts = new Map<MediaKind, TrackCut>();
  for (const kind of KINDS) {
    const cut = yield* cutTrack(
      run.filter(({ init }) => init.codec.kind === kind),
      range,
    );
    if (cut !== undefined) cuts.set(kind, cut);
  }
  if (cuts.size === 0) return undefined;
  const all = [...cuts.values()];
  const startSeconds = Math.min(...all.map(({ shownStartTicks, init }) => shownStartTicks / init.timescale));
  const endSeconds = Math.max(...all.map(({ shownEndTicks, init }) => shownEndTicks / init.timescale));
  return { cuts, startSeconds, endSeconds };
}

/** @returns seconds from the start of the range at which a track begins that the one before cannot share a file with */
function splitsOf(cuts: readonly RunCut[]): number[] {
  return cuts.flatMap((cut, index) => {
    const isSplit = KINDS.some((kind) => {
      const now = cut.cuts.get(kind)?.init;
      const before = cuts
        .slice(0, index)
        .findLast((earlier) => earlier.cuts.has(kind))
        ?.cuts.get(kind)?.init;
      return now !== undefined && before !== undefined && !canShare(before, now);
    });
    return isSplit ? [cut.startSeconds] : [];
  });
}

function canShare(before: InitDescription, now: InitDescription): boolean {
  if (before.codec !== now.codec || before.timescale !== now.timescale) return false;
  return isSameEntry(before, now) || now.codec.isobmff.inBand !== undefined;
}

function isSameEntry({ sampleEntry: a }: InitDescription, { sampleEntry: b }: InitDescription): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function hasLongGap(cuts: readonly RunCut[]): boolean {
  return cuts.some(({ cuts: tracks, startSeconds }, index) => {
    const endSeconds = cuts[index - 1]?.endSeconds ?? startSeconds;
    return [...tracks.values()].some(({ init }) => (startSeconds - endSeconds) * init.timescale > MOST_TICKS);
  });
}

function* joinRuns(cuts: readonly RunCut[], gaps: GapRule): Steps<Clip['tracks']> {
  const builders = KINDS.flatMap((kind) => {
    const builder = builderOf(kind, cuts);
    return builder === undefined ? [] : [{ kind, builder }];
  });
  let leadSeconds = cuts[0]?.startSeconds ?? 0;
  let endSeconds = 0;
  for (const [index, cut] of cuts.entries()) {
    const gapSeconds = index === 0 ? 0 : cut.startSeconds - leadSeconds - endSeconds;
    if ((gaps === 'close' && gapSeconds > 0) || gapSeconds < -OVERLAP_SECONDS) leadSeconds += gapSeconds;
    for (const { kind, builder } of builders) {
      const track = cut.cuts.get(kind);
      if (track !== undefined) yield* builder.add(track, -Math.round(leadSeconds * track.init.timescale));
    }
    endSeconds = Math.max(endSeconds, cut.endSeconds - leadSeconds);
  }
  return builders.flatMap(({ builder }) => builder.build() ?? []);
}

function builderOf(kind: MediaKind, cuts: readonly RunCut[]): TrackBuilder | undefined {
  const inits = cuts.flatMap(({ cuts: tracks }) => tracks.get(kind)?.init ?? []);
  const [first] = inits;
  if (first === undefined) return undefined;
  return new TrackBuilder(
    first,
    inits.some((init) => !isSameEntry(first, init)),
  );
}
