import { buffer } from 'node:stream/consumers';
import type { TrackReception } from '../../src/engine/index.js';
import { SessionListService } from '../../src/modules/index/sessions/session-list.service.js';
import { sessionQuery } from '../../src/modules/index/sessions/session-query.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import {
  DIRECTORY,
  record,
  segmentClosed,
  sessionInput,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases(() => {
  const MINUTE_MS = 60_000;

  const video: TrackReception = {
    kind: 'video',
    packetsReceived: 9000,
    packetsRepaired: 400,
    packetsLost: 12,
    framesDropped: 3,
  };

  function query(values: Readonly<Record<string, string>> = {}): ReturnType<typeof sessionQuery.parse> {
    return sessionQuery.parse(values);
  }

  /** Sessions that started a minute after each other, the first at noon, each half a minute long but for the last. */
  async function minutes({ index }: IndexFixture, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, minute) => `s${String(minute).padStart(2, '0')}`);
    for (const [minute, id] of ids.entries()) {
      const startedAt = new Date(Date.parse('2026-11-20T12:00:00Z') + minute * MINUTE_MS);
      await index.openSession(sessionInput({ id, stream: minute % 2 === 0 ? 'cam' : 'mic', startedAt }));
      const endedAt = new Date(startedAt.getTime() + MINUTE_MS / 2);
      if (minute < count - 1) await index.setSessionState(id, { state: 'completed', endedAt });
    }
    return ids;
  }

  describe('the completeness of a session', () => {
    it('says what was counted, what was recorded and what is missing, of the worse track as a whole', async () => {
      await using fixture = await startIndex();
      const { index, app } = fixture;
      await record(fixture, { segments: [1, 2] });
      await index.commitSegment(segmentClosed(3, { startMs: 14_000 }));
      await index.countReception('s1', [video]);
      await index.commitGap('s1', { kind: 'video', startMs: 12_000, durationMs: 2000, cause: 'publisher-away' });
      await index.commitGap('s1', { kind: 'audio', startMs: 12_000, durationMs: 2000, cause: 'publisher-away' });
      await index.commitGap('s1', { kind: 'audio', startMs: 3000, durationMs: 20, cause: 'loss' });

      const { completeness, gaps } = await app.get(SessionListService).details('s1');

      expect(completeness).toEqual({
        coveredPercent: 89.9,
        gapCount: 2,
        gapMs: 2020,
        lengthMs: 20_000,
        causes: [
          { cause: 'publisher-away', gapCount: 1, gapMs: 2000 },
          { cause: 'loss', gapCount: 1, gapMs: 20 },
        ],
        tracks: [
          { ...video, framesRecorded: 540, gapCount: 1, gapMs: 2000, coveredPercent: 90 },
          {
            kind: 'audio',
            packetsReceived: 0,
            packetsRepaired: 0,
            packetsLost: 0,
            framesDropped: 0,
            framesRecorded: 540,
            gapCount: 2,
            gapMs: 2020,
            coveredPercent: 89.9,
          },
        ],
      });
      expect(gaps.map(({ startMs }) => startMs)).toEqual([3000, 12_000, 12_000]);
    });

    it('is the same however often a segment or a count is told', async () => {
      await using fixture = await startIndex();
      const { index, sessions, app } = fixture;
      await record(fixture, { segments: [1] });
      await index.commitSegment(segmentClosed(1, { startMs: 0 }));
      await index.countReception('s1', [video]);
      await index.countReception('s1', [video]);

      const { completeness } = await app.get(SessionListService).details('s1');

      expect(completeness.tracks[0]).toMatchObject({ ...video, framesRecorded: 180, coveredPercent: 100 });
      await expect(sessions.receptionOf('s1')).resolves.toEqual(
        expect.arrayContaining([video, { ...video, kind: 'audio', ...zero }]),
      );
    });

    it('has a gap once that is told again when it has grown', async () => {
      await using fixture = await startIndex();
      const { index, sessions, app } = fixture;
      await record(fixture, { segments: [1, 2] });
      for (const durationMs of [100, 100, 600]) {
        await index.commitGap('s1', { kind: 'video', startMs: 3000, durationMs, cause: 'loss' });
      }

      const { completeness, gaps } = await app.get(SessionListService).details('s1');

      expect(completeness).toMatchObject({ coveredPercent: 95, causes: [{ cause: 'loss', gapCount: 1, gapMs: 600 }] });
      expect(gaps).toHaveLength(1);
      await expect(sessions.session('s1')).resolves.toMatchObject({ gapCount: 1, gapMs: 600 });
    });

    it('counts the time of a gap that is told before the media behind it', async () => {
      await using fixture = await startIndex();
      const { index, app } = fixture;
      await record(fixture, { segments: [1] });
      await index.commitGap('s1', { kind: 'video', startMs: 5000, durationMs: 1000, cause: 'publisher-away' });
      await index.commitGap('s1', { kind: 'video', startMs: 6000, durationMs: 4000, cause: 'publisher-away' });

      expect((await app.get(SessionListService).details('s1')).completeness).toMatchObject({
        coveredPercent: 50,
        lengthMs: 10_000,
      });
    });

    it('is never rounded up: a day that lacks a tenth of a second is not complete', async () => {
      await using fixture = await startIndex();
      const { index, app } = fixture;
      await record(fixture, { segments: [1] });
      await index.commitSegment(segmentClosed(2, { startMs: 6000, durationMs: 24 * 3_600_000 - 6000 }));
      await index.commitGap('s1', { kind: 'video', startMs: 100, durationMs: 100, cause: 'loss' });

      expect((await app.get(SessionListService).details('s1')).completeness.coveredPercent).toBe(99.999);
    });

    it('is not known before there is media', async () => {
      await using fixture = await startIndex();
      await fixture.index.openSession(sessionInput());

      expect((await fixture.app.get(SessionListService).details('s1')).completeness).toEqual({
        coveredPercent: undefined,
        gapCount: 0,
        gapMs: 0,
        lengthMs: 0,
        causes: [],
        tracks: [],
      });
    });

    it('is in the session file', async () => {
      await using fixture = await startIndex();
      const { index, manifests, storage } = fixture;
      await record(fixture, { segments: [1] });
      await index.countReception('s1', [video]);
      await index.commitGap('s1', { kind: 'video', startMs: 1000, durationMs: 600, cause: 'loss' });
      await manifests.publish(DIRECTORY);

      const file = await buffer(await storage.get(parseObjectKey(`${DIRECTORY}/session_s1.json`)));
      expect(JSON.parse(file.toString())).toMatchObject({
        completeness: {
          covered_percent: 90,
          gap_count: 1,
          gap_ms: 600,
          causes: [{ cause: 'loss', gap_count: 1, gap_ms: 600 }],
          tracks: [
            {
              kind: 'video',
              packets_received: 9000,
              packets_repaired: 400,
              packets_lost: 12,
              frames_recorded: 180,
              frames_dropped: 3,
              gap_count: 1,
              gap_ms: 600,
              covered_percent: 90,
            },
            { kind: 'audio', frames_recorded: 180, covered_percent: 100 },
          ],
        },
        gaps: [{ kind: 'video', start_ms: 1000, duration_ms: 600, cause: 'loss' }],
      });
    });
  });

  const zero = { packetsReceived: 0, packetsRepaired: 0, packetsLost: 0, framesDropped: 0 };

  describe('the list of sessions', () => {
    it('gives every session once, newest first, page by page, while new ones come', async () => {
      await using fixture = await startIndex();
      const ids = await minutes(fixture, 7);
      const list = fixture.app.get(SessionListService);

      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list.list(query({ limit: '3', ...(cursor === undefined ? {} : { cursor }) }));
        seen.push(...page.sessions.map(({ session }) => session.id));
        cursor = page.nextCursor;
        const startedAt = new Date(Date.parse('2026-11-21T12:00:00Z') + seen.length);
        await fixture.index.openSession(
          sessionInput({ id: `new${seen.length}`, stream: `new${seen.length}`, startedAt }),
        );
      } while (cursor !== undefined);

      expect(seen).toEqual([...ids].reverse());
    });

    it('tells sessions of the same instant apart', async () => {
      await using fixture = await startIndex();
      for (const id of ['a', 'b', 'c']) await fixture.index.openSession(sessionInput({ id, stream: id }));
      const list = fixture.app.get(SessionListService);

      const first = await list.list(query({ limit: '2' }));
      const second = await list.list(query({ limit: '2', cursor: first.nextCursor ?? '' }));

      expect(first.sessions.map(({ session }) => session.id)).toEqual(['c', 'b']);
      expect(second.sessions.map(({ session }) => session.id)).toEqual(['a']);
      expect(second.nextCursor).toBeUndefined();
    });

    it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
      ['a stream', { stream: 'mic' }, ['s03', 's01']],
      ['a state', { state: 'waiting' }, ['s04']],
      ['a range, `to` exclusive', { from: '2026-11-20T12:01:30Z', to: '2026-11-20T12:03:00Z' }, ['s02']],
      ['a range in another time zone', { from: '2026-11-20T13:03:10+01:00' }, ['s04', 's03']],
      ['nothing', { stream: 'nobody' }, []],
    ])('can be that of %s', async (_what, values, wanted) => {
      await using fixture = await startIndex();
      await minutes(fixture, 5);

      const { sessions } = await fixture.app.get(SessionListService).list(query(values));

      expect(sessions.map(({ session }) => session.id)).toEqual(wanted);
    });

    it('names every directory that a session has media in', async () => {
      await using fixture = await startIndex();
      await record(fixture, { segments: [1] });
      const directory = 'cam/2026/11/21';
      await fixture.index.commitSegment(segmentClosed(1, { startMs: 6000, directory }));
      await fixture.index.setSessionState('s1', { state: 'recording', directory });

      const { sessions } = await fixture.app.get(SessionListService).list(query());

      expect(sessions[0]?.directories).toEqual([DIRECTORY, directory]);
    });

    it.each(['nonsense', 'W10', Buffer.from('["yesterday","s1"]').toString('base64url'), 'x'.repeat(1000)])(
      'takes no cursor but its own: %s',
      (cursor) => {
        expect(sessionQuery.safeParse({ cursor }).success).toBe(false);
      },
    );
  });
});
