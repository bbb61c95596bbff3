import { decideCut, dueMs, forcedMs } from './cut-rule.js';

const limits = (borderMs = Infinity): { startMs: number; segmentDurationMs: number; borderMs: number } => {
  return { startMs: 10_000, segmentDurationMs: 6_000, borderMs };
};

describe('decideCut', () => {
  it.each([
    ['before the target', 15_999, true, 'go-on'],
    ['at the target, with a key frame', 16_000, true, 'cut'],
    ['after the target, without one', 16_000, false, 'ask-for-keyframe'],
    ['at twice the target, without one', 22_000, false, 'ask-for-keyframe'],
    ['past twice the target', 22_001, false, 'cut-by-time'],
  ])('says %s: %i, %p → %s', (_, ms, isSync, decision) => {
    expect(decideCut(limits(), ms, isSync)).toBe(decision);
  });

  it('treats a border as the end of the segment, late by at most one target', () => {
    expect(dueMs(limits(12_000))).toBe(12_000);
    expect(forcedMs(limits(12_000))).toBe(18_000);
    expect(decideCut(limits(12_000), 12_000, true)).toBe('cut');
    expect(decideCut(limits(12_000), 18_001, false)).toBe('cut-by-time');
  });

  it('never lets a border make a segment longer', () => {
    expect(dueMs(limits(17_000))).toBe(16_000);
    expect(forcedMs(limits(17_000))).toBe(22_000);
  });
});
