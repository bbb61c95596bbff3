import { withPadding } from './padding.js';
import { AUDIO, VIDEO } from './testing/tracks.js';
import type { ManifestObject, ManifestPeriod, ManifestTrack } from './timeline.js';

type Span = readonly [startMs: number, endMs: number];

function object({ id, timescale }: ManifestTrack, number: number, [startMs, endMs]: Span): ManifestObject {
  return {
    trackId: id,
    folder: '',
    name: `${id}_${String(number)}`,
    startTicks: (startMs * timescale) / 1000,
    durationTicks: ((endMs - startMs) * timescale) / 1000,
    sizeBytes: 1000,
    independent: true,
  };
}

/** A Period whose segments have these pictures and this sound. */
function period(...spans: readonly { readonly video: Span; readonly audio: Span }[]): ManifestPeriod {
  const segments = spans.map(({ video, audio }, index) => {
    return { number: index + 1, objects: [object(VIDEO, index + 1, video), object(AUDIO, index + 1, audio)] };
  });
  return { id: 'p1', startMs: 0, durationMs: 0, mediaStartMs: 0, startEpochMs: 0, tracks: [VIDEO, AUDIO], segments };
}

/** Name, start and end of the sound of each segment, milliseconds. */
function soundOf({ segments }: ManifestPeriod): unknown[] {
  return segments.map(({ objects: [, sound] }) => {
    const { name, startTicks = 0, durationTicks = 0 } = sound ?? {};
    return [name, startTicks / 48, (startTicks + durationTicks) / 48];
  });
}

describe('withPadding', () => {
  it('leaves sound alone that begins and ends with its pictures, to less than a frame', () => {
    const whole = period({ video: [0, 2000], audio: [19, 1981] }, { video: [2000, 4000], audio: [1981, 4010] });

    expect(withPadding(whole)).toEqual(whole);
  });

  it('puts silence before sound that begins late in a Period', () => {
    expect(soundOf(withPadding(period({ video: [0, 2000], audio: [70, 2000] })))).toEqual([
      ['audio_padded_3_0_0001.m4s', 10, 2000],
    ]);
  });

  it('puts silence behind sound that stops before its pictures', () => {
    expect(soundOf(withPadding(period({ video: [0, 6000], audio: [0, 5300] })))).toEqual([
      ['audio_padded_0_35_0001.m4s', 0, 6000],
    ]);
  });

  it('leaves the end of everything as it was recorded', () => {
    const last = period({ video: [0, 2000], audio: [0, 1500] });

    expect(withPadding(last, { isEnd: true })).toEqual(last);
  });

  it('leaves at most a frame between the sound of two Periods', () => {
    const before = period({ video: [0, 2000], audio: [0, 1988] });

    expect(soundOf(withPadding(period({ video: [3000, 5000], audio: [3007, 5000] }), { before }))[0]).toEqual([
      'a1_1',
      3007,
      5000,
    ]);
    expect(soundOf(withPadding(period({ video: [3000, 5000], audio: [3009, 5000] }), { before }))[0]).toEqual([
      'audio_padded_1_0_0001.m4s',
      2989,
      5000,
    ]);
  });

  it('counts with a frame of silence too few where the Period before had pictures only', () => {
    const before = { ...period({ video: [0, 2000], audio: [0, 2000] }), tracks: [VIDEO] };

    expect(soundOf(withPadding(period({ video: [3000, 5000], audio: [3001, 5000] }), { before }))[0]).toEqual([
      'audio_padded_1_0_0001.m4s',
      2981,
      5000,
    ]);
    expect(
      withPadding(period({ video: [3000, 5000], audio: [3000, 5000] }), { before }).segments[0]?.objects[1]?.name,
    ).toBe('a1_1');
  });

  it('puts nothing before the beginning of time', () => {
    const before = period({ video: [0, 2000], audio: [0, 1988] });

    expect(soundOf(withPadding(period({ video: [0, 2000], audio: [15, 2000] }), { before }))[0]).toEqual([
      'a1_1',
      15,
      2000,
    ]);
  });

  it('lets long frames that reach over a cut be', () => {
    const long = period({ video: [0, 2000], audio: [0, 2040] }, { video: [2000, 4000], audio: [2040, 4040] });

    expect(withPadding(long)).toEqual(long);
  });

  it('fills a hole between two segments of a Period from its beginning', () => {
    const hole = period({ video: [0, 2000], audio: [0, 1900] }, { video: [2000, 4000], audio: [2100, 4000] });

    expect(soundOf(withPadding(hole))).toEqual([
      ['audio_padded_0_5_0001.m4s', 0, 2000],
      ['audio_padded_5_0_0002.m4s', 2000, 4000],
    ]);
  });

  it('changes nothing that was shown when a segment follows', () => {
    const first = { video: [0, 2000], audio: [0, 1000] } as const;
    const second = { video: [2000, 4000], audio: [2400, 4000] } as const;

    expect(withPadding(period(first, second)).segments[0]).toEqual(withPadding(period(first)).segments[0]);
  });

  it('has nothing to do where there is one kind, or filler', () => {
    const both = period({ video: [0, 2000], audio: [500, 2000] });
    const alone = { ...both, tracks: [AUDIO] };
    const filled = { ...both, tracks: [{ ...VIDEO, isFiller: true }, AUDIO] };

    expect(withPadding(alone)).toEqual(alone);
    expect(withPadding(filled)).toEqual(filled);
  });
});
