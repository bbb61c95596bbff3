import { drawTimeline, type DeletedMedia, type DrawnSession, type TimelineBounds } from './draw-timeline.js';

const NOW = 10_000_000;

function session(changes: Partial<DrawnSession> = {}): DrawnSession {
  return {
    id: 's1',
    kinds: ['video', 'audio'],
    zeroMs: 0,
    parts: [{ fromMs: 0, toMs: 60_000 }],
    absences: [],
    lost: [],
    isInterrupted: false,
    isRecording: false,
    ...changes,
  };
}

function bounds(changes: Partial<TimelineBounds> = {}): TimelineBounds {
  return { fromMs: 0, toMs: 60_000, nowMs: NOW, resolutionMs: 1000, ...changes };
}

const draw = (sessions: readonly DrawnSession[], within: TimelineBounds, deleted: readonly DeletedMedia[] = []) =>
  drawTimeline({ sessions, deleted }, within);

const both = (fromMs: number, toMs: number, reason: 'loss' | 'publisher-away'): DrawnSession['absences'] =>
  (['video', 'audio'] as const).map((kind) => ({ fromMs, toMs, kind, reason }));

it('shows nothing recorded of a time without sessions, but not of the future', () => {
  expect(draw([], bounds())).toMatchObject({
    ranges: [],
    gaps: [{ fromMs: 0, toMs: 60_000, reason: 'not-recorded' }],
  });
  expect(draw([], bounds({ nowMs: 20_000 })).gaps).toMatchObject([{ fromMs: 0, toMs: 20_000 }]);
});

it('cuts out the time in which the publisher was away', () => {
  const { ranges, gaps } = draw([session({ absences: both(20_000, 32_000, 'publisher-away') })], bounds());

  expect(ranges).toEqual([
    { fromMs: 0, toMs: 20_000 },
    { fromMs: 32_000, toMs: 60_000 },
  ]);
  expect(gaps).toEqual([
    { fromMs: 20_000, toMs: 32_000, reason: 'publisher-away', kinds: ['video', 'audio'], sessionId: 's1' },
  ]);
});

it('tells of one kind that is missing while the other is there', () => {
  const absences: DrawnSession['absences'] = [
    { fromMs: 10_000, toMs: 20_000, kind: 'video', reason: 'loss' },
    { fromMs: 15_000, toMs: 25_000, kind: 'audio', reason: 'loss' },
  ];

  const { ranges, gaps } = draw([session({ absences })], bounds());

  expect(ranges).toEqual([
    { fromMs: 0, toMs: 15_000 },
    { fromMs: 20_000, toMs: 60_000 },
  ]);
  expect(gaps).toMatchObject([
    { fromMs: 10_000, toMs: 15_000, kinds: ['video'] },
    { fromMs: 15_000, toMs: 20_000, kinds: ['video', 'audio'] },
    { fromMs: 20_000, toMs: 25_000, kinds: ['audio'] },
  ]);
});

it('takes the only kind of a session for all of it', () => {
  const absences = both(20_000, 32_000, 'loss').filter(({ kind }) => kind === 'audio');

  expect(draw([session({ kinds: ['audio'], absences })], bounds()).ranges).toHaveLength(2);
});

it('explains what lies between sessions, lost segments, and parts that were deleted', () => {
  const sessions = [
    session({ lost: [{ fromMs: 12_000, toMs: 24_000 }] }),
    session({
      id: 's2',
      zeroMs: 90_000,
      parts: [
        { fromMs: 100_000, toMs: 110_000 },
        { fromMs: 120_000, toMs: 130_000 },
      ],
    }),
  ];

  const { ranges, gaps } = draw(sessions, bounds({ toMs: 140_000 }));

  expect(ranges).toHaveLength(4);
  expect(gaps.map(({ fromMs, toMs, reason }) => [reason, fromMs, toMs])).toEqual([
    ['lost', 12_000, 24_000],
    ['not-recorded', 60_000, 90_000],
    ['deleted', 90_000, 100_000],
    ['deleted', 110_000, 120_000],
    ['not-recorded', 130_000, 140_000],
  ]);
});

it('names what is known to be deleted, of sessions that are left and of those that are gone', () => {
  const sessions = [session({ zeroMs: 100_000, parts: [{ fromMs: 130_000, toMs: 160_000 }] })];
  const deleted: DeletedMedia[] = [
    { sessionId: 'gone', reason: 'deleted', fromMs: 20_000, toMs: 50_000 },
    { sessionId: 's1', reason: 'expired', fromMs: 100_000, toMs: 130_002 },
  ];

  const { ranges, gaps } = draw(sessions, bounds({ toMs: 160_000 }), deleted);

  expect(ranges).toEqual([{ fromMs: 130_000, toMs: 160_000 }]);
  expect(gaps.map(({ fromMs, toMs, reason, sessionId }) => [reason, fromMs, toMs, sessionId])).toEqual([
    ['not-recorded', 0, 20_000, undefined],
    ['deleted', 20_000, 50_000, undefined],
    ['not-recorded', 50_000, 100_000, undefined],
    ['expired', 100_000, 130_000, 's1'],
  ]);
});

it('merges what is nearer than the resolution', () => {
  const sessions = [
    session({ absences: both(20_000, 32_000, 'loss') }),
    session({ id: 's2', zeroMs: 70_000, parts: [{ fromMs: 70_000, toMs: 80_000 }] }),
  ];

  const { ranges, gaps } = draw(sessions, bounds({ toMs: 80_000, resolutionMs: 15_000 }));

  expect(ranges).toEqual([{ fromMs: 0, toMs: 80_000 }]);
  expect(gaps).toEqual([]);
});

it('sees no gap behind what records, and one while its publisher is away', () => {
  const nowMs = 70_000;
  const recording = draw([session({ isRecording: true })], bounds({ toMs: 100_000, nowMs }));
  const interrupted = draw([session({ isInterrupted: true })], bounds({ toMs: 100_000, nowMs }));

  expect(recording).toEqual({ ranges: [{ fromMs: 0, toMs: 60_000 }], gaps: [] });
  expect(interrupted.gaps).toMatchObject([{ fromMs: 60_000, toMs: 70_000, reason: 'publisher-away' }]);
});

it('gives some milliseconds beside a gap to the gap', () => {
  const absences = both(20_005, 31_990, 'publisher-away');
  const parts = [
    { fromMs: 0, toMs: 20_000 },
    { fromMs: 32_000, toMs: 60_000 },
  ];

  const { gaps } = draw([session({ parts, absences })], bounds());

  expect(gaps).toMatchObject([{ fromMs: 20_000, toMs: 32_000, reason: 'publisher-away' }]);
});
