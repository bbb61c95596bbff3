import type { Steps } from '../../shared/steps.js';
import type { FoundFragment } from '../containers/container.js';
import type { ClipRange, SampleSpan, SourceObject, TrackCut } from './source.js';

/** A sample of a fragment. */
interface Place {
  readonly fragment: number;
  readonly sample: number;
}

/** A fragment with its place in the range. */
interface PlacedFragment {
  readonly object: number;
  readonly fragment: FoundFragment;
  /** Ticks from the start of the range. */
  readonly startTicks: number;
}

/** Where samples begin and end that are wanted. */
interface Choice {
  readonly first: Place;
  readonly last: Place;
  readonly shownStartTicks: number;
  readonly shownEndTicks: number;
}

/**
 * The samples of one track that a range needs: pictures from the key frame at or before its start, sound from as far
 * before it as the decoder needs to find in; up to the last one that begins before its end.
 *
 * @param objects of one track, in the order of time
 * @yields after each fragment
 * @returns undefined when nothing of them is seen or heard inside the range
 */
export function* cutTrack(objects: readonly SourceObject[], range: ClipRange): Steps<TrackCut | undefined> {
  const [head] = objects;
  if (head === undefined) return undefined;
  const { init } = head;
  const placed: PlacedFragment[] = [];
  for (const object of objects) {
    for (const fragment of place(object, range)) placed.push(fragment);
    yield;
  }
  const endTicks = Math.round(((range.toEpochMs - range.fromEpochMs) * init.timescale) / 1000);
  const isVideo = init.codec.kind === 'video';
  const choice = yield* choose(placed, endTicks, isVideo ? startsPictures : startsSound);
  if (choice === undefined) return undefined;
  const start = isVideo ? choice.first : rollBack(placed, choice.first, init.codec.isobmff);
  const spans = yield* spansBetween(placed, start, choice.last);
  const { shownStartTicks, shownEndTicks } = choice;
  return { init, spans, shownStartTicks, shownEndTicks };
}

function place({ object, fragments, init, originEpochMs }: SourceObject, range: ClipRange): PlacedFragment[] {
  const offsetTicks = Math.round(((originEpochMs - range.fromEpochMs) * init.timescale) / 1000);
  return fragments.map((fragment) => ({ object, fragment, startTicks: fragment.startTicks + offsetTicks }));
}

/** Whether what is wanted begins with a sample, or begins anew with it. Ticks from the start of the range. */
type StartRule = (sample: { startTicks: number; endTicks: number; isSync: boolean }, hasBegun: boolean) => boolean;

/** From the last key frame that is shown at the start or before; without one from the first there is. */
const startsPictures: StartRule = ({ startTicks, isSync }, hasBegun) => isSync && (!hasBegun || startTicks <= 0);

const startsSound: StartRule = ({ endTicks }, hasBegun) => !hasBegun && endTicks > 0;

/** One object and no closure serve all samples: a day of sound has millions. */
function* choose(
  placed: readonly PlacedFragment[],
  rangeEndTicks: number,
  starts: StartRule,
): Steps<Choice | undefined> {
  const shown = { startTicks: 0, endTicks: 0, isSync: false };
  let first: Place | undefined;
  let last: Place | undefined;
  let firstTicks = 0;
  let lastEndTicks = 0;
  for (const [index, { fragment, startTicks }] of placed.entries()) {
    const { samples } = fragment;
    let decodeTicks = startTicks;
    let lastSample = -1;
    for (let sample = 0; sample < samples.count; sample++) {
      const durationTicks = samples.durationTicks[sample] ?? 0;
      shown.startTicks = decodeTicks + (samples.compositionOffsetTicks[sample] ?? 0);
      shown.endTicks = shown.startTicks + durationTicks;
      shown.isSync = samples.isSync[sample] === 1;
      decodeTicks += durationTicks;
      if (shown.startTicks >= rangeEndTicks) continue;
      if (starts(shown, first !== undefined)) {
        first = { fragment: index, sample };
        firstTicks = shown.startTicks;
        lastEndTicks = shown.startTicks;
      }
      if (first === undefined) continue;
      lastSample = sample;
      lastEndTicks = Math.max(lastEndTicks, shown.endTicks);
    }
    if (lastSample >= 0) last = { fragment: index, sample: lastSample };
    yield;
  }
  if (first === undefined || last === undefined || lastEndTicks <= 0) return undefined;
  const shownEndTicks = Math.min(lastEndTicks, rangeEndTicks);
  return { first, last, shownStartTicks: Math.max(0, firstTicks), shownEndTicks };
}

/** What begins at the start needs nothing before it that was not sent. */
function rollBack(
  placed: readonly PlacedFragment[],
  first: Place,
  { rollDistance = 0 }: { readonly rollDistance?: number },
): Place {
  let { fragment, sample } = first;
  for (let left = -rollDistance; left > 0; left--) {
    if (sample > 0) sample -= 1;
    else if (fragment > 0 && isSeamless(placed, fragment)) {
      fragment -= 1;
      sample = (placed[fragment]?.fragment.samples.count ?? 1) - 1;
    } else break;
  }
  return { fragment, sample };
}

function isSeamless(placed: readonly PlacedFragment[], index: number): boolean {
  const before = placed[index - 1];
  const endTicks = before === undefined ? 0 : before.startTicks + before.fragment.samples.totalDurationTicks;
  const gapTicks = (placed[index]?.startTicks ?? 0) - endTicks;
  return Math.abs(gapTicks) < (before?.fragment.samples.durationTicks[0] ?? 0);
}

function* spansBetween(placed: readonly PlacedFragment[], first: Place, last: Place): Steps<SampleSpan[]> {
  const spans: SampleSpan[] = [];
  for (let index = first.fragment; index <= last.fragment; index++) {
    const found = placed[index];
    if (found === undefined) break;
    const { object, fragment } = found;
    const start = index === first.fragment ? first.sample : 0;
    const end = index === last.fragment ? last.sample + 1 : fragment.samples.count;
    const skippedTicks = fragment.samples.durationTicks.subarray(0, start).reduce((sum, ticks) => sum + ticks, 0);
    spans.push({ object, fragment, first: start, end, startTicks: found.startTicks + skippedTicks });
    yield;
  }
  return spans;
}
