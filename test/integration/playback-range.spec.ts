import { SegmentRow } from '../../src/modules/index/entities/index.js';
import { PlaybackRangeService, type PlaybackSelection } from '../../src/modules/index/playback-range.service.js';
import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import { DIRECTORY, record, segmentClosed, START, startIndex, type IndexFixture } from './support/index-fixture.js';

const NOON = START.getTime();
const SECOND = 1000;
const HOUR = 3_600_000;
const NEXT_DAY = 'cam/2026/11/21';
const NOW = NOON + 100 * HOUR;

const ranges = ({ app }: IndexFixture): PlaybackRangeService => app.get(PlaybackRangeService);

async function playable(fixture: IndexFixture, selection: PlaybackSelection, stream = 'cam'): Promise<string[]> {
  const service = ranges(fixture);
  const range = await service.find(stream, selection, NOW);
  const names: string[] = [];
  for await (const page of service.segments(range)) {
    names.push(
      ...page.map(({ sessionId, directory, number }) => `${sessionId} ${directory.slice(-2)} ${String(number)}`),
    );
  }
  return names;
}

const range = (fromMs: number, toMs?: number): PlaybackSelection => ({
  fromMs: NOON + fromMs,
  toMs: toMs && NOON + toMs,
});

/** Two sessions of a day, the second of which goes on in the next day's directory after a gap of an hour. */
async function recorded(): Promise<IndexFixture> {
  const fixture = await startIndex();
  await record(fixture, { segments: [1, 2, 3] });
  await fixture.index.setSessionState('s1', { state: 'completed', endedAt: new Date(NOON + 18 * SECOND) });
  await record(fixture, { id: 's2', startedAt: new Date(NOON + 60 * SECOND), segments: [4, 5] });
  for (const number of [1, 2]) {
    const startMs = HOUR + number * 6 * SECOND;
    await fixture.index.commitSegment(segmentClosed(number, { sessionId: 's2', directory: NEXT_DAY, startMs }));
  }
  return fixture;
}

it('finds what is recorded in a range of time, over sessions, directories and days', async () => {
  await using fixture = await recorded();

  await expect(playable(fixture, range(7 * SECOND, 2 * HOUR))).resolves.toEqual([
    's1 20 2',
    's1 20 3',
    's2 20 4',
    's2 20 5',
    's2 21 1',
    's2 21 2',
  ]);
});

it('begins with the segment that is under way, and leaves out what begins at the end', async () => {
  await using fixture = await recorded();

  await expect(playable(fixture, range(12 * SECOND - 1, 12 * SECOND))).resolves.toEqual(['s1 20 2']);
  await expect(playable(fixture, range(12 * SECOND, 12 * SECOND + 1))).resolves.toEqual(['s1 20 3']);
  await expect(playable(fixture, range(66 * SECOND))).resolves.toEqual(['s2 20 5', 's2 21 1', 's2 21 2']);
});

it('finds a whole session', async () => {
  await using fixture = await recorded();

  await expect(playable(fixture, { sessionId: 's1' })).resolves.toEqual(['s1 20 1', 's1 20 2', 's1 20 3']);
  await expect(ranges(fixture).find('cam', { sessionId: 's1' })).resolves.toMatchObject({
    fromMs: NOON,
    toMs: NOON + 18 * SECOND,
    sessions: [{ id: 's1', state: 'completed' }],
    parts: [{ directory: DIRECTORY, sessionId: 's1', anchorEpochMs: NOON, firstNumber: 1 }],
  });
});

it('leaves out segments whose bytes are lost', async () => {
  await using fixture = await recorded();
  await fixture.dataSource.manager.update(SegmentRow, { directory: DIRECTORY, number: 2 }, { state: 'lost' });

  await expect(playable(fixture, range(0, 20 * SECOND))).resolves.toEqual(['s1 20 1', 's1 20 3']);
});

it('finds a part that is longer than days are', async () => {
  await using fixture = await startIndex();
  await record(fixture, { directory: 'archive', baseDir: 'archive', segments: [1] });
  await fixture.index.commitSegment(segmentClosed(2, { directory: 'archive', startMs: 90 * HOUR }));

  await expect(playable(fixture, range(90 * HOUR, 91 * HOUR))).resolves.toEqual(['s1 ve 2']);
});

describe('says why nothing can be played:', () => {
  it.each([
    ['an empty range', range(5, 5), 'range-invalid'],
    ['a reversed range', range(5, 4), 'range-invalid'],
    ['a range in the future', range(100 * HOUR, 101 * HOUR), 'range-in-future'],
    ['a range that is too long', range(-700 * HOUR, 80 * HOUR), 'range-too-long'],
    ['a range without an end that is too long', range(-700 * HOUR), 'range-too-long'],
    ['a session that does not exist', { sessionId: 'nobody' }, 'recording-session-not-found'],
  ])('%s', async (_, selection, code) => {
    await using fixture = await recorded();

    await expect(ranges(fixture).find('cam', selection, NOW)).rejects.toMatchObject({ code });
  });

  it('a stream that was never recorded, a session of another stream', async () => {
    await using fixture = await recorded();

    await expect(ranges(fixture).find('other', range(0, 1), NOW)).rejects.toMatchObject({
      code: 'stream-not-recorded',
    });
    await expect(ranges(fixture).find('other', { sessionId: 's1' })).rejects.toMatchObject({
      code: 'recording-session-not-found',
    });
  });

  it('a gap between sessions, with what is around it', async () => {
    await using fixture = await recorded();

    await expect(ranges(fixture).find('cam', range(30 * SECOND, 40 * SECOND), NOW)).rejects.toMatchObject({
      code: 'nothing-recorded-in-range',
      facts: { recordedBefore: '2026-11-20T12:00:17.999Z', recordedAfter: '2026-11-20T12:01:00.000Z' },
    });
  });

  it('a gap inside a session', async () => {
    await using fixture = await recorded();

    await expect(ranges(fixture).find('cam', range(HOUR / 2, HOUR / 2 + 1), NOW)).rejects.toMatchObject({
      code: 'nothing-recorded-in-range',
      facts: { recordedBefore: '2026-11-20T12:01:11.999Z', recordedAfter: '2026-11-20T13:01:06.000Z' },
    });
  });

  it('what was deleted', async () => {
    await using fixture = await recorded();
    await fixture.app.get(RecordingDeletionService).deleteSessions(['s1'], true);

    await expect(ranges(fixture).find('cam', range(0, 6 * SECOND), NOW)).rejects.toMatchObject({
      kind: 'gone',
      code: 'range-gone',
      facts: { reason: 'deleted', recordedAfter: '2026-11-20T12:01:00.000Z' },
    });
    await expect(ranges(fixture).find('cam', range(20 * SECOND, 30 * SECOND), NOW)).rejects.toMatchObject({
      code: 'nothing-recorded-in-range',
    });
  });

  it('what is lost', async () => {
    await using fixture = await recorded();
    await fixture.dataSource.manager.update(SegmentRow, { directory: DIRECTORY, number: 2 }, { state: 'lost' });

    await expect(ranges(fixture).find('cam', range(7 * SECOND, 8 * SECOND), NOW)).rejects.toMatchObject({
      code: 'range-gone',
      facts: { reason: 'lost' },
    });
  });
});
