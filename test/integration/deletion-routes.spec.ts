import { Recording, RecordingSession, SessionPart } from '../../src/modules/index/entities/index.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import {
  DIRECTORY,
  record,
  recordedTrack,
  segmentClosed,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

const HOUR_MS = 3_600_000;
const NEXT_DIRECTORY = 'cam/2026/11/21';

let fixture: IndexFixture;

beforeEach(async () => {
  fixture = await startIndex();
});

afterEach(() => fixture[Symbol.asyncDispose]());

/** A session of two segments that begins some hours after noon and lasts twelve seconds. */
async function recordAt(id: string, hours: number, segments: readonly number[], stream = 'cam'): Promise<void> {
  const startedAt = new Date(START.getTime() + hours * HOUR_MS);
  const directory = stream === 'cam' ? DIRECTORY : `${stream}/2026/11/20`;
  await record(fixture, { id, stream, directory, startedAt, segments });
  const endedAt = new Date(startedAt.getTime() + 12_000);
  await fixture.index.setSessionState(id, { state: 'completed', reason: 'requested', endedAt });
  await fixture.manifests.publish(directory);
}

async function ask(path: string, method = 'GET'): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${await fixture.app.getUrl()}${path}`, { method });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

const sessionIds = async (): Promise<string[]> =>
  (await fixture.dataSource.manager.find(RecordingSession, { order: { id: 'ASC' } })).map(({ id }) => id);

describe('DELETE of a session', () => {
  it('takes its rows at once and its objects by and by', async () => {
    await recordAt('s1', 0, [1, 2]);
    await recordAt('s2', 1, [3, 4]);

    const { status, body } = await ask('/api/v1/sessions/s1?removeObjects=true', 'DELETE');

    expect([status, body]).toEqual([
      200,
      { segmentCount: 2, sizeBytes: expect.any(Number) as number, directories: [DIRECTORY] },
    ]);
    expect((await ask('/api/v1/sessions/s1')).status).toBe(404);
    expect((await ask(`/api/record/object/${DIRECTORY}/seg_0001.m4s`)).status).toBe(410);
    expect((await ask(`/api/record/object/${DIRECTORY}/seg_0003.m4s`)).status).toBe(200);
    const manifest = await fetch(`${await fixture.app.getUrl()}/api/record/object/${DIRECTORY}/video.m3u8`);
    expect((await manifest.text()).match(/^seg_\d+/gm)).toEqual(['seg_0003', 'seg_0004']);
    expect(
      await fixture.dataSource.manager.existsBy(Job, { kind: 'delete', objectKey: `${DIRECTORY}/seg_0001.m4s` }),
    ).toBe(true);
  });

  it('leaves the objects where they are when it is told so', async () => {
    await recordAt('s1', 0, [1, 2]);

    expect((await ask('/api/v1/sessions/s1?removeObjects=false', 'DELETE')).status).toBe(200);

    expect(await fixture.dataSource.manager.existsBy(Job, { objectKey: `${DIRECTORY}/seg_0001.m4s` })).toBe(false);
    expect((await ask(`/api/record/object/${DIRECTORY}/manifest.mpd`)).status).toBe(404);
    expect((await ask(`/api/record/object/${DIRECTORY}/session_s1.json`)).status).toBe(404);
    expect((await ask(`/api/v1/recordings`)).body).toEqual({ recordings: [], nextCursor: null });
  });

  it.each([true, false])(
    'says of its segments that they are gone, whatever records there: %s',
    async (removeObjects) => {
      await recordAt('s1', 0, [1, 2]);
      await record(fixture, { id: 's2', startedAt: new Date(START.getTime() + HOUR_MS), segments: [3] });
      fixture.manifests.setLive(DIRECTORY, true);
      await ask(`/api/v1/sessions/s1?removeObjects=${String(removeObjects)}`, 'DELETE');
      const object = async (name: string) => {
        const { status, body } = await ask(`/api/record/object/${DIRECTORY}/${name}`);
        return [status, body['code']];
      };

      for (const name of ['seg_0001.m4s', 'audio_seg_0002.m4s', 'keyframe_0001.m4s', 'audio_padded_0_9_0002.m4s']) {
        expect([name, ...(await object(name))]).toEqual([name, 410, 'object-deleted']);
      }
      expect(await object('seg_0003.m4s')).toEqual([200, undefined]);
      expect(await object('seg_0004.m4s')).toEqual([404, 'object-not-committed']);
    },
  );

  it.each([
    '',
    '?removeObjects=',
    '?removeObjects=yes',
    '?removeObjects=true&removeObjects=false',
    '?removeObjects=true&x=1',
  ])('wants to be told what happens to the objects: %s', async (query) => {
    await recordAt('s1', 0, [1]);

    const { status, body } = await ask(`/api/v1/sessions/s1${query}`, 'DELETE');

    expect([status, body['code']]).toEqual([400, 'input-invalid']);
    expect(await sessionIds()).toEqual(['s1']);
  });

  it('is refused as long as it records', async () => {
    await record(fixture, { segments: [1] });
    await fixture.index.setSessionState('s1', { state: 'recording' });

    const { status, body } = await ask('/api/v1/sessions/s1?removeObjects=true', 'DELETE');

    expect([status, body]).toMatchObject([409, { code: 'recording-session-running', sessionId: 's1' }]);
  });

  it('is refused as long as it is held', async () => {
    await recordAt('s1', 0, [1]);
    expect((await ask('/api/v1/sessions/s1/hold', 'PUT')).status).toBe(204);
    const { heldAt } = (await ask('/api/v1/sessions/s1')).body;
    await ask('/api/v1/sessions/s1/hold', 'PUT');

    expect((await ask('/api/v1/sessions/s1')).body['heldAt']).toBe(heldAt);
    expect(Date.parse(String(heldAt))).toBeLessThanOrEqual(Date.now());
    expect((await ask(`/api/record/object/${DIRECTORY}/session_s1.json`)).body).toMatchObject({ held_at: heldAt });
    expect(await ask('/api/v1/sessions/s1?removeObjects=true', 'DELETE')).toMatchObject({
      status: 409,
      body: { code: 'recording-session-held' },
    });
    expect((await ask('/api/v1/sessions/s1/hold', 'DELETE')).status).toBe(204);
    expect((await ask('/api/v1/sessions/s1')).body['heldAt']).toBeNull();
    expect((await ask('/api/v1/sessions/s1?removeObjects=true', 'DELETE')).status).toBe(200);
  });

  it('is held where the session file cannot say so yet, and told again at the next start', async () => {
    await recordAt('s1', 0, [1, 2]);
    await fixture.index.sessionPublished('s1');
    const publishing = jest.spyOn(fixture.manifests, 'publish').mockRejectedValue(new RangeError('too much'));

    expect((await ask('/api/v1/sessions/s1/hold', 'PUT')).status).toBe(204);

    expect((await ask('/api/v1/sessions/s1')).body['heldAt']).not.toBeNull();
    expect((await fixture.sessions.unpublishedSessions()).map(({ id }) => id)).toEqual(['s1']);
    publishing.mockRestore();
    expect((await ask('/api/v1/sessions/s1/hold', 'PUT')).status).toBe(204);
    expect(await fixture.sessions.unpublishedSessions()).toEqual([]);
  });

  it.each([
    ['DELETE', '/api/v1/sessions/nobody?removeObjects=true'],
    ['PUT', '/api/v1/sessions/nobody/hold'],
    ['DELETE', '/api/v1/sessions/nobody/hold'],
  ])('%s %s finds nothing', async (method, path) => {
    expect(await ask(path, method)).toMatchObject({ status: 404, body: { code: 'recording-session-not-found' } });
  });
});

describe('DELETE by filter', () => {
  beforeEach(async () => {
    await recordAt('a1', 0, [1, 2]);
    await recordAt('a2', 1, [3, 4]);
    await recordAt('a3', 2, [5, 6]);
    await recordAt('b1', 0, [1, 2], 'door');
  });

  const at = (hours: number, seconds = 0): string =>
    encodeURIComponent(new Date(START.getTime() + hours * HOUR_MS + seconds * 1000).toISOString());

  it.each([
    ['a stream', 'stream=cam', ['b1']],
    ['a range', `from=${at(1)}&to=${at(3)}`, ['a1', 'b1']],
    ['a range of a stream', `stream=cam&from=${at(0)}&to=${at(1)}`, ['a2', 'a3', 'b1']],
    ['what began later', `stream=cam&from=${at(1)}`, ['a1', 'b1']],
    ['nothing that reaches out of the range', `from=${at(0, 1)}&to=${at(1, 11)}`, ['a1', 'a2', 'a3', 'b1']],
    ['a stream that is not there', 'stream=nobody', ['a1', 'a2', 'a3', 'b1']],
  ])('deletes %s', async (_what, filter, left) => {
    expect((await ask(`/api/v1/sessions?removeObjects=true&${filter}`, 'DELETE')).status).toBe(200);

    expect(await sessionIds()).toEqual(left);
  });

  it.each(['', '&from=yesterday', '&state=completed', '&stream=', `&from=${at(3)}&to=${at(1)}`])(
    'refuses %s',
    async (filter) => {
      expect((await ask(`/api/v1/sessions?removeObjects=true${filter}`, 'DELETE')).status).toBe(400);
      expect((await ask('/api/v1/sessions?stream=cam', 'DELETE')).status).toBe(400);

      expect(await sessionIds()).toEqual(['a1', 'a2', 'a3', 'b1']);
    },
  );

  it('deletes nothing when one of them is held', async () => {
    await ask('/api/v1/sessions/a2/hold', 'PUT');

    expect((await ask('/api/v1/sessions?stream=cam&removeObjects=true', 'DELETE')).status).toBe(409);

    expect(await sessionIds()).toEqual(['a1', 'a2', 'a3', 'b1']);
  });
});

describe('recordings, by day', () => {
  /** One session over midnight, and one more on the second day. */
  beforeEach(async () => {
    const startedAt = new Date('2026-11-20T23:59:54.000Z');
    await record(fixture, { id: 'night', segments: [1], startedAt });
    await fixture.index.commitTrack('night', recordedTrack('v1', { directory: NEXT_DIRECTORY }));
    await fixture.index.commitTrack('night', recordedTrack('a1', { directory: NEXT_DIRECTORY }));
    await fixture.index.commitSegment(
      segmentClosed(1, { startMs: 6000, sessionId: 'night', directory: NEXT_DIRECTORY }),
    );
    await fixture.index.setSessionState('night', {
      state: 'completed',
      directory: NEXT_DIRECTORY,
      endedAt: new Date('2026-11-21T00:00:06.000Z'),
    });
    await record(fixture, {
      id: 'noon',
      segments: [2],
      directory: NEXT_DIRECTORY,
      startedAt: new Date('2026-11-21T12:00:00.000Z'),
    });
    await fixture.index.setSessionState('noon', { state: 'completed', endedAt: new Date('2026-11-21T12:00:06.000Z') });
    for (const directory of [DIRECTORY, NEXT_DIRECTORY]) await fixture.manifests.publish(directory);
  });

  interface Page {
    readonly recordings: readonly { readonly id: string; readonly day: number; readonly sessions: readonly string[] }[];
    readonly nextCursor: string | null;
  }

  const list = async (query = ''): Promise<Page> => (await ask(`/api/v1/recordings${query}`)).body as unknown as Page;

  it('are listed, the newest first, page by page', async () => {
    const all = await list();

    expect(all.recordings).toMatchObject([
      {
        stream: 'cam',
        year: 2026,
        month: 11,
        day: 21,
        sessions: ['night', 'noon'],
        segmentCount: 2,
        durationMs: 12_000,
        mpdPath: `${NEXT_DIRECTORY}/manifest.mpd`,
      },
      { day: 20, sessions: ['night'], segmentCount: 1, durationMs: 6000, mpdPath: `${DIRECTORY}/manifest.mpd` },
    ]);
    const first = await list('?limit=1&stream=cam');
    const second = await list(`?limit=1&cursor=${String(first.nextCursor)}`);
    expect([...first.recordings, ...second.recordings]).toEqual(all.recordings);
    expect(second.nextCursor).toBeNull();
    expect((await ask(`/api/v1/recordings/${String(all.recordings[0]?.id)}`)).body).toEqual(all.recordings[0]);
    expect((await list('?stream=nobody')).recordings).toEqual([]);
    expect((await ask('/api/v1/recordings?cursor=x')).status).toBe(400);
  });

  it.each([
    [
      'first',
      1,
      [
        [NEXT_DIRECTORY, 'night'],
        [NEXT_DIRECTORY, 'noon'],
      ],
      NEXT_DIRECTORY,
    ],
    ['second', 0, [[DIRECTORY, 'night']], DIRECTORY],
  ])('the %s of two days is deleted alone', async (_which, index, left, ends) => {
    const id = (await list()).recordings[index]?.id ?? '';

    expect((await ask(`/api/v1/recordings/${id}?removeObjects=true`, 'DELETE')).status).toBe(200);

    const { manager } = fixture.dataSource;
    const parts = await manager.find(SessionPart, { order: { directory: 'ASC', firstNumber: 'ASC' } });
    expect(parts.map(({ directory, sessionId }) => [directory, sessionId])).toEqual(left);
    expect(await manager.findOneBy(RecordingSession, { id: 'night' })).toMatchObject({
      segmentCount: 1,
      durationMs: 6000,
      directory: ends,
      mpdPath: `${ends}/manifest.mpd`,
    });
    expect(await manager.count(Recording)).toBe(1);
    expect((await ask(`/api/v1/recordings/${id}`)).body).toMatchObject({ code: 'recording-not-found' });
    expect((await ask(`/api/record/object/${ends}/manifest.mpd`)).status).toBe(200);
  });

  it('are not deleted while something of them is held', async () => {
    await ask('/api/v1/sessions/noon/hold', 'PUT');
    const [today, yesterday] = (await list()).recordings;

    expect((await ask(`/api/v1/recordings/${today?.id ?? ''}?removeObjects=true`, 'DELETE')).status).toBe(409);
    expect((await ask(`/api/v1/recordings/${yesterday?.id ?? ''}?removeObjects=true`, 'DELETE')).status).toBe(200);

    expect((await list()).recordings).toHaveLength(1);
  });
});
