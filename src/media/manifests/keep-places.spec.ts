import { bandwidthOf } from './bandwidth.js';
import { writeDashManifest } from './dash.js';
import { writeHlsKeyFrames } from './hls-key-frames.js';
import { writeHlsMedia } from './hls.js';
import { keepPlaces } from './keep-places.js';
import type { ManifestPeriod, ManifestTimeline, ManifestTrack } from './timeline.js';

const VIDEO: ManifestTrack = {
  ...{ id: 'v1', kind: 'video', codecString: 'avc1.42E01F', timescale: 1000, initUri: 'init.m4s' },
  ...{ width: undefined, height: undefined, sampleRate: undefined, channels: undefined },
};
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
}

/** Segments of six seconds, the first one at session time 0, as they are laid out when what came before is not known. */
function period({ from, to, sessionId = 's1', startMs, padded = [] }: Shown): ManifestPeriod {
  const mediaStartMs = (from - 1) * SEGMENT_MS;
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return {
    id: `${sessionId}-${String(from)}`,
    durationMs: numbers.length * SEGMENT_MS,
    tracks: [VIDEO],
    startEpochMs: ANCHOR + mediaStartMs,
    ...{ startMs, mediaStartMs },
    segments: numbers.map((number) => {
      const digits = String(number).padStart(4, '0');
      const uri = `${padded.includes(number) ? 'padded' : 'seg'}_${digits}.m4s`;
      const startTicks = (number - 1) * SEGMENT_MS;
      const object = { trackId: 'v1', uri, startTicks, durationTicks: SEGMENT_MS, sizeBytes: 1, independent: true };
      return { number, origin: { sessionId, startMs: startTicks }, objects: [object] };
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

it('keeps id, start and offset of a Period whose beginning was deleted, and what the presentation counts from', () => {
  const before = keepPlaces(timeline(period({ from: 1, to: 5, startMs: 0 })), undefined);

  const after = keepPlaces(timeline(period({ from: 4, to: 6, startMs: 0 })), before);

  expect(shape(after)).toEqual([{ id: 's1-1', startMs: 0, mediaStartMs: 0, durationMs: 36_000, numbers: [4, 5, 6] }]);
  expect(after.availabilityStartEpochMs).toBe(before.availabilityStartEpochMs);
  expect(after.left).toEqual({ segmentCount: 3, discontinuityCount: 0 });
  const manifest = writeDashManifest(after);
  expect(manifest).toContain('<Period id="s1-1" start="PT0S">');
  expect(manifest).toMatch(/presentationTimeOffset="0" startNumber="4"[^>]*>\s*<SegmentTimeline>\s*<S t="18000"/);
});

it('counts Periods that are gone, and moves what follows to where it was', () => {
  const second = { from: 1, to: 3, sessionId: 's2' };
  const before = keepPlaces(
    timeline(period({ from: 1, to: 4, startMs: 0 }), period({ ...second, startMs: 24_000 })),
    undefined,
  );

  const once = keepPlaces(timeline(period({ ...second, from: 2, startMs: 0 })), before);
  const after = keepPlaces(
    timeline(period({ ...second, from: 3, startMs: 0 }), period({ from: 9, to: 9, sessionId: 's3', startMs: 6000 })),
    once,
  );

  expect(shape(after)).toEqual([
    { id: 's2-1', startMs: 24_000, mediaStartMs: 0, durationMs: 18_000, numbers: [3] },
    { id: 's3-9', startMs: 42_000, mediaStartMs: 48_000, durationMs: 6000, numbers: [9] },
  ]);
  expect(after.left).toEqual({ segmentCount: 6, discontinuityCount: 1 });
  expect(writeHlsMedia(after, 'video')).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:1\n');
});

it('keeps the Periods that templates need apart when the first of them is gone, and HLS sees one', () => {
  const padded = [1, 5];
  const before = keepPlaces(timeline(period({ from: 1, to: 6, startMs: 0, padded })), undefined);
  const after = keepPlaces(timeline(period({ from: 3, to: 7, startMs: 0, padded })), before);

  expect(shape(before).map(({ id, numbers }) => [id, numbers])).toEqual([
    ['s1-1', [1]],
    ['s1-1-2', [2, 3, 4]],
    ['s1-1-5', [5]],
    ['s1-1-6', [6]],
  ]);
  expect(shape(after).map(({ id, startMs, numbers }) => [id, startMs, numbers])).toEqual([
    ['s1-1-2', 6000, [3, 4]],
    ['s1-1-5', 24_000, [5]],
    ['s1-1-6', 30_000, [6, 7]],
  ]);
  expect(after.left).toEqual({ segmentCount: 2, discontinuityCount: 0 });
  const playlist = writeHlsMedia(after, 'video');
  expect(playlist).not.toContain('DISCONTINUITY');
  expect(playlist.match(/#EXT-X-(?:MAP|PROGRAM-DATE-TIME)/g)).toHaveLength(2);
});

const entries = (playlist: string): string[] =>
  playlist
    .split('\n')
    .filter((line) => /^(?:[^#]|#EXT-X-(?:DISCONTINUITY$|GAP|MAP|PROGRAM|MEDIA-S|PLAYLIST|VERSION))/.test(line));

describe('what is gone in the middle', () => {
  const [first, last] = [period({ from: 1, to: 2, startMs: 0 }), { sessionId: 's3', startMs: 24_000 }];
  const all = timeline(
    first,
    period({ from: 3, to: 4, sessionId: 's2', startMs: 12_000 }),
    period({ from: 5, to: 6, ...last }),
  );
  /** As it is laid out without what is gone: what follows moved up. */
  const rest = {
    ...timeline(first, period({ from: 5, to: 7, ...last, startMs: 12_000 })),
    availabilityStartEpochMs: ANCHOR + 12_000,
  };

  it('has its entries as gaps in HLS, by their names, so that no other entry moves', () => {
    const after = keepPlaces(rest, keepPlaces(all, undefined));
    const again = keepPlaces(rest, after);

    expect(writeHlsMedia(again, 'video')).toBe(writeHlsMedia(after, 'video'));
    expect(entries(writeHlsMedia(again, 'video'))).toEqual([
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
    const shown = keepPlaces(all, undefined);
    const after = keepPlaces(rest, shown);

    expect(writeDashManifest(after).match(/<Period [^>]*/g)).toEqual([
      '<Period id="s1-1" start="PT0S" duration="PT12S"',
      '<Period id="s3-5" start="PT24S"',
    ]);
    expect(after.availabilityStartEpochMs).toBe(shown.availabilityStartEpochMs);
    expect(bandwidthOf(after).averageBps).toBe(bandwidthOf(rest).averageBps);
    expect(writeHlsKeyFrames(after)).not.toMatch(/keyframe_000[34]/);
  });

  it('goes with what was before it, and is counted', () => {
    const shown = keepPlaces(rest, keepPlaces(all, undefined));

    const after = keepPlaces(timeline(period({ from: 6, to: 7, ...last, startMs: 0 })), shown);

    expect(shape(after)).toEqual([
      { id: 's3-5', startMs: 24_000, mediaStartMs: 24_000, durationMs: 18_000, numbers: [6, 7] },
    ]);
    expect(after.left).toEqual({ segmentCount: 5, discontinuityCount: 2 });
  });

  it('begins no discontinuity inside a Period', () => {
    const shown = keepPlaces(timeline(period({ from: 1, to: 6, startMs: 0 })), undefined);
    const torn = timeline(period({ from: 1, to: 2, startMs: 0 }), period({ from: 4, to: 6, startMs: 18_000 }));

    const playlist = entries(writeHlsMedia(keepPlaces(torn, shown), 'video'));

    expect(playlist.slice(2)).toEqual([
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
  });

  it('keeps the discontinuity of a Period that lost its first segments', () => {
    const shown = keepPlaces(all, undefined);
    const trimmed = period({ from: 4, to: 4, sessionId: 's2', startMs: 12_000 });

    const after = keepPlaces(timeline(first, trimmed, period({ from: 5, to: 7, ...last, startMs: 18_000 })), shown);

    expect(entries(writeHlsMedia(after, 'video')).filter((line) => !line.startsWith('#EXT-X-P'))).toEqual([
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

  it('is followed by what comes after it, and is not the end of what is over', () => {
    const shown = keepPlaces(timeline(...all.periods.slice(0, 2)), undefined);
    const gone = keepPlaces(timeline(first), shown);
    const after = keepPlaces(rest, gone);

    expect(writeHlsMedia(gone, 'video').match(/GAP/g)).toHaveLength(2);
    expect(writeHlsMedia({ ...gone, isLive: false }, 'video')).not.toContain('GAP');
    expect(shape(after).map(({ startMs }) => startMs)).toEqual([0, 12_000, 24_000]);
  });

  it('is there again when it is found', () => {
    const shown = keepPlaces(all, undefined);
    const gone = keepPlaces(timeline(first, period({ from: 5, to: 6, ...last })), shown);

    expect(writeHlsMedia(gone, 'video')).toContain('GAP');
    expect(writeHlsMedia(keepPlaces(all, gone), 'video')).toBe(writeHlsMedia(shown, 'video'));
  });
});

it('goes on by the clock where nothing is left of what was shown', () => {
  const before = keepPlaces(timeline(period({ from: 1, to: 2, startMs: 0 })), undefined);

  const after = keepPlaces(timeline(period({ from: 10, to: 11, startMs: 0 })), before);

  expect(after.periods[0]).toMatchObject({ id: 's1-10', startMs: 54_000 });
  expect(after.availabilityStartEpochMs).toBe(before.availabilityStartEpochMs);
  expect(after.left).toEqual({ segmentCount: 2, discontinuityCount: 1 });
});

it('moves nothing where what was away at the beginning comes back', () => {
  const first = keepPlaces(timeline(period({ from: 1, to: 3, startMs: 0 })), undefined);
  const cut = keepPlaces(timeline(period({ from: 3, to: 4, startMs: 0 })), first);

  const after = keepPlaces(timeline(period({ from: 2, to: 4, startMs: 0 })), cut);

  expect(after.left).toEqual({ segmentCount: 2, discontinuityCount: 0 });
});
