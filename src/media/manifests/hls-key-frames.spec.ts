import { writeHlsKeyFrames } from './hls-key-frames.js';
import { keyFrameName, parseKeyFrameName } from './key-frame-name.js';
import { VIDEO } from './testing/tracks.js';
import type { ManifestTimeline, ManifestTrack } from './timeline.js';

const TRACK: ManifestTrack = { ...VIDEO, initUri: 'day/init.m4s' };

/** Segments of six seconds; some begin with a key frame. */
function timeline(independent: readonly boolean[], isFiller = false): ManifestTimeline {
  const segments = independent.map((isKey, index) => ({
    number: index + 1,
    objects: [
      {
        trackId: 'v1',
        folder: 'day/',
        name: `${isFiller ? 'filler_0000' : 'seg'}_000${String(index + 1)}.m4s`,
        startTicks: index * 540_000,
        durationTicks: 540_000,
        sizeBytes: 1000,
        independent: isKey,
      },
    ],
  }));
  return {
    ...{ isLive: false, availabilityStartEpochMs: 0, publishedEpochMs: 0, segmentDurationMs: 6000 },
    periods: [
      {
        ...{ id: 'p1', startMs: 0, durationMs: independent.length * 6000, mediaStartMs: 0, startEpochMs: 0 },
        tracks: [{ ...TRACK, isFiller }],
        segments,
      },
    ],
  };
}

const entries = (playlist: string): string[] => playlist.split('\n').filter((line) => /^(?:#EXTINF|[^#])/.test(line));

it('shows the key frame of each segment until the next one', () => {
  const playlist = writeHlsKeyFrames(timeline([true, false, false, true]));

  expect(entries(playlist)).toEqual([
    ...['#EXTINF:18.000000,', 'day/keyframe_0001.m4s'],
    ...['#EXTINF:6.000000,', 'day/keyframe_0004.m4s'],
  ]);
  expect(playlist).toContain('#EXT-X-TARGETDURATION:18\n');
  expect(playlist).toContain('#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP:URI="day/init.m4s"\n');
});

it('shows what stands in for pictures as it is', () => {
  expect(entries(writeHlsKeyFrames(timeline([true], true)))[1]).toBe('day/filler_0000_0001.m4s');
});

it.each(['keyframe_1.m4s', 'keyframe_00001.m4s', 'keyframe_0001.mp4', 'xkeyframe_0001.m4s'])(
  'is no name: %s',
  (name) => {
    expect(parseKeyFrameName(name)).toBeUndefined();
  },
);

it('reads the names it makes', () => {
  expect([1, 12_345].map((number) => parseKeyFrameName(keyFrameName(number)))).toEqual([1, 12_345]);
});
