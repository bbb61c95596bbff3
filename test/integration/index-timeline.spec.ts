import { SegmentRow } from '../../src/modules/index/entities/index.js';
import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import { lossColumns } from '../../src/modules/index/object-state/segment-loss.js';
import { ThumbnailService } from '../../src/modules/index/thumbnails/thumbnail.service.js';
import { TimelineService, type Timeline } from '../../src/modules/index/timeline/timeline.service.js';
import { overBothDatabases } from '../support/databases.js';
import { record, segmentClosed, START, startIndex, type IndexFixture } from './support/index-fixture.js';

const HOUR_MS = 3_600_000;

/** A minute after the fixture's sessions begin at `START`. */
function at(seconds: number): number {
  return START.getTime() + seconds * 1000;
}

/** Six segments of six seconds, ten seconds without a publisher behind the second, and another session an hour later. */
async function recordTwoSessions(fixture: IndexFixture): Promise<void> {
  const { index } = fixture;
  await record(fixture, { segments: [1, 2] });
  for (const kind of ['video', 'audio'] as const) {
    await index.commitGap('s1', { kind, startMs: 12_000, durationMs: 10_000, cause: 'publisher-away' });
  }
  for (const [i, number] of [3, 4, 5, 6].entries()) {
    await index.commitSegment(segmentClosed(number, { startMs: 22_000 + i * 6000, period: 1 }));
  }
  await index.setSessionState('s1', { state: 'completed', reason: 'publisher-left', endedAt: new Date(at(46)) });
  await record(fixture, { id: 's2', startedAt: new Date(at(3600)), segments: [7, 8] });
  await index.setSessionState('s2', { state: 'completed', reason: 'requested', endedAt: new Date(at(3612)) });
}

function timelineOf({ app }: IndexFixture, resolutionMs = 1000): Promise<Timeline> {
  const range = { fromMs: START.getTime(), toMs: START.getTime() + 2 * HOUR_MS };
  return app.get(TimelineService).timeline({ stream: 'cam', ...range, resolutionMs });
}

const facts = ({ gaps }: Timeline): unknown =>
  gaps.map(({ fromMs, toMs, reason }) => [reason, (fromMs - START.getTime()) / 1000, (toMs - START.getTime()) / 1000]);

/** Says of a segment that the objects of these tracks are nowhere. */
async function lose({ dataSource: { manager } }: IndexFixture, number: number, trackIds: string[]): Promise<void> {
  const { objects, state } = await manager.findOneByOrFail(SegmentRow, { number });
  await manager.update(SegmentRow, { number }, lossColumns(objects, new Set(trackIds), state));
}

overBothDatabases(() => {
  it('draws ranges, gaps and sessions, and counts what there is', async () => {
    await using fixture = await startIndex();
    await recordTwoSessions(fixture);

    const timeline = await timelineOf(fixture);

    expect(timeline.ranges.map(({ fromMs, toMs }) => [fromMs - at(0), toMs - at(0)])).toEqual([
      [0, 12_000],
      [22_000, 46_000],
      [3_600_000, 3_612_000],
    ]);
    expect(facts(timeline)).toEqual([
      ['publisher-away', 12, 22],
      ['not-recorded', 46, 3600],
      ['not-recorded', 3612, 7200],
    ]);
    expect(timeline).toMatchObject({ recordedMs: 48_000, sessionCount: 2 });
    expect(timeline.sessions.map(({ id, reason }) => [id, reason])).toEqual([
      ['s1', 'publisher-left'],
      ['s2', 'requested'],
    ]);
    const sum = await fixture.dataSource.manager.sum(SegmentRow, 'sizeBytes');
    expect(timeline.sizeBytes).toBe(Number(sum));
  });

  it('merges what is nearer than the resolution', async () => {
    await using fixture = await startIndex();
    await recordTwoSessions(fixture);

    expect((await timelineOf(fixture, 60_000)).ranges).toHaveLength(2);
    expect((await timelineOf(fixture, 2 * HOUR_MS)).ranges).toHaveLength(1);
  });

  it('shows what is lost', async () => {
    await using fixture = await startIndex();
    await recordTwoSessions(fixture);
    for (const number of [4, 5]) await lose(fixture, number, ['v1', 'a1']);

    expect(facts(await timelineOf(fixture))).toContainEqual(['lost', 28, 40]);
  });

  it('shows of what only the pictures, or the sound, are lost', async () => {
    await using fixture = await startIndex();
    await recordTwoSessions(fixture);
    for (const number of [4, 5]) await lose(fixture, number, ['v1']);
    await lose(fixture, 7, ['a1']);

    const { gaps, ranges } = await timelineOf(fixture, 10_000);

    expect(ranges).toHaveLength(3);
    expect(gaps.filter(({ reason }) => reason === 'lost')).toMatchObject([
      { fromMs: at(28), toMs: at(40), kinds: ['video'], sessionId: 's1' },
    ]);
    expect((await timelineOf(fixture)).gaps.filter(({ reason }) => reason === 'lost')).toMatchObject([
      { kinds: ['video'] },
      { fromMs: at(3600), toMs: at(3606), kinds: ['audio'], sessionId: 's2' },
    ]);
  });

  it('shows what was deleted, of a session and of one that is gone, by retention or else', async () => {
    await using fixture = await startIndex();
    await recordTwoSessions(fixture);
    const deletion = fixture.app.get(RecordingDeletionService);
    const forget = jest.spyOn(fixture.app.get(ThumbnailService), 'forget');

    await deletion.trimSession('s1', { endedBy: new Date(at(35)), onlyStored: false });
    await deletion.deleteSessions(['s2'], true);

    expect(facts(await timelineOf(fixture))).toEqual([
      ['expired', 0, 34],
      ['not-recorded', 46, 3600],
      ['deleted', 3600, 3612],
      ['not-recorded', 3612, 7200],
    ]);
    expect(forget).toHaveBeenCalledWith('cam/2026/11/20');

    await deletion.deleteSessions(['s1'], true);
    await expect(timelineOf(fixture)).rejects.toMatchObject({ code: 'range-gone', facts: { reason: 'expired' } });
  });
});

it.each([
  [400, 'input-invalid', 'from=yesterday&to=2026-11-20T13:00:00Z'],
  [400, 'input-invalid', 'from=2026-11-20T12:00:00Z'],
  [400, 'input-invalid', 'from=2026-11-20T12:00:00Z&to=2026-11-20T13:00:00Z&resolution=-1'],
  [400, 'range-invalid', 'from=2026-11-20T13:00:00Z&to=2026-11-20T12:00:00Z'],
  [400, 'range-invalid', 'from=2026-11-20T12:00:00Z&to=2026-11-20T12:00:00Z'],
  [400, 'range-in-future', 'from=2999-11-20T12:00:00Z&to=2999-11-20T13:00:00Z'],
  [400, 'range-too-long', 'from=2025-01-01T00:00:00Z&to=2026-11-20T13:00:00Z'],
  [404, 'stream-not-recorded', 'from=2026-11-20T12:00:00Z&to=2026-11-20T13:00:00Z'],
])('answers %d %s to %s', async (status, code, query) => {
  await using fixture = await startIndex();

  const response = await fetch(`${await fixture.app.getUrl()}/api/v1/streams/nobody/timeline?${query}`);

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code });
});
