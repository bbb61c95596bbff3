import type { RecordedObject, RecordedTrack, SegmentClosed } from '../../engine/index.js';
import type { RecordingSessionView } from '../index/index.service.js';
import type { CommittedPart, CommittedSegment } from '../index/recorded-sessions.service.js';
import { RecordingCalendar } from './recording-calendar.js';
import { SegmentSalvage } from './segment-salvage.js';

const NOON = Date.parse('2026-11-20T12:00:00Z');
const today = 'cam/2026/11/20';

const session: RecordingSessionView = {
  id: 'session-1',
  stream: 'cam',
  nodeAlias: 'node-1',
  trigger: 'auto',
  state: 'recording',
  reason: undefined,
  directory: today,
  baseDir: undefined,
  mpdPath: `${today}/manifest.mpd`,
  startedAt: new Date(NOON),
  interruptedAt: undefined,
  endedAt: undefined,
  anchorEpochMs: NOON,
  firstMediaMs: 0,
  endMs: 6000,
  durationMs: 6000,
  sizeBytes: 1000,
  segmentCount: 1,
  nextPeriod: 1,
  gapCount: 0,
  gapMs: 0,
  unrecorded: [],
};

const video = (startMs: number, trackId = 'video-1'): RecordedObject => ({
  trackId,
  kind: 'video',
  objectKey: `${today}/seg.m4s`,
  sizeBytes: 1000,
  sha256: '00',
  startTicks: startMs * 90,
  durationTicks: 540_000,
  timescale: 90_000,
  samples: 180,
  independent: true,
});

const track: RecordedTrack = {
  trackId: 'video-1',
  kind: 'video',
  codecName: 'H264',
  codecString: 'avc1.42E01F',
  timescale: 90_000,
  directory: today,
  initObjectKey: `${today}/init.m4s`,
  initSizeBytes: 700,
  initSha256: '11',
  width: 640,
  height: 360,
  sampleRate: undefined,
  channels: undefined,
};
const committed: CommittedPart = { firstNumber: 1, numbers: new Set([1]), tracks: [track], knownInits: [] };
const nothing: CommittedPart = { firstNumber: 1, numbers: new Set(), tracks: [], knownInits: [] };
const first: CommittedSegment = { period: 0, startMs: 0, endMs: 6000, objects: [video(0)] };

interface Left {
  readonly parts?: Readonly<Record<string, CommittedPart>>;
  /** The session's rows by number. */
  readonly rows?: Readonly<Record<number, CommittedSegment>>;
  readonly files?: Readonly<Record<string, readonly (readonly [number, readonly RecordedObject[]])[]>>;
  readonly tracks?: readonly RecordedTrack[];
  readonly quarantined?: readonly string[];
  readonly nowMs?: number;
}

interface Salvaged {
  readonly segments: SegmentClosed[];
  /** `track video-1`, `segment 2` */
  readonly order: string[];
  readonly asked: [string, number][];
  readonly warnings: string[];
}

async function salvage(left: Left, of: RecordingSessionView = session): Promise<Salvaged> {
  const { parts = { [today]: committed }, rows = { 1: first }, files = {} } = left;
  const { tracks = [], quarantined = [], nowMs = NOON + 10_000 } = left;
  const asked: [string, number][] = [];
  const warnings: string[] = [];
  const events = await new SegmentSalvage({
    sessions: {
      committedPart: (_id, directory) => Promise.resolve(parts[directory] ?? nothing),
      segmentBefore: (_id, directory, number) =>
        Promise.resolve(rowBefore(rows, directory === today ? number : Infinity)),
    },
    recover: ({ directory, fromNumber }) => {
      asked.push([directory, fromNumber]);
      return Promise.resolve({ objects: new Map(files[directory]), tracks, quarantined });
    },
    rootPath: '/recordings',
    calendar: new RecordingCalendar('UTC'),
    clock: { epochMs: () => nowMs, monotonicMs: () => 0 },
    log: { warn: (message) => void warnings.push(message), error: () => undefined },
  }).salvage(of);
  const segments = events.flatMap((event) => (event.type === 'segment-closed' ? [event.segment] : []));
  const order = events.flatMap((event) => {
    if (event.type === 'segment-closed') return [`segment ${event.segment.number}`];
    return event.type === 'track-recorded' ? [`track ${event.track.trackId}`] : [];
  });
  return { segments, order, asked, warnings };
}

function rowBefore(rows: Readonly<Record<number, CommittedSegment>>, number: number): CommittedSegment | undefined {
  const numbers = Object.keys(rows).map(Number);
  return rows[Math.max(...numbers.filter((other) => other < number))];
}

describe('SegmentSalvage', () => {
  it('makes a segment of what lies behind the last row', async () => {
    const { segments, asked } = await salvage({ files: { [today]: [[2, [video(6000)]]] } });

    expect(asked).toEqual([[today, 1]]);
    expect(segments).toEqual([
      { recordingSessionId: 'session-1', directory: today, number: 2, period: 0, objects: [video(6000)] },
    ]);
  });

  it('begins another Period after a break and at other parameters', async () => {
    const { segments } = await salvage({
      files: {
        [today]: [
          [2, [video(6050)]],
          [3, [video(30_000)]],
          [4, [video(36_000, 'video-2')]],
          [5, [video(42_000, 'video-2')]],
        ],
      },
    });

    expect(segments.map(({ period }) => period)).toEqual([0, 1, 2, 2]);
  });

  it('begins with Period 0 where the session has no row yet', async () => {
    const { segments } = await salvage({
      rows: {},
      files: { [today]: [[2, [video(0)]]] },
    });

    expect(segments[0]?.period).toBe(0);
  });

  it('tells tracks whose rows were lost before their segments', async () => {
    const { order } = await salvage({ rows: {}, tracks: [track], files: { [today]: [[1, [video(0)]]] } });

    expect(order).toEqual(['track video-1', 'segment 1']);
  });

  it('puts a segment whose row was refused between its neighbours', async () => {
    const rows = { 1: first, 3: { period: 2, startMs: 20_000, endMs: 26_000, objects: [video(20_000)] } };
    const { segments } = await salvage({
      rows,
      files: {
        [today]: [
          [2, [video(6000)]],
          [4, [video(26_000)]],
        ],
      },
    });

    expect(segments.map(({ number, period }) => [number, period])).toEqual([
      [2, 0],
      [4, 2],
    ]);
  });

  it('leaves what the session after its limit recorded to that one', async () => {
    const { segments } = await salvage({
      rows: { 1: first },
      files: {
        [today]: [
          [2, [video(6000)]],
          [3, [video(0)]],
          [4, [video(13_000)]],
        ],
      },
    });

    expect(segments.map(({ number }) => number)).toEqual([2]);
  });

  it('takes nothing that begins before what the session has already', async () => {
    const { segments, warnings } = await salvage({ files: { [today]: [[2, [video(0)]]] } });

    expect(segments).toEqual([]);
    expect(warnings).toEqual([`Segment 2 in ${today} is not of this session, nor is what follows.`]);
  });

  it('looks into the next day, where a border was crossed without a row', async () => {
    const tomorrow = 'cam/2026/11/21';
    const late = { ...session, anchorEpochMs: Date.parse('2026-11-20T23:59:50Z') };

    const { segments, asked } = await salvage(
      { files: { [tomorrow]: [[1, [video(10_000)]]] }, nowMs: Date.parse('2026-11-21T00:00:30Z') },
      late,
    );

    expect(asked).toEqual([
      [today, 1],
      [tomorrow, 1],
    ]);
    expect(segments).toMatchObject([{ directory: tomorrow, number: 1, period: 1 }]);
  });

  it('looks into a few days only, and for a base_dir into that alone', async () => {
    const nowMs = NOON + 30 * 86_400_000;

    expect((await salvage({ nowMs })).asked).toHaveLength(3);
    expect((await salvage({ nowMs }, { ...session, baseDir: 'shows', directory: 'shows' })).asked).toEqual([
      ['shows', 1],
    ]);
  });

  it('tells what was put aside', async () => {
    const { warnings } = await salvage({ quarantined: [`${today}/seg_0002.m4s.quarantined`] });

    expect(warnings).toEqual([`${today}/seg_0002.m4s.quarantined holds no media that can be told, and was put aside.`]);
  });
});
