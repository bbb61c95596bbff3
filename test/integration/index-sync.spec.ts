import { RecordingSession } from '../../src/modules/index/entities/index.js';
import { overBothDatabases } from '../support/databases.js';
import { record, START, startIndex, type IndexFixture } from './support/index-fixture.js';

interface Synced {
  readonly sessions: readonly { readonly id: string; readonly stream: string; readonly status: string }[];
  readonly last_ts: number | null;
}

const START_SECONDS = START.getTime() / 1000;

overBothDatabases(() => {
  let fixture: IndexFixture;

  beforeEach(async () => {
    fixture = await startIndex();
  });

  afterEach(() => fixture[Symbol.asyncDispose]());

  async function ask(query: string, method = 'GET', body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${await fixture.app.getUrl()}/api/recordings${query}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  const changed = async (query: string): Promise<Synced> => (await ask(query)).body as Synced;

  /** Sessions s1, s2 … a second apart, each changed at the given second. */
  async function recordAll(changedAt: readonly number[]): Promise<void> {
    for (const [index, second] of changedAt.entries()) {
      const id = `s${String(index + 1)}`;
      const startedAt = new Date(START.getTime() + index * 1000 + 250);
      await record(fixture, { id, stream: id, directory: `${id}/2026/11/20`, startedAt, segments: [1] });
      await fixture.dataSource.manager.update(RecordingSession, { id }, { updatedAt: at(second) });
    }
  }

  const at = (second: number): Date => new Date(START.getTime() + second * 1000);
  const recordOf = (place: number) => ({ stream: `s${String(place)}`, record: String(START_SECONDS + place - 1) });

  it('tells sessions as live777 does, with microseconds', async () => {
    await recordAll([60]);
    await fixture.index.setSessionState('s1', { state: 'completed', reason: 'requested', endedAt: at(9) });
    await fixture.dataSource.manager.update(RecordingSession, { id: 's1' }, { updatedAt: at(60) });

    expect((await ask('?limit=0')).body).toEqual({
      sessions: [
        {
          id: String(START_SECONDS),
          stream: 's1',
          start_ts: (START.getTime() + 250) * 1000,
          end_ts: at(9).getTime() * 1000,
          duration_ms: expect.any(Number) as number,
          mpd_path: 's1/2026/11/20/manifest.mpd',
          status: 'Completed',
        },
      ],
      last_ts: at(60).getTime() * 1000,
    });
  });

  it('goes through all of them in the order of their changes, also of those that changed at once', async () => {
    await recordAll([30, 10, 20, 10, 10]);

    const seen: string[] = [];
    let since = 0;
    for (;;) {
      const { sessions, last_ts: last } = await changed(`?limit=2&since_ts=${String(since)}`);
      if (last === null) break;
      seen.push(...sessions.map(({ stream }) => stream));
      since = last;
    }

    expect(seen).toEqual(['s2', 's4', 's5', 's3', 's1']);
    expect((await changed('?stream=s3')).sessions.map(({ stream }) => stream)).toEqual(['s3']);
  });

  it('does not tell what was acknowledged, forgets it once, and keeps the recording', async () => {
    await recordAll([10, 20, 30]);

    expect((await ask('', 'DELETE', { records: [recordOf(1)] })).body).toEqual({ deleted: 0 });
    expect((await ask('', 'PATCH', { records: [recordOf(1), recordOf(2), recordOf(9)] })).body).toEqual({ acked: 2 });
    expect((await changed('')).sessions.map(({ stream }) => stream)).toEqual(['s3']);
    expect((await ask('', 'PATCH', { records: [recordOf(1)] })).body).toEqual({ acked: 0 });
    expect((await ask('', 'DELETE', { records: [recordOf(1), recordOf(3)] })).body).toEqual({ deleted: 1 });
    expect((await ask('', 'DELETE', { records: [recordOf(1)] })).body).toEqual({ deleted: 0 });
    expect(await fixture.dataSource.manager.count(RecordingSession)).toBe(3);
  });

  it.each(['?limit=-1', '?limit=x', '?since_ts=yesterday', '?stream='])('refuses %s', async (query) => {
    expect(await ask(query)).toMatchObject({ status: 400, body: { code: 'input-invalid' } });
  });

  it.each([{}, { records: [{ stream: 'cam' }] }, { records: [{ stream: 'cam', record: 'x' }] }])(
    'refuses the body %j',
    async (body) => {
      expect(await ask('', 'PATCH', body)).toMatchObject({ status: 400, body: { code: 'input-invalid' } });
    },
  );
});
