import type { ManifestPeriod, ManifestTimeline } from '../../../media/manifests/timeline.js';
import { MovingWindow } from './moving-window.js';

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
      objects: [
        {
          trackId: 'v1',
          uri: `seg_${String(index + 1)}.m4s`,
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

const shape = ({ periods, ...sequences }: ReturnType<MovingWindow['cut']>) => ({
  ...sequences,
  numbers: periods.map(({ segments }) => segments.map(({ number }) => number)),
});

describe('MovingWindow', () => {
  it('counts what leaves, segments and Periods, and keeps the beginning of a Period that is cut', () => {
    const window = new MovingWindow();
    const all = timeline(period(NOON, 3), period(NOON + 60 * SECOND, 2));

    const first = window.cut(all, NOON);
    const later = window.cut(all, NOON + 7 * SECOND);
    const last = window.cut(all, NOON + 66 * SECOND);

    const elapsedSeconds = (NOON - Date.UTC(2026, 0)) / SECOND;
    const [mediaSequence, discontinuitySequence] = [elapsedSeconds, elapsedSeconds / 600];
    expect(shape(first)).toEqual({
      mediaSequence,
      discontinuitySequence,
      numbers: [
        [1, 2, 3],
        [1, 2],
      ],
    });
    expect(shape(later)).toEqual({
      mediaSequence: mediaSequence + 1,
      discontinuitySequence,
      numbers: [
        [2, 3],
        [1, 2],
      ],
    });
    expect(later.periods[0]).toMatchObject({ startMs: NOON, mediaStartMs: 0 });
    expect(shape(last)).toEqual({
      mediaSequence: mediaSequence + 4,
      discontinuitySequence: discontinuitySequence + 1,
      numbers: [[2]],
    });
  });

  it('goes on counting when what came before is not read any more', () => {
    const window = new MovingWindow();
    const second = period(NOON + 60 * SECOND, 2);
    const before = window.cut(timeline(period(NOON, 3), second), NOON + 60 * SECOND);

    const after = window.cut(timeline(second, period(NOON + 90 * SECOND, 1)), NOON + 72 * SECOND);

    expect(after.mediaSequence).toBe(before.mediaSequence + 2);
    expect(after.discontinuitySequence).toBe(before.discontinuitySequence + 1);
  });

  it('goes on counting when the beginning of a Period is deleted', () => {
    const window = new MovingWindow();
    const all = period(NOON, 5);
    const before = window.cut(timeline(all), NOON + 7 * SECOND);

    const after = window.cut(timeline({ ...all, segments: all.segments.slice(3) }), NOON + 7 * SECOND);

    expect(after.mediaSequence).toBe(before.mediaSequence + 2);
    expect(after.discontinuitySequence).toBe(before.discontinuitySequence);
  });

  it('has small discontinuity sequence numbers: hls.js has a place in an array for each number from 0 on', () => {
    const inTenYears = Date.UTC(2036, 0);

    expect(new MovingWindow().cut(timeline(period(inTenYears, 3)), inTenYears).discontinuitySequence).toBeLessThan(1e6);
  });

  it('is the same while nothing enters or leaves', () => {
    const window = new MovingWindow();
    const all = timeline(period(NOON, 3));

    expect(window.cut(all, NOON + 1)).toBe(window.cut(all, NOON + 2));
  });

  it('is empty when all has left', () => {
    expect(shape(new MovingWindow().cut(timeline(period(NOON, 3)), NOON + 18 * SECOND)).numbers).toEqual([]);
  });
});
