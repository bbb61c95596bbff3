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
 * @returns undefined when nothing of them is seen or heard inside the range
 */
export function cutTrack(objects: readonly SourceObject[], range: ClipRange): TrackCut | undefined {
  const [head] = objects;
  if (head === undefined) return undefined;
  const { init } = head;
  const placed = objects.flatMap((object) => place(object, range));
  const endTicks = Math.round(((range.toEpochMs - range.fromEpochMs) * init.timescale) / 1000);
  const choice = init.codec.kind === 'video' ? choosePictures(placed, endTicks) : chooseSound(placed, endTicks);
  if (choice === undefined) return undefined;
  const start = init.codec.kind === 'video' ? choice.first : rollBack(placed, choice.first, init.codec.isobmff);
  const { shownStartTicks, shownEndTicks } = choice;
  return { init, spans: spansBetween(placed, start, choice.last), shownStartTicks, shownEndTicks };
}

function place({ object, fragments, init, originEpochMs }: SourceObject, range: ClipRange): PlacedFragment[] {
  const offsetTicks = Math.round(((originEpochMs - range.fromEpochMs) * init.timescale) / 1000);
  return fragments.map((fragment) => ({ object, fragment, startTicks: fragment.startTicks + offsetTicks }));
}

/** From the last key frame that is shown at the start or before; without one from the first there is. */
function choosePictures(placed: readonly PlacedFragment[], endTicks: number): Choice | undefined {
  let first: Place | undefined;
  let last: Place | undefined;
  let firstTicks = 0;
  let lastEndTicks = 0;
  for (const [
    fragment,
    {
      fragment: { samples },
      startTicks,
    },
  ] of placed.entries()) {
    let decodeTicks = startTicks;
    for (let sample = 0; sample < samples.count; sample++) {
      const durationTicks = samples.durationTicks[sample] ?? 0;
      const ticks = decodeTicks + (samples.compositionOffsetTicks[sample] ?? 0);
      decodeTicks += durationTicks;
      if (ticks >= endTicks) continue;
      if (samples.isSync[sample] === 1 && (first === undefined || ticks <= 0)) {
        first = { fragment, sample };
        firstTicks = ticks;
        lastEndTicks = ticks;
      }
      if (first === undefined) continue;
      last = { fragment, sample };
      lastEndTicks = Math.max(lastEndTicks, ticks + durationTicks);
    }
  }
  if (first === undefined || last === undefined || lastEndTicks <= 0) return undefined;
  return choiceOf(first, last, firstTicks, Math.min(lastEndTicks, endTicks));
}

function chooseSound(placed: readonly PlacedFragment[], endTicks: number): Choice | undefined {
  let first: Place | undefined;
  let last: Place | undefined;
  let firstTicks = 0;
  let lastEndTicks = 0;
  for (const [
    fragment,
    {
      fragment: { samples },
      startTicks,
    },
  ] of placed.entries()) {
    let ticks = startTicks;
    for (let sample = 0; sample < samples.count && ticks < endTicks; sample++) {
      const sampleTicks = ticks;
      ticks += samples.durationTicks[sample] ?? 0;
      if (ticks <= 0) continue;
      last = { fragment, sample };
      lastEndTicks = ticks;
      if (first !== undefined) continue;
      first = last;
      firstTicks = sampleTicks;
    }
  }
  if (first === undefined || last === undefined) return undefined;
  return choiceOf(first, last, firstTicks, Math.min(lastEndTicks, endTicks));
}

function choiceOf(first: Place, last: Place, firstTicks: number, shownEndTicks: number): Choice {
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

function spansBetween(placed: readonly PlacedFragment[], first: Place, last: Place): SampleSpan[] {
  const spans: SampleSpan[] = [];
  for (let index = first.fragment; index <= last.fragment; index++) {
    const found = placed[index];
    if (found === undefined) break;
    const { object, fragment } = found;
    const start = index === first.fragment ? first.sample : 0;
    const end = index === last.fragment ? last.sample + 1 : fragment.samples.count;
    const skippedTicks = fragment.samples.durationTicks.subarray(0, start).reduce((sum, ticks) => sum + ticks, 0);
    spans.push({ object, fragment, first: start, end, startTicks: found.startTicks + skippedTicks });
  }
  return spans;
}
