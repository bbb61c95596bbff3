import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import { trimSession } from '../../src/modules/index/deletion/trim-session.js';
import { SegmentRow, SessionPart } from '../../src/modules/index/entities/index.js';
import { DirectoryView } from '../../src/modules/index/manifests/directory-view.js';
import { markObject } from '../../src/modules/index/object-state/mark-object.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import { overBothDatabases } from '../support/databases.js';
import { DIRECTORY, record, segmentClosed, sessionInput, START, startIndex } from './support/index-fixture.js';
import type { IndexFixture } from './support/index-fixture.js';
import { statementsOf } from './support/query-plans.js';

const FACTS = { isLive: true, publishedEpochMs: START.getTime(), segmentDurationMs: 6000 };
const OTHER = 'cam/2026/11/21';

type Change = (fixture: IndexFixture) => Promise<unknown>;

const commit =
  (number: number, startMs: number, changes: Partial<Parameters<typeof segmentClosed>[1]> = {}): Change =>
  ({ index }) =>
    index.commitSegment(segmentClosed(number, { startMs, ...changes }));

const mark =
  (name: string, isLost: boolean): Change =>
  ({ app, dataSource }) =>
    inTransaction(dataSource, (manager) =>
      markObject(manager, app.get(OutboxService), parseObjectKey(`${DIRECTORY}/${name}.m4s`), isLost),
    );

const trim: Change = ({ app, dataSource }) =>
  trimSession(dataSource.manager, app.get(OutboxService), 's1', {
    ...{ endedBy: new Date(START.getTime() + 12_000), onlyStored: false, timeZone: 'UTC' },
  });

/** In turn, as a day goes: each begins where the one before ended. */
const CHANGES: readonly (readonly [what: string, change: Change])[] = [
  ['a segment is committed', commit(5, 24_000)],
  ['one comes after a gap', commit(6, 60_000, { period: 1 })],
  ['the first are trimmed', trim],
  ['one is trimmed and one committed', async (fixture) => [await trim(fixture), await commit(7, 66_000)(fixture)]],
  ['sound is lost', mark('audio_seg_0005', true)],
  ['all of a segment is lost', mark('seg_0005', true)],
  ['its sound is found', mark('audio_seg_0005', false)],
  ['the next day begins', commit(1, 72_000, { directory: OTHER })],
  [
    'a segment of the next day is lost',
    ({ dataSource }) => dataSource.manager.update(SegmentRow, { directory: OTHER }, { state: 'lost' }),
  ],
  [
    'another session goes on in the directory after a restart',
    async ({ index }) => {
      await index.setSessionState('s1', { state: 'completed', endedAt: new Date(START.getTime() + 80_000) });
      await index.openSession(sessionInput({ id: 's2', startedAt: new Date(START.getTime() + 90_000) }));
      await index.commitSegment(segmentClosed(8, { startMs: 0, sessionId: 's2' }));
    },
  ],
  ['the session before is deleted', ({ app }) => app.get(RecordingDeletionService).deleteSessions(['s1'], true)],
];

overBothDatabases(() => {
  it('shows what one shows that has read all, whatever changes', async () => {
    await using fixture = await startIndex();
    const { manager } = fixture.dataSource;
    await record(fixture, { segments: [1, 2, 3, 4] });
    const kept = new DirectoryView(DIRECTORY);
    await kept.refresh(manager);

    for (const [what, change] of CHANGES) {
      await change(fixture);
      await kept.refresh(manager);

      const anew = new DirectoryView(DIRECTORY);
      await anew.refresh(manager);
      expect([what, kept.timeline(FACTS)]).toEqual([what, anew.timeline(FACTS)]);
      expect([what, kept.isEmpty, kept.sessions]).toEqual([what, anew.isEmpty, anew.sessions]);
      expect([what, await countedInParts(fixture)]).toEqual([
        what,
        await manager.countBy(SegmentRow, { directory: DIRECTORY }),
      ]);
    }
  });

  it('reads no more than what is new, and counts no segment that lost nothing', async () => {
    await using fixture = await startIndex();
    const { manager } = fixture.dataSource;
    await record(fixture, { segments: [1, 2, 3, 4] });
    await mark('audio_seg_0002', true)(fixture);
    const view = new DirectoryView(DIRECTORY);
    await view.refresh(manager);
    await commit(5, 24_000)(fixture);

    const statements = await statementsOf(fixture.dataSource, () => view.refresh(manager));

    const ofSegments = statements.filter(({ query }) => query.includes('FROM "segments"'));
    const pages = ofSegments.filter(({ query }) => query.includes('"number" >'));
    expect(pages.map(({ parameters }) => parameters)).toEqual([[DIRECTORY, 4]]);
    const counts = ofSegments.filter(({ query }) => query.includes('COUNT('));
    expect(counts).toHaveLength(2);
    for (const { query } of counts) expect(query).toMatch(/"state" = 'lost'|"lost_tracks" IS NOT NULL/);
  });
});

async function countedInParts({ dataSource }: IndexFixture): Promise<number> {
  const parts = await dataSource.manager.findBy(SessionPart, { directory: DIRECTORY });
  return parts.reduce((sum, { segmentCount }) => sum + segmentCount, 0);
}
