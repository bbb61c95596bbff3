import { buildTimeline, type TimelineSegment, type TimelineTrack } from './build-timeline.js';

const facts = { isLive: false, publishedEpochMs: 9_000_000, segmentDurationMs: 6000 };
const VIDEO = 90_000;
const AUDIO = 48_000;

function track(id: string, sessionId = 's1'): TimelineTrack {
  const isAudio = id.startsWith('a');
  return {
    id,
    sessionId,
    directory: 'cam/2026/11/20',
    kind: isAudio ? 'audio' : 'video',
    codecString: isAudio ? 'opus' : 'avc1.42E01F',
    timescale: isAudio ? AUDIO : VIDEO,
    initUri: `${id}.m4s`,
    width: isAudio ? undefined : 1280,
    height: isAudio ? undefined : 720,
    sampleRate: isAudio ? 48_000 : undefined,
    channels: isAudio ? 2 : undefined,
  };
}

interface Cut {
  readonly startMs: number;
  readonly durationMs?: number;
  readonly sessionId?: string;
  readonly period?: number;
  readonly trackIds?: readonly string[];
}

function segment(
  number: number,
  { startMs, durationMs = 6000, sessionId = 's1', period = 0, trackIds = ['v1', 'a1'] }: Cut,
): TimelineSegment {
  const objects = trackIds.map((trackId) => {
    const ticksPerMs = (trackId.startsWith('a') ? AUDIO : VIDEO) / 1000;
    return {
      trackId,
      folder: '',
      name: `${trackId}_${String(number)}.m4s`,
      startTicks: Math.round(startMs * ticksPerMs),
      durationTicks: Math.round(durationMs * ticksPerMs),
      sizeBytes: 1000,
      independent: true,
    };
  });
  return { number, sessionId, directory: 'cam/2026/11/20', period, startMs, objects };
}

function build(segments: TimelineSegment[], anchors: [string, number][] = [['s1', 1_000_000]], isLive = false) {
  const sessions = new Set(segments.map(({ sessionId }) => sessionId));
  const tracks = [...sessions].flatMap((id) => ['v1', 'v2', 'a1'].map((name) => track(name, id)));
  return buildTimeline({ anchors: new Map(anchors), tracks, segments }, { ...facts, isLive });
}

const shape = ({ periods }: ReturnType<typeof build>) =>
  periods.map(({ startMs, durationMs, mediaStartMs, segments }) => ({
    startMs,
    durationMs,
    mediaStartMs,
    numbers: segments.map(({ number }) => number),
  }));

it('is empty without segments', () => {
  expect(build([])).toEqual({ ...facts, periods: [], availabilityStartEpochMs: facts.publishedEpochMs });
});

it('makes one Period of segments that play through', () => {
  const timeline = build([segment(1, { startMs: 0 }), segment(2, { startMs: 6000 })]);

  expect(shape(timeline)).toEqual([{ startMs: 0, durationMs: 12_000, mediaStartMs: 0, numbers: [1, 2] }]);
  expect(timeline.periods[0]?.tracks.map(({ id }) => id)).toEqual(['v1', 'a1']);
});

it('begins at manifest time 0 where the session is further on already, as after a day border', () => {
  const timeline = build([segment(1, { startMs: 3_600_000 })]);

  expect(shape(timeline)).toEqual([{ startMs: 0, durationMs: 6000, mediaStartMs: 3_600_000, numbers: [1] }]);
  expect(timeline.periods[0]?.startEpochMs).toBe(4_600_000);
});

it('keeps the true gap after an interruption', () => {
  const timeline = build([segment(1, { startMs: 0 }), segment(2, { startMs: 16_000, period: 1 })]);

  expect(shape(timeline)).toEqual([
    { startMs: 0, durationMs: 6000, mediaStartMs: 0, numbers: [1] },
    { startMs: 16_000, durationMs: 6000, mediaStartMs: 16_000, numbers: [2] },
  ]);
  expect(timeline.periods.map(({ startEpochMs }) => startEpochMs)).toEqual([1_000_000, 1_016_000]);
});

it('sets sessions back to back, each with its own wall clock', () => {
  const timeline = build(
    [segment(1, { startMs: 0 }), segment(2, { startMs: 500, sessionId: 's2' })],
    [
      ['s1', 1_000_000],
      ['s2', 5_000_000],
    ],
  );

  expect(shape(timeline)).toEqual([
    { startMs: 0, durationMs: 6000, mediaStartMs: 0, numbers: [1] },
    { startMs: 6000, durationMs: 6000, mediaStartMs: 500, numbers: [2] },
  ]);
  expect(timeline.periods.map(({ startEpochMs }) => startEpochMs)).toEqual([1_000_000, 5_000_500]);
});

it('puts the live edge of the last session at the wall clock', () => {
  const segments = [
    segment(1, { startMs: 0 }),
    segment(2, { startMs: 0, sessionId: 's2' }),
    segment(3, { startMs: 20_000, sessionId: 's2', period: 1 }),
  ];
  const timeline = build(
    segments,
    [
      ['s1', 1_000_000],
      ['s2', 5_000_000],
    ],
    true,
  );

  const last = timeline.periods.at(-1);
  const edgeEpochMs = timeline.availabilityStartEpochMs + (last?.startMs ?? 0) + (last?.durationMs ?? 0);

  expect(edgeEpochMs).toBe(5_000_000 + 26_000);
});

it('begins a Period with new parameters and cuts the audio that reaches into it', () => {
  const timeline = build([
    segment(1, { startMs: 0, durationMs: 6013 }),
    segment(2, { startMs: 6000, period: 1, trackIds: ['v2', 'a1'] }),
  ]);

  expect(shape(timeline)).toEqual([
    { startMs: 0, durationMs: 6000, mediaStartMs: 0, numbers: [1] },
    { startMs: 6000, durationMs: 6000, mediaStartMs: 6000, numbers: [2] },
  ]);
});

it('shows all pictures before a Period whose sound came late and reaches back into them', () => {
  const pictures = segment(2, { startMs: 6000, trackIds: ['v1'] });
  const [sound] = segment(2, { startMs: 5700, durationMs: 6300, trackIds: ['a1'] }).objects;
  const both = { ...pictures, objects: [...pictures.objects, ...(sound === undefined ? [] : [sound])] };
  const timeline = build([segment(1, { startMs: 0, trackIds: ['v1'] }), both]);

  expect(shape(timeline)).toEqual([
    { startMs: 0, durationMs: 6000, mediaStartMs: 0, numbers: [1] },
    { startMs: 6000, durationMs: 6000, mediaStartMs: 6000, numbers: [2] },
  ]);
});

it('begins a Period with other tracks even where the recorder did not', () => {
  const timeline = build([segment(1, { startMs: 0 }), segment(2, { startMs: 6000, trackIds: ['v2', 'a1'] })]);

  expect(timeline.periods.map(({ tracks }) => tracks.map(({ id }) => id))).toEqual([
    ['v1', 'a1'],
    ['v2', 'a1'],
  ]);
});

it('begins a Period where a track lacks a number, and another where it is back', () => {
  const timeline = build([
    segment(1, { startMs: 0 }),
    segment(2, { startMs: 6000, trackIds: ['v1'] }),
    segment(3, { startMs: 12_000 }),
  ]);

  expect(shape(timeline).map(({ numbers }) => numbers)).toEqual([[1], [2], [3]]);
  const filled = timeline.periods.map(({ tracks }) => tracks.filter(({ isFiller }) => isFiller).map(({ id }) => id));
  expect(filled).toEqual([[], ['a1'], []]);
  expect(timeline.periods.map(({ id }) => id)).toEqual(['p1', 'p2', 'p3']);
});

it('shows a lost segment as a gap', () => {
  const timeline = build([segment(1, { startMs: 0 }), segment(3, { startMs: 12_000 })]);

  expect(shape(timeline)).toEqual([
    { startMs: 0, durationMs: 6000, mediaStartMs: 0, numbers: [1] },
    { startMs: 12_000, durationMs: 6000, mediaStartMs: 12_000, numbers: [3] },
  ]);
});

it('closes a hole of some milliseconds between Periods', () => {
  const timeline = build([segment(1, { startMs: 0 }), segment(2, { startMs: 6020, period: 1 })]);

  expect(shape(timeline)[0]?.durationMs).toBe(6020);
});

it('contains media whose times are no whole milliseconds', () => {
  const timeline = build([segment(1, { startMs: 0.6, durationMs: 6000.2 })]);

  expect(shape(timeline)).toEqual([{ startMs: 0, durationMs: 6001, mediaStartMs: 0, numbers: [1] }]);
});

it('never lets a session overtake itself when its time goes backwards', () => {
  const timeline = build([segment(1, { startMs: 60_000 }), segment(2, { startMs: 0, period: 1 })]);

  expect(shape(timeline).map(({ startMs }) => startMs)).toEqual([0, 6000]);
});

it('takes an init that an earlier session of the directory left', () => {
  const segments = [segment(1, { startMs: 0 }), segment(2, { startMs: 0, sessionId: 's2' })];
  const tracks = [track('v1'), track('a1')];
  const timeline = buildTimeline({ anchors: new Map(), tracks, segments }, facts);

  expect(timeline.periods[1]?.tracks.map(({ initUri }) => initUri)).toEqual(['v1.m4s', 'a1.m4s']);
});

it('leaves out what nothing could play for want of an init', () => {
  const timeline = buildTimeline(
    { anchors: new Map(), tracks: [track('v1')], segments: [segment(1, { startMs: 0 })] },
    facts,
  );

  expect(timeline.periods).toEqual([]);
});
