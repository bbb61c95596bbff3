import { tileSet } from './dash-tiles.js';
import type { TemplateRun } from './template-runs.js';
import { VIDEO } from './testing/tracks.js';
import type { ManifestTrack } from './timeline.js';
import { sheetName, tileStepFor } from './tiles.js';

const NOON = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;

function run(changes: Partial<TemplateRun> = {}, track: Partial<ManifestTrack> = {}): TemplateRun {
  return {
    id: 'p1',
    startMs: 0,
    durationMs: 60_000,
    mediaStartMs: 0,
    startEpochMs: NOON,
    firstNumber: 1,
    segments: [],
    tracks: [
      {
        ...{ track: { ...VIDEO, ...track }, startTicks: 0, endTicks: 5_400_000, longestTicks: 540_000 },
        ...{ isIndependent: true, peakBps: 1, entries: [], folder: '', nameTemplate: '' },
      },
    ],
    ...changes,
  };
}

/** Each sheet that the set names, and when it begins on the presentation's timeline. */
function sheets(of: TemplateRun, step: 2 | 10 | 60): { startMs: number; name: string }[] {
  const text = tileSet(of, step, '').join('\n');
  const [, offset = ''] = /presentationTimeOffset="(\d+)"/.exec(text) ?? [];
  const [, first = '', length = '', , repeats = '0'] = /<S t="(\d+)" d="(\d+)"( r="(\d+)")?\/>/.exec(text) ?? [];
  return Array.from({ length: Number(repeats) + 1 }, (_, index) => {
    const time = Number(first) + index * Number(length);
    return { startMs: of.startMs + time - Number(offset), name: sheetName(step, time) };
  });
}

describe('the sheets of a Period', () => {
  it('are named by the wall clock of their first picture', () => {
    expect(sheets(run({ durationMs: 2 * HOUR }), 60)).toEqual([
      { startMs: 0, name: `tiles-60-${String(NOON)}.jpg` },
      { startMs: HOUR, name: `tiles-60-${String(NOON + HOUR)}.jpg` },
    ]);
  });

  it('begin at multiples of their length, wherever the Period begins', () => {
    const late = run({ startMs: 700_500, durationMs: 500_000, startEpochMs: NOON });

    expect(sheets(late, 10)).toEqual([
      { startMs: 600_000, name: `tiles-10-${String(NOON - 100_500)}.jpg` },
      { startMs: 1_200_000, name: `tiles-10-${String(NOON + 499_500)}.jpg` },
    ]);
  });

  it('end with the Period', () => {
    expect(sheets(run({ durationMs: 120_000 }), 2)).toHaveLength(1);
    expect(sheets(run({ durationMs: 120_001 }), 2)).toHaveLength(2);
  });

  it('are asked for with what the view is asked for, and say how they are divided', () => {
    expect(tileSet(run(), 2, '?session=a$b')).toEqual([
      '<AdaptationSet id="3" contentType="image" mimeType="image/jpeg">',
      '  <Representation id="tiles" bandwidth="17477" width="1600" height="540">',
      '    <EssentialProperty schemeIdUri="http://dashif.org/thumbnail_tile" value="10x6"/>',
      `    <SegmentTemplate timescale="1000" presentationTimeOffset="${String(NOON)}" media="tiles-2-$Time$.jpg?session=a$$b">`,
      '      <SegmentTimeline>',
      `        <S t="${String(NOON)}" d="120000"/>`,
      '      </SegmentTimeline>',
      '    </SegmentTemplate>',
      '  </Representation>',
      '</AdaptationSet>',
    ]);
  });

  it.each([
    ['there is sound alone', { kind: 'audio' }],
    ['a picture stands in for what was not recorded', { isFiller: true }],
  ] as const)('are none where %s', (_, track) => {
    expect(tileSet(run({}, track), 2, '')).toEqual([]);
  });
});

it.each([
  [1000, 2],
  [24 * 60_000, 2],
  [24 * 60_000 + 1, 10],
  [2 * HOUR, 10],
  [2 * HOUR + 1, 60],
  [48 * HOUR, 60],
])('of %d ms, a picture is made each %d s', (lengthMs, step) => {
  expect(tileStepFor(lengthMs)).toBe(step);
});
