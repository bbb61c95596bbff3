import type { MediaKind } from '../codecs/codec.js';
import { msToTicks } from '../timeline/ticks.js';
import { SILENCE_FRAME_MS, type Stretch } from './filler.js';
import { paddedName } from './padded-name.js';
import type { ManifestObject, ManifestPeriod, ManifestSegment } from './timeline.js';

/** What `paddedName` can say; a segment of two minutes without sound has 6000. */
const MOST_FRAMES = 9_999;

/**
 * Lets the sound of a Period begin and end with its pictures: where it begins later, or stops in the middle of a segment,
 * silence is put around what was recorded (docs/adr/0009). Holes of less than a frame stay.
 *
 * What a segment shows depends on nothing behind it, so a playlist that grows never changes an entry before its end.
 *
 * @param isEnd nothing follows, so the last segment may end as it was recorded
 */
export function withPadding(period: ManifestPeriod, isEnd = false): ManifestPeriod {
  if (period.tracks.length < 2) return period;
  let soundEndTicks = -Infinity;
  const segments = period.segments.map((segment) => {
    const keepsEnd = isEnd && segment === period.segments.at(-1);
    const padded = paddedSegment(period, segment, soundEndTicks, keepsEnd);
    const sound = objectOf(period, padded, 'audio');
    soundEndTicks = sound === undefined ? soundEndTicks : sound.object.startTicks + sound.object.durationTicks;
    return padded;
  });
  return { ...period, segments };
}

function paddedSegment(
  period: ManifestPeriod,
  segment: ManifestSegment,
  soundEndTicks: number,
  keepsEnd: boolean,
): ManifestSegment {
  const sound = objectOf(period, segment, 'audio');
  const picture = objectOf(period, segment, 'video');
  if (sound === undefined || picture === undefined) return segment;
  const object = paddedObject(segment.number, sound, picture, soundEndTicks, keepsEnd);
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
  soundEndTicks: number,
  keepsEnd: boolean,
): ManifestObject {
  const frameTicks = msToTicks(SILENCE_FRAME_MS, timescale);
  const inSoundTicks = (ticks: number): number => (ticks * timescale) / picture.timescale;
  const framesIn = (ticks: number): number => Math.min(MOST_FRAMES, Math.max(0, Math.floor(ticks / frameTicks)));
  const { startTicks, durationTicks } = object;
  const headFrames = framesIn(startTicks - Math.max(soundEndTicks, inSoundTicks(picture.startTicks)));
  const pictureEndTicks = inSoundTicks(picture.startTicks + picture.durationTicks);
  const tailFrames = keepsEnd ? 0 : framesIn(pictureEndTicks - startTicks - durationTicks);
  if (headFrames + tailFrames === 0) return object;
  return {
    ...object,
    uri: paddedName({ number, headFrames, tailFrames }),
    startTicks: startTicks - headFrames * frameTicks,
    durationTicks: durationTicks + (headFrames + tailFrames) * frameTicks,
  };
}
