import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import { trimSession } from '../../src/modules/index/deletion/trim-session.js';
import { RecordingSession, SegmentRow } from '../../src/modules/index/entities/index.js';
import { timelineSegment, withoutLost } from '../../src/modules/index/manifests/timeline-rows.js';
import { markObject } from '../../src/modules/index/object-state/mark-object.js';
import { renameObject } from '../../src/modules/index/object-state/rename-object.js';
import { FinishedParts } from '../../src/modules/index/playback/finished-parts.js';
import type { ReadSegment } from '../../src/modules/index/playback/read-segment.js';
import { readSegments } from '../../src/modules/index/playback/read-segments.js';
import {
  shownSegments,
  wholeSegments,
  type SegmentReader,
  type SegmentFacts,
} from '../../src/modules/index/playback/segment-reader.js';
import { countLost, ViewRows } from '../../src/modules/index/playback/view-rows.js';
import { PlaybackRangeService } from '../../src/modules/index/playback-range.service.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import { overBothDatabases } from '../support/databases.js';
import {
  DIRECTORY,
  record,
  recordedTrack,
  segmentClosed,
  sessionInput,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

const SECOND = parseObjectKey(`${DIRECTORY}/seg_0002.m4s`);
const TRACKS = [['v1'], ['a1', 'v1'], ['v1', 'a1', 'v2']] as const;

async function readAll<T>({ app, dataSource }: IndexFixture, columns: SegmentReader<T>): Promise<T[]> {
  const range = await app.get(PlaybackRangeService).find('cam', { sessionId: 's1' }, START.getTime() + 60_000);
  const segments: T[] = [];
  for (const part of range.parts) {
    for await (const page of readSegments(dataSource.manager, part, 0, columns)) segments.push(...page.segments);
  }
  return segments;
}

/** With what is made when it is asked for. */
function asPlain(segment: ReadSegment): unknown {
  return { ...segment, objects: segment.objects.map((object) => ({ ...object, name: object.name })) };
}

function asShown(segment: SegmentFacts): unknown {
  return { ...timelineSegment(segment, 'here/'), endMs: segment.startMs + segment.durationMs };
}

overBothDatabases(() => {
  it('reads of each object what manifests show, however many a segment has', async () => {
    await using fixture = await startIndex();
    const { index, dataSource } = fixture;
    await index.openSession(sessionInput());
    for (const trackId of ['v1', 'a1', 'v2'] as const) await index.commitTrack('s1', recordedTrack(trackId));
    for (const [before, trackIds] of TRACKS.entries()) {
      await index.commitSegment(segmentClosed(before + 1, { startMs: before * 6000, trackIds: [...trackIds] }));
    }

    const whole = await readAll(fixture, wholeSegments(dataSource.manager));
    const shown = await readAll(fixture, shownSegments(dataSource.manager, 'here/'));

    expect(whole.map(({ objects }) => objects.map(({ trackId }) => trackId))).toEqual(TRACKS);
    expect(shown.map(asPlain)).toEqual(whole.map(asShown));
  });

  it.each([
    ['without a hole', (number: number) => number],
    ['with holes', (number: number) => number + 700 * Math.floor(number / 900)],
    ['as every third of the directory', (number: number) => 3 * number],
  ])('reads several pages, each segment once, numbered %s', async (_, numberOf) => {
    await using fixture = await startIndex();
    const { index, dataSource } = fixture;
    await index.openSession(sessionInput());
    for (const trackId of ['v1', 'a1'] as const) await index.commitTrack('s1', recordedTrack(trackId));
    const places = Array.from({ length: 4321 }, (_position, place) => place);
    for (let first = 0; first < places.length; first += 200) {
      const batch = places.slice(first, first + 200);
      await Promise.all(
        batch.map((place) => index.commitSegment(segmentClosed(numberOf(place + 1), { startMs: place * 6000 }))),
      );
    }

    const whole = await readAll(fixture, wholeSegments(dataSource.manager));
    const shown = await readAll(fixture, shownSegments(dataSource.manager, 'here/'));

    expect(whole.map(({ number }) => number)).toEqual(places.map((place) => numberOf(place + 1)));
    expect(shown.map(({ number, startMs }) => [number, startMs])).toEqual(
      whole.map(({ number, startMs }) => [number, startMs]),
    );
    expect(shown.slice(-1).map(asPlain)).toEqual(whole.slice(-1).map(asShown));
  });

  describe('of a session that is over', () => {
    const minute = { fromMs: START.getTime(), toMs: START.getTime() + 60_000 };
    const part = { fromMs: START.getTime() + 6000, toMs: START.getTime() + 24_000 };

    async function finished(): Promise<IndexFixture> {
      const fixture = await startIndex();
      await record(fixture, { segments: [1, 2, 3, 4, 5] });
      await fixture.index.setSessionState('s1', { state: 'completed', endedAt: START });
      const updatedAt = new Date(Date.now() - 3_600_000);
      await fixture.dataSource.manager.update(RecordingSession, { id: 's1' }, { updatedAt });
      return fixture;
    }

    /** Objects that a view shows which has read nothing itself. */
    async function shown({ app, dataSource }: IndexFixture, parts: FinishedParts, at = part): Promise<string[]> {
      const { manager } = dataSource;
      const ranges = app.get(PlaybackRangeService);
      const range = await ranges.find('cam', at, START.getTime() + 3_600_000);
      const rows = await new ViewRows(manager, ranges, parts).read(range, await countLost(manager, range));
      return withoutLost(rows).segments.flatMap(({ objects }) => objects.map(({ name }) => name));
    }

    it('segments are read once for all views', async () => {
      await using fixture = await finished();
      const parts = new FinishedParts();
      await shown(fixture, parts, minute);
      const { manager } = fixture.dataSource;
      const { objects } = await manager.findOneByOrFail(SegmentRow, { number: 3 });
      await manager.update(SegmentRow, { number: 3 }, { objects: objects.slice(0, 1) });

      await expect(shown(fixture, parts)).resolves.toEqual(
        [2, 3, 4].flatMap((number) => [`seg_000${String(number)}.m4s`, `audio_seg_000${String(number)}.m4s`]),
      );
    });

    it.each<[string, (fixture: IndexFixture) => Promise<unknown>]>([
      ['one comes late', ({ index }) => index.commitSegment(segmentClosed(6, { startMs: 30_000, durationMs: 1000 }))],
      [
        'the first are trimmed',
        ({ app, dataSource }) =>
          trimSession(dataSource.manager, app.get(OutboxService), 's1', {
            endedBy: new Date(START.getTime() + 12_000),
            onlyStored: false,
            timeZone: 'UTC',
          }),
      ],
      [
        'an object is renamed',
        ({ dataSource }) =>
          inTransaction(dataSource, (manager) => renameObject(manager, SECOND, `${DIRECTORY}/seg_0002.x.m4s`)),
      ],
      [
        'an object is lost',
        ({ app, dataSource }) =>
          inTransaction(dataSource, (manager) => markObject(manager, app.get(OutboxService), SECOND, true)),
      ],
      ['the session is deleted', ({ app }) => app.get(RecordingDeletionService).deleteSessions(['s1'], true)],
    ])('they are read again when %s', async (_what, change) => {
      await using fixture = await finished();
      const parts = new FinishedParts();
      const before = await shown(fixture, parts, minute);

      await change(fixture);

      const asNew = await shown(fixture, new FinishedParts(), minute).catch((error: unknown) => error);
      const asKept = await shown(fixture, parts, minute).catch((error: unknown) => error);
      expect(asKept).toEqual(asNew);
      expect(asKept).not.toEqual(before);
    });
  });
});
