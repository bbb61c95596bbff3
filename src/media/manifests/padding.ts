import type { MediaKind } from '../codecs/codec.js';
import { msToTicks, ticksToMs } from '../timeline/ticks.js';
import { SILENCE_FRAME_MS, type Stretch } from './filler.js';
import { paddedName } from './padded-name.js';
import { besideUri } from './uri.js';
import type { ManifestObject, ManifestPeriod, ManifestSegment } from './timeline.js';

/** What `paddedName` can say; a segment of two minutes without sound has 6000. */
const MOST_FRAMES = 9_999;

/** What stands around a Period. */
export interface PaddingPlace {
  /** The Period before, with its own padding. */
  readonly before?: ManifestPeriod | undefined;
  /** Nothing follows, so the last segment may end as it was recorded. */
  readonly isEnd?: boolean;
}

/** What stands around a segment's sound. */
interface Surroundings {
  /** Where the sound of the Period ends before it. */
  readonly soundEndTicks: number;
  /** By how much the sound of the Period before ended before its pictures, when it is the first of its Period. */
  readonly shortfallMs: number;
  readonly keepsEnd: boolean;
}

/**
 * Lets the sound of a Period begin and end with its pictures: where it begins later, or stops in the middle of a segment,
 * silence is put around what was recorded (docs/adr/0009). Holes of at most a frame stay, also between two Periods.
 *
 * What a segment shows depends on nothing behind it, so a playlist that grows never changes an entry before its end.
 */
export function withPadding(period: ManifestPeriod, { before, isEnd = false }: PaddingPlace = {}): ManifestPeriod {
  if (period.tracks.length < 2) return period;
  let soundEndTicks = -Infinity;
  let shortfallMs = before === undefined ? -Infinity : shortfallOf(before);
  const last = period.segments.at(-1);
  const segments = period.segments.map((segment) => {
    const keepsEnd = isEnd && segment === last;
    const padded = paddedSegment(period, segment, { soundEndTicks, shortfallMs, keepsEnd });
    const sound = objectOf(period, padded, 'audio');
    soundEndTicks = sound === undefined ? soundEndTicks : sound.startTicks + sound.durationTicks;
    shortfallMs = -Infinity;
    return padded;
  });
  return { ...period, segments };
}

/** @returns milliseconds from the end of a Period's sound to that of its pictures; negative where sound ends last */
function shortfallOf(period: ManifestPeriod): number {
  const last = period.segments.at(-1);
  const picture = last && objectOf(period, last, 'video');
  if (last === undefined || picture === undefined) return 0;
  const sound = objectOf(period, last, 'audio');
  return sound === undefined ? SILENCE_FRAME_MS : endMsOf(picture) - endMsOf(sound);
}

function endMsOf({ startTicks, durationTicks, timescale }: Stretch): number {
  return ticksToMs(startTicks + durationTicks, timescale);
}

function paddedSegment(period: ManifestPeriod, segment: ManifestSegment, surroundings: Surroundings): ManifestSegment {
  const sound = objectOf(period, segment, 'audio');
  const picture = objectOf(period, segment, 'video');
  if (sound === undefined || picture === undefined) return segment;
  const object = paddedObject(segment.number, sound, picture, surroundings);
  if (object === sound.object) return segment;
  return { ...segment, objects: segment.objects.map((other) => (other === sound.object ? object : other)) };
}

interface PlacedObject extends Stretch {
  readonly object: ManifestObject;
}

function objectOf(period: ManifestPeriod, segment: ManifestSegment, kind: MediaKind): PlacedObject | undefined {
  const track = period.tracks.find((candidate) => candidate.kind === kind && candidate.isFiller !== true);
  const object = segment.objects.find(({ trackId }) => trackId === track?.id);
  if (track === undefined || object === undefined) return undefined;
  const { startTicks, durationTicks } = object;
  return { object, timescale: track.timescale, startTicks, durationTicks };
}

function paddedObject(
  number: number,
  { object, timescale }: PlacedObject,
  picture: PlacedObject,
  { soundEndTicks, shortfallMs, keepsEnd }: Surroundings,
): ManifestObject {
  const frameTicks = msToTicks(SILENCE_FRAME_MS, timescale);
  const inSoundTicks = (ticks: number): number => (ticks * timescale) / picture.timescale;
  const framesIn = (ticks: number): number => Math.min(MOST_FRAMES, Math.max(0, Math.floor(ticks / frameTicks)));
  const { startTicks, durationTicks } = object;
  const lateTicks = startTicks - Math.max(soundEndTicks, inSoundTicks(picture.startTicks));
  const holeMs = shortfallMs + ticksToMs(lateTicks % frameTicks, timescale);
  const coverFrames = holeMs > SILENCE_FRAME_MS && lateTicks > 0 ? 1 : 0;
  const headFrames = Math.min(framesIn(lateTicks) + coverFrames, Math.floor(startTicks / frameTicks));
  const pictureEndTicks = inSoundTicks(picture.startTicks + picture.durationTicks);
  const tailFrames = keepsEnd ? 0 : framesIn(pictureEndTicks - startTicks - durationTicks);
  if (headFrames + tailFrames === 0) return object;
  return {
    ...object,
    uri: besideUri(object.uri, paddedName({ number, headFrames, tailFrames })),
    startTicks: startTicks - headFrames * frameTicks,
    durationTicks: durationTicks + (headFrames + tailFrames) * frameTicks,
  };
}
