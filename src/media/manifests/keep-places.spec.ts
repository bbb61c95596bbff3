import { bandwidthOf } from './bandwidth.js';
import { writeDashManifest } from './dash.js';
import { writeHlsKeyFrames } from './hls-key-frames.js';
import { writeHlsMedia } from './hls.js';
import { keepPlaces } from './keep-places.js';
import { VIDEO } from './testing/tracks.js';
import type { ManifestPeriod, ManifestTimeline, ManifestTrack } from './timeline.js';

const MILLISECOND_VIDEO: ManifestTrack = { ...VIDEO, timescale: 1000 };
const ANCHOR = Date.UTC(2026, 10, 20, 12);
const SEGMENT_MS = 6000;

interface Shown {
  readonly from: number;
  readonly to: number;
  readonly sessionId?: string;
  /** Place on the manifest's timeline. */
  readonly startMs: number;
  /** Segments that go by a name of another pattern. */
  readonly padded?: readonly number[];
  /** Segments that went away. */
  readonly gone?: readonly number[];
}

/** Segments of six seconds, the first one at session time 0. */
function period({ from, to, sessionId = 's1', startMs, padded = [], gone = [] }: Shown): ManifestPeriod {
  const mediaStartMs = (from - 1) * SEGMENT_MS;
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return {
    id: `${sessionId}-${String(from)}`,
    durationMs: numbers.length * SEGMENT_MS,
    tracks: [MILLISECOND_VIDEO],
    startEpochMs: ANCHOR + mediaStartMs,
    ...{ startMs, mediaStartMs },
    segments: numbers.map((number) => {
      const digits = String(number).padStart(4, '0');
      const name = `${padded.includes(number) ? 'padded' : 'seg'}_${digits}.m4s`;
      const startTicks = (number - 1) * SEGMENT_MS;
      const object = {
        trackId: 'v1',
        folder: '',
        name,
        startTicks,
        durationTicks: SEGMENT_MS,
        sizeBytes: 1,
        independent: true,
      };
      const away = gone.includes(number) ? { goneWith: 1 } : {};
      return { number, sessionId, startMs: startTicks, objects: [object], ...away };
    }),
  };
}

/** Live, and laid out so that the first Period begins at 0: the instant that it counts from is that of its first media. */
const timeline = (...periods: ManifestPeriod[]): ManifestTimeline => ({
  ...{ isLive: true, publishedEpochMs: ANCHOR, segmentDurationMs: SEGMENT_MS, periods },
  availabilityStartEpochMs: periods[0]?.startEpochMs ?? ANCHOR,
});

const shape = ({ periods }: ManifestTimeline) =>
  periods.map(({ id, startMs, mediaStartMs, durationMs, segments }) => ({
    ...{ id, startMs, mediaStartMs, durationMs },
    numbers: segments.map(({ number }) => number),
  }));

const entries = (playlist: string): string[] =>
  playlist
    .split('\n')
    .filter((line) => /^(?:[^#]|#EXT-X-(?:DISCONTINUITY$|GAP|MAP|PROGRAM|MEDIA-S|PLAYLIST|VERSION))/.test(line));

it('keeps id, start and offset of a Period whose beginning was deleted, and what the presentation counts from', () => {
  const whole = timeline(period({ from: 1, to: 6, startMs: 0, gone: [1, 2, 3] }));

  const placed = keepPlaces(whole);

  expect(shape(placed)).toEqual([{ id: 's1-1', startMs: 0, mediaStartMs: 0, durationMs: 36_000, numbers: [4, 5, 6] }]);
  expect(placed.availabilityStartEpochMs).toBe(whole.availabilityStartEpochMs);
  expect(placed.left).toEqual({ segmentCount: 3, discontinuityCount: 0 });
  const manifest = writeDashManifest(placed);
  expect(manifest).toContain('<Period id="s1-1" start="PT0S">');
  expect(manifest).toMatch(/presentationTimeOffset="0" startNumber="4"[^>]*>\s*<SegmentTimeline>\s*<S t="18000"/);
});

it('counts Periods that are gone, and what went before all that is known', () => {
  const whole = timeline(
    period({ from: 1, to: 4, startMs: 0, gone: [1, 2, 3, 4] }),
    period({ from: 1, to: 3, sessionId: 's2', startMs: 24_000, gone: [1, 2] }),
    period({ from: 9, to: 9, sessionId: 's3', startMs: 42_000 }),
  );

  const placed = keepPlaces(whole);
  const later = keepPlaces(whole, { segmentCount: 100, discontinuityCount: 7 });

  expect(shape(placed)).toEqual([
    { id: 's2-1', startMs: 24_000, mediaStartMs: 0, durationMs: 18_000, numbers: [3] },
    { id: 's3-9', startMs: 42_000, mediaStartMs: 48_000, durationMs: 6000, numbers: [9] },
  ]);
  expect(placed.left).toEqual({ segmentCount: 6, discontinuityCount: 1 });
  expect(later.left).toEqual({ segmentCount: 106, discontinuityCount: 8 });
  expect(writeHlsMedia(placed, 'video')).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:1\n');
});

it('keeps the Periods that templates need apart when the first of them is gone, and HLS sees one', () => {
  const placed = keepPlaces(timeline(period({ from: 1, to: 7, startMs: 0, padded: [1, 5], gone: [1, 2] })));

  expect(shape(placed).map(({ id, startMs, numbers }) => [id, startMs, numbers])).toEqual([
    ['s1-1-2', 6000, [3, 4]],
    ['s1-1-5', 24_000, [5]],
    ['s1-1-6', 30_000, [6, 7]],
  ]);
  expect(placed.left).toEqual({ segmentCount: 2, discontinuityCount: 0 });
  const playlist = writeHlsMedia(placed, 'video');
  expect(playlist).not.toContain('DISCONTINUITY');
  expect(playlist.match(/#EXT-X-(?:MAP|PROGRAM-DATE-TIME)/g)).toHaveLength(2);
});

describe('what is gone in the middle', () => {
  const first = period({ from: 1, to: 2, startMs: 0 });
  const middle = { from: 3, to: 4, sessionId: 's2', startMs: 12_000 };
  const last = period({ from: 5, to: 7, sessionId: 's3', startMs: 24_000 });
  const torn = timeline(first, period({ ...middle, gone: [3, 4] }), last);

  it('has its entries as gaps in HLS, by their names, so that no other entry moves', () => {
    expect(entries(writeHlsMedia(keepPlaces(torn), 'video'))).toEqual([
      '#EXT-X-VERSION:8',
      '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-MAP:URI="init.m4s"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:00.000Z',
      'seg_0001.m4s',
      'seg_0002.m4s',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:12.000Z',
      '#EXT-X-GAP',
      'seg_0003.m4s',
      '#EXT-X-GAP',
      'seg_0004.m4s',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="init.m4s"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:24.000Z',
      'seg_0005.m4s',
      'seg_0006.m4s',
      'seg_0007.m4s',
    ]);
  });

  it('is not in DASH, which keeps its places without, nor in what has to be loaded', () => {
    const placed = keepPlaces(torn);

    expect(writeDashManifest(placed).match(/<Period [^>]*/g)).toEqual([
      '<Period id="s1-1" start="PT0S" duration="PT12S"',
      '<Period id="s3-5" start="PT24S"',
    ]);
    expect(placed.availabilityStartEpochMs).toBe(torn.availabilityStartEpochMs);
    expect(bandwidthOf(placed).averageBps).toBe(bandwidthOf(timeline(first, last)).averageBps);
    expect(writeHlsKeyFrames(placed)).not.toMatch(/keyframe_000[34]/);
  });

  it('goes with what was before it, and is counted', () => {
    const placed = keepPlaces(
      timeline(
        period({ from: 1, to: 2, startMs: 0, gone: [1, 2] }),
        period({ ...middle, gone: [3, 4] }),
        period({ from: 5, to: 7, sessionId: 's3', startMs: 24_000, gone: [5] }),
      ),
    );

    expect(shape(placed)).toEqual([
      { id: 's3-5', startMs: 24_000, mediaStartMs: 24_000, durationMs: 18_000, numbers: [6, 7] },
    ]);
    expect(placed.left).toEqual({ segmentCount: 5, discontinuityCount: 2 });
  });

  it('begins no discontinuity inside a Period', () => {
    const placed = keepPlaces(timeline(period({ from: 1, to: 6, startMs: 0, gone: [3] })));

    expect(entries(writeHlsMedia(placed, 'video')).slice(2)).toEqual([
      '#EXT-X-MAP:URI="init.m4s"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:00.000Z',
      'seg_0001.m4s',
      'seg_0002.m4s',
      '#EXT-X-GAP',
      'seg_0003.m4s',
      'seg_0004.m4s',
      'seg_0005.m4s',
      'seg_0006.m4s',
    ]);
    expect(writeDashManifest(placed).match(/<Period [^>]*/g)).toEqual([
      '<Period id="s1-1" start="PT0S" duration="PT12S"',
      '<Period id="s1-1-4" start="PT18S"',
    ]);
  });

  it('keeps the discontinuity of a Period that lost its first segments', () => {
    const placed = keepPlaces(timeline(first, period({ ...middle, gone: [3] }), last));

    expect(entries(writeHlsMedia(placed, 'video')).filter((line) => !line.startsWith('#EXT-X-P'))).toEqual([
      '#EXT-X-VERSION:8',
      '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-MAP:URI="init.m4s"',
      'seg_0001.m4s',
      'seg_0002.m4s',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-GAP',
      'seg_0003.m4s',
      '#EXT-X-MAP:URI="init.m4s"',
      'seg_0004.m4s',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="init.m4s"',
      'seg_0005.m4s',
      'seg_0006.m4s',
      'seg_0007.m4s',
    ]);
  });

  it('is not the end of what is over', () => {
    const gone = keepPlaces(timeline(first, period({ ...middle, gone: [3, 4] })));

    expect(writeHlsMedia(gone, 'video').match(/GAP/g)).toHaveLength(2);
    expect(writeHlsMedia({ ...gone, isLive: false }, 'video')).not.toContain('GAP');
  });

  it('may be one track of a segment, or all that has bytes', () => {
    const { segments, ...facts } = period({ from: 1, to: 3, startMs: 0 });
    const lost = segments.map((one) => (one.number === 2 ? { ...one, lostTracks: ['v1'] } : one));

    const playlist = writeHlsMedia(keepPlaces(timeline({ ...facts, segments: lost })), 'video');

    expect(entries(playlist).slice(-4)).toEqual(['seg_0001.m4s', '#EXT-X-GAP', 'seg_0002.m4s', 'seg_0003.m4s']);
  });
});

it('looks at each segment a few times, however many there are', () => {
  const looks = (count: number): number => {
    let sum = 0;
    const periods = Array.from({ length: count }, (_, index) => {
      const number = 2 * index + 1;
      const sessionId = `s${String(index)}`;
      const startMs = index * 2 * SEGMENT_MS;
      const made = period({ from: number, to: number + 1, sessionId, startMs, gone: index % 3 === 1 ? [number] : [] });
      const segments = made.segments.map((segment) => {
        const { objects, ...facts } = segment;
        return Object.defineProperty(facts, 'objects', {
          enumerable: true,
          get: () => {
            sum += 1;
            return objects;
          },
        }) as typeof segment;
      });
      return { ...made, segments };
    });
    keepPlaces(timeline(...periods));
    return sum;
  };

  expect(looks(2000)).toBeLessThan(2.2 * looks(1000));
  expect(looks(1000)).toBeLessThan(2000 * 20);
});

it('has the clock of an entry stay what it was when it becomes a gap', () => {
  // The pictures begin some milliseconds after their Period, which began with sound.
  const late = period({ from: 3, to: 4, sessionId: 's2', startMs: 12_000 });
  const whole = (goneWith?: number): ManifestTimeline =>
    timeline(
      period({ from: 1, to: 2, startMs: 0 }),
      {
        ...late,
        startEpochMs: late.startEpochMs - 23,
        mediaStartMs: late.mediaStartMs - 23.4,
        segments: late.segments.map((segment) => ({ ...segment, ...(goneWith === undefined ? {} : { goneWith }) })),
      },
      period({ from: 5, to: 5, sessionId: 's3', startMs: 24_000 }),
    );
  const clocks = (shown: ManifestTimeline): string[] =>
    entries(writeHlsMedia(keepPlaces(shown), 'video')).filter((line) => line.startsWith('#EXT-X-PROGRAM'));

  expect(clocks(whole(1))).toEqual(clocks(whole()));
});
