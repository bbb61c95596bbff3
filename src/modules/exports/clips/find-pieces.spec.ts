import { PieceCollector } from './find-pieces.js';

const PAGE_ROWS = 1000;

type Segment = Parameters<PieceCollector['add']>[0][number];
type Track = ConstructorParameters<typeof PieceCollector>[0][number];

function trackOf(kind: 'video' | 'audio'): Track {
  return {
    directory: 'cam/2026/11/20',
    sessionId: 's1',
    trackId: kind,
    kind,
    codecName: kind === 'video' ? 'H264' : 'opus',
    codecString: '',
    timescale: 1000,
    initObjectKey: `cam/2026/11/20/${kind}_init.m4s`,
    initSizeBytes: 700,
    initSha256: kind,
    width: null,
    height: null,
    sampleRate: null,
    channels: null,
    lostAt: null,
    createdAt: new Date(0),
  };
}

function segmentOf(number: number, startMs: number): Segment {
  const objects = (['video', 'audio'] as const).map((kind) => ({
    trackId: kind,
    kind,
    objectKey: `cam/2026/11/20/${kind}_${String(number)}.m4s`,
    sizeBytes: 1000,
    sha256: String(number),
    startTicks: startMs,
    durationTicks: 6000,
    timescale: 1000,
    samples: 180,
    independent: number > 1,
  }));
  const place = { directory: 'cam/2026/11/20', sessionId: 's1', number, period: 0 };
  return { ...place, startMs, durationMs: 6000, state: 'local', objects, lostTracks: null };
}

it('makes pieces of one segment in a step', () => {
  const page = Array.from({ length: PAGE_ROWS }, (_, index) => segmentOf(index + 1, index * 6000));
  const collector = new PieceCollector([trackOf('video'), trackOf('audio')], new Map([['s1', 0]]));

  const steps = collector.add(page);

  for (let number = 1; number <= PAGE_ROWS; number++) {
    expect(steps.next().done).toBe(false);
    expect(collector.pieces).toHaveLength(2 * number);
  }
  expect(steps.next().done).toBe(true);
  expect(collector.isIndependent).toBe(false);
});

it('goes on from page to page: what is missing between them is a break', () => {
  const collector = new PieceCollector([trackOf('video'), trackOf('audio')], new Map([['s1', 0]]));

  for (const page of [[segmentOf(1, 0), segmentOf(2, 6000)], [segmentOf(3, 12_000)], [segmentOf(5, 24_000)]]) {
    Array.from(collector.add(page));
  }

  expect(collector.pieces.map(({ run }) => run)).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
});
