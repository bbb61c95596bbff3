import type { ManifestPeriod, ManifestTimeline } from '../../../media/manifests/timeline.js';
import { keepPlaces } from '../../../media/manifests/keep-places.js';
import { MovingWindow, type NumberedSegment } from './moving-window.js';

const NOON = Date.UTC(2026, 10, 20, 12);
const SECOND = 1000;

/** Segments of six seconds from a wall clock on. */
function period(startEpochMs: number, count: number): ManifestPeriod {
  const track = { id: 'v1', kind: 'video', codecString: 'avc1.42E01F', timescale: 1000, initUri: 'init.m4s' } as const;
  const unknown = { width: undefined, height: undefined, sampleRate: undefined, channels: undefined };
  return {
    id: `p${String(startEpochMs)}`,
    startMs: startEpochMs,
    durationMs: count * 6 * SECOND,
    mediaStartMs: 0,
    startEpochMs,
    tracks: [{ ...track, ...unknown }],
    segments: Array.from({ length: count }, (_, index) => ({
      number: index + 1,
      sessionId: `s${String(startEpochMs)}`,
      startMs: index * 6 * SECOND,
      objects: [
        {
          trackId: 'v1',
          folder: '',
          name: `seg_000${String(index + 1)}.m4s`,
          startTicks: index * 6 * SECOND,
          durationTicks: 6 * SECOND,
          sizeBytes: 1,
          independent: true,
        },
      ],
    })),
  };
}

const timeline = (...periods: ManifestPeriod[]): ManifestTimeline => ({
  periods,
  isLive: true,
  availabilityStartEpochMs: 0,
  publishedEpochMs: 0,
  segmentDurationMs: 6 * SECOND,
});

const START_OF_NUMBERS = Date.UTC(2026, 0);
const windowOf = (whole: ManifestTimeline, known?: NumberedSegment) =>
  new MovingWindow({ whole, timeline: keepPlaces(whole) }, known);

const shape = ({ periods, ...sequences }: ReturnType<MovingWindow['cut']>) => ({
  ...sequences,
  numbers: periods.map(({ segments }) => segments.map(({ number }) => number)),
});

describe('MovingWindow', () => {
  const all = timeline(period(NOON, 3), period(NOON + 60 * SECOND, 2));
  const seconds = (NOON - START_OF_NUMBERS) / SECOND;

  it('counts what leaves, segments and Periods, and keeps the beginning of a Period that is cut', () => {
    const window = windowOf(all);

    const later = window.cut(NOON + 7 * SECOND);

    const [mediaSequence, discontinuitySequence] = [seconds, seconds / 600];
    const first = { mediaSequence, discontinuitySequence };
    expect(shape(window.cut(NOON))).toEqual({
      ...first,
      numbers: [
        [1, 2, 3],
        [1, 2],
      ],
    });
    expect(shape(later)).toEqual({
      ...first,
      mediaSequence: mediaSequence + 1,
      numbers: [
        [2, 3],
        [1, 2],
      ],
    });
    expect(later.periods[0]).toMatchObject({ startMs: NOON, mediaStartMs: 0 });
    expect(shape(window.cut(NOON + 66 * SECOND))).toEqual({
      mediaSequence: mediaSequence + 4,
      discontinuitySequence: discontinuitySequence + 1,
      numbers: [[2]],
    });
  });

  it('goes on from the newest Period that is known when what came before is not read any more', () => {
    const before = windowOf(all);
    const newest = before.newest();
    const second = period(NOON + 60 * SECOND, 2);

    const after = windowOf(timeline(second, period(NOON + 90 * SECOND, 1)), newest).cut(NOON + 72 * SECOND);

    expect(newest).toMatchObject({ mediaSequence: seconds + 3, startEpochMs: NOON + 60 * SECOND });
    expect(after.mediaSequence).toBe(before.cut(NOON + 60 * SECOND).mediaSequence + 2);
    expect(after.discontinuitySequence).toBe(before.cut(NOON + 60 * SECOND).discontinuitySequence + 1);
  });

  it('gives each segment its number when the beginning of a Period is deleted', () => {
    const whole = period(NOON, 5);
    const segments = whole.segments.map((one) => (one.number < 4 ? { ...one, goneWith: 1 } : one));

    const after = windowOf(timeline({ ...whole, segments })).cut(NOON + 7 * SECOND);

    expect(shape(after)).toMatchObject({ mediaSequence: seconds + 3, numbers: [[4, 5]] });
  });

  it('goes on above what it knew when none of it is left', () => {
    const known = { sessionId: 'gone', startMs: 0, mediaSequence: 1e9, discontinuitySequence: 1e6 };

    const { mediaSequence, discontinuitySequence } = windowOf(all, known).cut(NOON);

    expect([mediaSequence, discontinuitySequence]).toEqual([1e9 + 1, 1e6 + 1]);
  });

  it('has small discontinuity sequence numbers: hls.js has a place in an array for each number from 0 on', () => {
    const inTenYears = Date.UTC(2036, 0);

    expect(windowOf(timeline(period(inTenYears, 3))).cut(inTenYears).discontinuitySequence).toBeLessThan(1e6);
  });

  it('is the same while nothing leaves', () => {
    const window = windowOf(timeline(period(NOON, 3)));

    expect(window.cut(NOON + 1)).toBe(window.cut(NOON + 2));
  });

  it('is empty when all has left', () => {
    expect(shape(windowOf(timeline(period(NOON, 3))).cut(NOON + 18 * SECOND)).numbers).toEqual([]);
  });
});
