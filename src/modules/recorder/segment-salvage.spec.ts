import type { RecordedObject, SegmentClosed } from '../../engine/index.js';
import type { CommittedEnd, RecordingSessionView } from '../index/index.service.js';
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

const track = { trackId: 'video-1', kind: 'video', timescale: 90_000, initObjectKey: `${today}/init.m4s` } as const;
const committed: CommittedEnd = {
  lastNumber: 1,
  lastSegment: { period: 0, endMs: 6000, objects: [video(0)] },
  tracks: [track],
};
const nothing: CommittedEnd = { lastNumber: 0, lastSegment: undefined, tracks: [] };

interface Left {
  readonly ends?: Readonly<Record<string, CommittedEnd>>;
  readonly files?: Readonly<Record<string, readonly (readonly [number, readonly RecordedObject[]])[]>>;
  readonly quarantined?: readonly string[];
  readonly nowMs?: number;
}

async function salvage(
  { ends = { [today]: committed }, files = {}, quarantined = [], nowMs = NOON + 10_000 }: Left,
  of: RecordingSessionView = session,
): Promise<{ segments: SegmentClosed[]; asked: [string, number][]; warnings: string[] }> {
  const asked: [string, number][] = [];
  const warnings: string[] = [];
  const events = await new SegmentSalvage({
    index: { committedEnd: (_id, directory) => Promise.resolve(ends[directory] ?? nothing) },
    recover: ({ directory, fromNumber }) => {
      asked.push([directory, fromNumber]);
      return Promise.resolve({ objects: new Map(files[directory]), quarantined });
    },
    rootPath: '/recordings',
    calendar: new RecordingCalendar('UTC'),
    clock: { epochMs: () => nowMs, monotonicMs: () => 0 },
    log: { warn: (message) => void warnings.push(message), error: () => undefined },
  }).salvage(of);
  const segments = events.flatMap((event) => (event.type === 'segment-closed' ? [event.segment] : []));
  return { segments, asked, warnings };
}

describe('SegmentSalvage', () => {
  it('makes a segment of what lies behind the last row', async () => {
    const { segments, asked } = await salvage({ files: { [today]: [[2, [video(6000)]]] } });

    expect(asked).toEqual([[today, 2]]);
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
      ends: { [today]: { ...committed, lastSegment: undefined } },
      files: { [today]: [[2, [video(0)]]] },
    });

    expect(segments[0]?.period).toBe(0);
  });

  it('looks into the next day, where a border was crossed without a row', async () => {
    const tomorrow = 'cam/2026/11/21';
    const late = { ...session, anchorEpochMs: Date.parse('2026-11-20T23:59:50Z') };

    const { segments, asked } = await salvage(
      { files: { [tomorrow]: [[1, [video(10_000)]]] }, nowMs: Date.parse('2026-11-21T00:00:30Z') },
      late,
    );

    expect(asked).toEqual([
      [today, 2],
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
