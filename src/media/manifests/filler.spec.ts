import fc from 'fast-check';
import { fillerStretch, withFiller } from './filler.js';
import { AUDIO, VIDEO } from './testing/tracks.js';
import type { ManifestPeriod, ManifestSegment, ManifestTrack } from './timeline.js';

function segment(number: number, tracks: readonly ManifestTrack[], independent = true): ManifestSegment {
  const objects = tracks.map(({ id, timescale }) => ({
    trackId: id,
    folder: '',
    name: `${id}_${String(number)}`,
    startTicks: number * 2 * timescale,
    durationTicks: 2 * timescale,
    sizeBytes: 1000 * number,
    independent,
  }));
  return { number, objects };
}

/** A Period of two segments of two seconds. */
function period(firstNumber: number, tracks: readonly ManifestTrack[], independent = true): ManifestPeriod {
  return {
    id: `p${String(firstNumber)}`,
    startMs: firstNumber * 2000,
    durationMs: 4000,
    mediaStartMs: firstNumber * 2000,
    startEpochMs: 0,
    tracks,
    segments: [segment(firstNumber, tracks, independent), segment(firstNumber + 1, tracks, independent)],
  };
}

/** What each segment has of a kind, by name. */
function namesOf(periods: readonly ManifestPeriod[], trackId: string): (string | undefined)[] {
  return periods.flatMap(({ segments }) =>
    segments.map(({ objects }) => objects.find((object) => object.trackId === trackId)?.name),
  );
}

describe('withFiller', () => {
  it('leaves alone what has both kinds throughout, and what has one kind only', () => {
    const both = [period(1, [VIDEO, AUDIO]), period(3, [VIDEO, AUDIO])];
    const one = [period(1, [AUDIO]), period(3, [AUDIO])];

    expect(withFiller(both)).toEqual(both);
    expect(withFiller(one)).toEqual(one);
  });

  it('continues the last segment of a kind where that kind stops', () => {
    const filled = withFiller([period(1, [VIDEO, AUDIO]), period(3, [VIDEO]), period(5, [AUDIO])]);

    expect(namesOf(filled, 'a1')).toEqual([
      'a1_1',
      'a1_2',
      'audio_filler_0002_0003.m4s',
      'audio_filler_0002_0004.m4s',
      'a1_5',
      'a1_6',
    ]);
    expect(namesOf(filled, 'v1').slice(-2)).toEqual(['filler_0004_0005.m4s', 'filler_0004_0006.m4s']);
  });

  it('takes the first segment of a kind where that kind begins late', () => {
    const filled = withFiller([period(1, [AUDIO]), period(3, [VIDEO, AUDIO])]);

    expect(namesOf(filled, 'v1')).toEqual(['filler_0003_0001.m4s', 'filler_0003_0002.m4s', 'v1_3', 'v1_4']);
  });

  it('makes nothing of a picture that needs others', () => {
    const filled = withFiller([period(1, [VIDEO, AUDIO], false), period(3, [AUDIO])]);

    expect(namesOf(filled, 'v1')).toEqual(['v1_1', 'v1_2', undefined, undefined]);
  });

  it('says that it is filler, how long it lasts, and how large it is at most', () => {
    const [, filled] = withFiller([period(1, [VIDEO, AUDIO]), period(3, [VIDEO])]);

    expect(filled?.tracks.map(({ id, isFiller }) => [id, isFiller])).toEqual([
      ['v1', undefined],
      ['a1', true],
    ]);
    const object = { startTicks: 6 * 48_000, durationTicks: 2 * 48_000, sizeBytes: 2000, independent: true };
    expect(filled?.segments[0]?.objects[1]).toMatchObject(object);
  });
});

describe('fillerStretch', () => {
  it('lasts as long as what it lies beside, in the ticks of its own track, for a picture', () => {
    const beside = { timescale: 48_000, startTicks: 960, durationTicks: 96_480 };

    expect(fillerStretch('video', beside, 90_000)).toEqual({
      timescale: 90_000,
      startTicks: 1800,
      durationTicks: 180_900,
    });
  });

  it('is whole frames of silence that follow each other without hole or overlap', () => {
    const ticks = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(
        ticks,
        fc.integer({ min: 1800, max: 90_000 * 120 }),
        fc.integer({ min: 1800, max: 90_000 }),
        (at, one, two) => {
          const first = fillerStretch('audio', { timescale: 90_000, startTicks: at, durationTicks: one }, 48_000);
          const next = fillerStretch('audio', { timescale: 90_000, startTicks: at + one, durationTicks: two }, 48_000);

          expect(first.startTicks % 960).toBe(0);
          expect(first.durationTicks % 960).toBe(0);
          expect(first.durationTicks).toBeGreaterThan(0);
          expect(next.startTicks).toBe(first.startTicks + first.durationTicks);
          expect(Math.abs(first.startTicks / 48_000 - at / 90_000)).toBeLessThanOrEqual(0.02);
        },
      ),
    );
  });

  it('is one frame at least', () => {
    expect(fillerStretch('audio', { timescale: 90_000, startTicks: 1, durationTicks: 2 }, 48_000).durationTicks).toBe(
      960,
    );
  });
});
