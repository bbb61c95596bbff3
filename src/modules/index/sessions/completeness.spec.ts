import { completenessOf, type GapSum } from './completeness.js';

/** Of 30.3 s, behind 8 s of media, told by both tracks. */
const OUTAGE: readonly GapSum[] = (['video', 'audio'] as const).map((kind) => {
  return { kind, cause: 'publisher-away', gapCount: 1, gapMs: 30_300, endMs: 38_300 };
});

describe('completenessOf', () => {
  it('counts what was recorded before an outage while nothing is recorded behind it yet', () => {
    const { coveredPercent, lengthMs, tracks } = completenessOf([], OUTAGE, { firstMediaMs: 0, endMs: 8000 });

    expect({ coveredPercent, lengthMs }).toEqual({ coveredPercent: 20.887, lengthMs: 38_300 });
    expect(tracks.map((track) => track.coveredPercent)).toEqual([20.887, 20.887]);
  });

  it('measures a session that ended after an outage from its first media to its last', () => {
    const { coveredPercent, lengthMs } = completenessOf([], OUTAGE, { firstMediaMs: 300, endMs: 60_900 });

    expect({ coveredPercent, lengthMs }).toEqual({ coveredPercent: 50, lengthMs: 60_600 });
  });

  it('goes by the last of several gaps, of whatever kind and cause', () => {
    const loss: GapSum = { kind: 'audio', cause: 'loss', gapCount: 9, gapMs: 100, endMs: 40_000 };

    const { coveredPercent, lengthMs } = completenessOf([], [...OUTAGE, loss], { firstMediaMs: 0, endMs: 8000 });

    expect({ coveredPercent, lengthMs }).toEqual({ coveredPercent: 24, lengthMs: 40_000 });
  });

  it('knows nothing before there is media, whatever was lost', () => {
    expect(completenessOf([], OUTAGE, { firstMediaMs: null, endMs: 0 })).toMatchObject({
      coveredPercent: undefined,
      lengthMs: 0,
    });
  });
});
