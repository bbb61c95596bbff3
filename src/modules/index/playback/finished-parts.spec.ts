import type { RecordedPart } from './recorded-part.js';
import { FinishedParts } from './finished-parts.js';
import type { ReadSegment } from './read-segment.js';

const CHANGED_MS = 1_000_000;
const NOW = CHANGED_MS + 10_000;

const part = (changes: Partial<RecordedPart> = {}): RecordedPart => ({
  directory: 'cam/2026/11/20',
  sessionId: 's1',
  anchorEpochMs: 0,
  startMs: 0,
  endMs: 60_000,
  segmentCount: 10,
  fromMs: 0,
  toMs: Infinity,
  finishedAsOfMs: CHANGED_MS,
  firstNumber: 1,
  ...changes,
});

const segments = (count: number): ReadSegment[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ number: index + 1, sessionId: 's1', directory: 'cam/2026/11/20', period: 0, objects: [] },
    startMs: index * 6000,
    endMs: (index + 1) * 6000,
  }));

const numbers = (found: ReturnType<FinishedParts['find']>): number[] | undefined => found?.map(({ number }) => number);

it('has what lies inside of what was read', () => {
  const parts = new FinishedParts();
  parts.keep(part(), 0, segments(10), NOW);

  expect(numbers(parts.find(part({ fromMs: 13_000, toMs: 24_000, firstNumber: 3 }), 0))).toEqual([3, 4]);
  expect(numbers(parts.find(part(), 0))).toHaveLength(10);
});

it('gives segments by themselves where they are a small share', () => {
  const parts = new FinishedParts();
  const kept = segments(10);
  parts.keep(part(), 0, kept, NOW);

  const [small] = parts.find(part({ fromMs: 13_000, toMs: 24_000, firstNumber: 3 }), 0) ?? [];
  const [large] = parts.find(part({ fromMs: 13_000, firstNumber: 3 }), 0) ?? [];

  expect(small).toEqual(kept[2]);
  expect(small).not.toBe(kept[2]);
  expect(large).toBe(kept[2]);
});

it('has nothing of what reaches beyond what was read, and keeps the longer stretch', () => {
  const parts = new FinishedParts();
  parts.keep(part({ toMs: 30_000 }), 0, segments(5), NOW);
  parts.keep(part({ toMs: 12_000 }), 0, segments(2), NOW);

  expect(numbers(parts.find(part({ toMs: 30_000 }), 0))).toHaveLength(5);
  expect(parts.find(part({ toMs: 31_000 }), 0)).toBeUndefined();
});

it.each([
  ['the row of the session', { finishedAsOfMs: CHANGED_MS + 1 }, 0],
  ['the beginning', { startMs: 6000 }, 0],
  ['the end', { endMs: 66_000 }, 0],
  ['the number of segments', { segmentCount: 9 }, 0],
  ['what is lost', {}, 1],
])('has nothing any more when %s is another', (_what, changes, lostCount) => {
  const parts = new FinishedParts();
  parts.keep(part(), 0, segments(10), NOW);

  expect(parts.find(part(changes), lostCount)).toBeUndefined();
});

it('keeps nothing of what is recorded, and nothing that changed a moment ago', () => {
  const parts = new FinishedParts();
  parts.keep(part({ finishedAsOfMs: undefined }), 0, segments(10), NOW);
  parts.keep(part(), 0, segments(10), CHANGED_MS + 1000);

  expect(parts.find(part({ finishedAsOfMs: undefined }), 0)).toBeUndefined();
  expect(parts.find(part(), 0)).toBeUndefined();
});

it('forgets what was asked for longest ago', () => {
  const parts = new FinishedParts();
  for (const sessionId of ['s1', 's2', 's3', 's4']) parts.keep(part({ sessionId }), 0, segments(14_400), NOW);

  expect(parts.find(part({ sessionId: 's1' }), 0)).toBeUndefined();
  expect(parts.find(part({ sessionId: 's4' }), 0)).toBeDefined();
});

it('keeps one that alone is larger than all may be together, while nothing else is read', () => {
  const parts = new FinishedParts();
  parts.keep(part({ sessionId: 's1' }), 0, segments(10), NOW);
  parts.keep(part({ sessionId: 's2' }), 0, segments(45_001), NOW);

  expect(parts.find(part({ sessionId: 's1' }), 0)).toBeUndefined();
  expect(parts.find(part({ sessionId: 's2' }), 0)).toBeDefined();
});
