import type { MediaKind } from '../codecs/codec.js';
import { msToTicks, ticksToMs } from '../timeline/ticks.js';
import { SILENCE_FRAME_MS } from './filler.js';
import { paddedName } from './padded-name.js';
import type { ManifestObject, ManifestPeriod, ManifestSegment, ManifestTrack } from './timeline.js';

/** What `paddedName` can say; a segment of two minutes without sound has 6000. */
const MOST_FRAMES = 9_999;

/** What stands around a Period. */
export interface PaddingPlace {
  /** The Period before, with its own padding. */
  readonly before?: ManifestPeriod | undefined;
  /** Nothing follows, so the last segment may end as it was recorded. */
  readonly isEnd?: boolean;
}

/**
 * Lets the sound of a Period begin and end with its pictures: where it begins later, or stops in the middle of a segment,
 * silence is put around what was recorded (docs/adr/0009). Holes of at most a frame stay, also between two Periods.
 *
 * What a segment shows depends on nothing behind it, so a playlist that grows never changes an entry before its end.
 */
export function withPadding(period: ManifestPeriod, { before, isEnd = false }: PaddingPlace = {}): ManifestPeriod {
  const sound = trackOf(period, 'audio');
  const picture = trackOf(period, 'video');
  if (sound === undefined || picture === undefined) return period;
  const padding = new SoundPadding(sound, picture, before === undefined ? -Infinity : shortfallOf(before));
  const last = isEnd ? period.segments.at(-1) : undefined;
  const segments = period.segments.map((segment) => padding.padded(segment, segment === last));
  return segments.every((segment, index) => segment === period.segments[index]) ? period : { ...period, segments };
}

/** Goes through the segments of a Period: a day has ten thousand, so nothing is put together for one that stays as it is. */
class SoundPadding {
  private readonly frameTicks: number;
  /** Where the sound of the Period ends so far. */
  private soundEndTicks = -Infinity;

  /** @param shortfallMs by how much the sound of the Period before ended before its pictures */
  constructor(
    private readonly sound: ManifestTrack,
    private readonly picture: ManifestTrack,
    private shortfallMs: number,
  ) {
    this.frameTicks = msToTicks(SILENCE_FRAME_MS, sound.timescale);
  }

  padded(segment: ManifestSegment, keepsEnd: boolean): ManifestSegment {
    const { objects } = segment;
    const sound = objectOf(objects, this.sound);
    const picture = objectOf(objects, this.picture);
    const object = sound && picture ? this.paddedObject(segment.number, sound, picture, keepsEnd) : sound;
    if (object !== undefined) this.soundEndTicks = object.startTicks + object.durationTicks;
    this.shortfallMs = -Infinity;
    if (object === sound || object === undefined) return segment;
    return { ...segment, objects: objects.map((other) => (other === sound ? object : other)) };
  }

  private paddedObject(
    number: number,
    sound: ManifestObject,
    picture: ManifestObject,
    keepsEnd: boolean,
  ): ManifestObject {
    const { frameTicks, soundEndTicks, shortfallMs } = this;
    const { startTicks, durationTicks } = sound;
    const lateTicks = startTicks - Math.max(soundEndTicks, this.inSoundTicks(picture.startTicks));
    const holeMs = shortfallMs + ticksToMs(lateTicks % frameTicks, this.sound.timescale);
    const coverFrames = holeMs > SILENCE_FRAME_MS && lateTicks > 0 ? 1 : 0;
    const headFrames = Math.min(this.framesIn(lateTicks) + coverFrames, Math.floor(startTicks / frameTicks));
    const pictureEndTicks = this.inSoundTicks(picture.startTicks + picture.durationTicks);
    const tailFrames = keepsEnd ? 0 : this.framesIn(pictureEndTicks - startTicks - durationTicks);
    if (headFrames + tailFrames === 0) return sound;
    return {
      ...sound,
      name: paddedName({ number, headFrames, tailFrames }),
      startTicks: startTicks - headFrames * frameTicks,
      durationTicks: durationTicks + (headFrames + tailFrames) * frameTicks,
    };
  }

  private inSoundTicks(pictureTicks: number): number {
    return (pictureTicks * this.sound.timescale) / this.picture.timescale;
  }

  private framesIn(ticks: number): number {
    return Math.min(MOST_FRAMES, Math.max(0, Math.floor(ticks / this.frameTicks)));
  }
}

/** @returns milliseconds from the end of a Period's sound to that of its pictures; negative where sound ends last */
function shortfallOf(period: ManifestPeriod): number {
  const last = period.segments.at(-1);
  const [sound, picture] = (['audio', 'video'] as const).map((kind) => {
    const track = trackOf(period, kind);
    const object = track && last && objectOf(last.objects, track);
    return object && ticksToMs(object.startTicks + object.durationTicks, track.timescale);
  });
  if (picture === undefined) return 0;
  return sound === undefined ? SILENCE_FRAME_MS : picture - sound;
}

/** @returns the track of a kind that was recorded, not what stands in for one */
function trackOf({ tracks }: ManifestPeriod, kind: MediaKind): ManifestTrack | undefined {
  return tracks.find((track) => track.kind === kind && track.isFiller !== true);
}

function objectOf(objects: readonly ManifestObject[], { id }: ManifestTrack): ManifestObject | undefined {
  for (const object of objects) if (object.trackId === id) return object;
  return undefined;
}
