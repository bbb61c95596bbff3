import type { Logger } from 'typeorm';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import { overBothDatabases } from '../support/databases.js';
import {
  recordedTrack,
  segmentClosed,
  sessionInput,
  startIndex,
  START,
  type IndexFixture,
} from './support/index-fixture.js';

const STREAMS = ['cam-a', 'cam-b', 'cam-c'];
const DAY_MS = 86_400_000;

interface Entries {
  readonly edges: readonly {
    readonly cursor: string;
    readonly node: { readonly id: string; readonly stream: string };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

/** Two sessions a day for each stream, over some days, each with two segments, a track and a gap. */
async function fill({ index }: IndexFixture, days: number): Promise<void> {
  for (const stream of STREAMS) {
    for (let n = 0; n < 2 * days; n += 1) {
      const startedAt = new Date(START.getTime() + Math.floor(n / 2) * DAY_MS + (n % 2) * 3_600_000);
      const directory = `${stream}/2026/11/${20 + Math.floor(n / 2)}`;
      const id = `${stream}-${n}`;
      const first = 1 + 2 * (n % 2);
      await index.openSession(sessionInput({ id, stream, directory, startedAt }));
      await index.anchorSession(id, startedAt.getTime());
      await index.commitTrack(id, recordedTrack('v1', { directory, initObjectKey: `${directory}/init.m4s` }));
      for (const number of [first, first + 1]) {
        await index.commitSegment(
          segmentClosed(number, { sessionId: id, directory, startMs: (number - first) * 6000 }),
        );
      }
      await index.commitGap(id, { kind: 'video', startMs: 1000, durationMs: 50, cause: 'loss' });
      const endedAt = new Date(startedAt.getTime() + 12_000);
      await index.setSessionState(id, { state: 'completed', reason: 'requested', endedAt });
    }
  }
}

async function ask<T>({ app }: IndexFixture, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(`${await app.getUrl()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

/** Statements that a task has the database execute. */
async function statementsOf({ dataSource }: IndexFixture, task: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const usual = dataSource.logger;
  const silent = (): void => undefined;
  const counting: Logger = {
    logQuery: () => (count += 1),
    logQueryError: silent,
    logQuerySlow: silent,
    logSchemaBuild: silent,
    logMigration: silent,
    log: silent,
  };
  dataSource.logger = counting;
  await task();
  dataSource.logger = usual;
  return count;
}

const EVERYTHING = `query ($first: Int!) {
  recordings(first: $first) { edges { node {
    id durationMs sizeBytes segmentCount
    sessions(first: 5) { edges { node {
      id lengthMs completeness { coveredPercent tracks { kind } } tracks { codec } storage { state directories }
      node { alias } gaps(first: 5) { edges { node { startMs } } }
      segments(first: 1) { edges { node { number session { id } objects { key } } } pageInfo { hasNextPage } } } } } } } } }`;

overBothDatabases(() => {
  const open = (): Promise<IndexFixture> => startIndex({}, {}, [AuthModule, GraphqlModule]);

  it('a page takes the same statements however long it is', async () => {
    await using fixture = await open();
    await fill(fixture, 2);

    const ofOne = await statementsOf(fixture, () => ask(fixture, EVERYTHING, { first: 1 }));
    const ofSix = await statementsOf(fixture, () => ask(fixture, EVERYTHING, { first: 6 }));

    expect(ofOne).toBeGreaterThan(5);
    expect(ofSix).toBe(ofOne);
  });

  it('gives each session its own segments and gaps, page by page', async () => {
    await using fixture = await open();
    await fill(fixture, 1);
    const query = `query ($after: String) { recordingSessions(filter: { stream: "cam-b" }, orderBy: OLDEST_FIRST) { edges { node {
      id segments(first: 1, after: $after) { pageInfo { endCursor hasNextPage } edges { node { number } } }
      gaps { edges { node { startMs startedAt durationMs cause } } } } } } }`;
    interface Node {
      id: string;
      segments: { pageInfo: { endCursor: string; hasNextPage: boolean }; edges: { node: { number: number } }[] };
      gaps: object;
    }
    interface Answer {
      recordingSessions: { edges: { node: Node }[] };
    }

    const { recordingSessions } = await ask<Answer>(fixture, query);
    const [first, second] = recordingSessions.edges.map(({ node }) => node);
    expect(first).toMatchObject({
      id: 'cam-b-0',
      segments: { edges: [{ node: { number: 1 } }], pageInfo: { hasNextPage: true } },
      gaps: {
        edges: [{ node: { startMs: 1000, durationMs: 50, cause: 'LOSS', startedAt: '2026-11-20T12:00:01.000Z' } }],
      },
    });
    expect(second).toMatchObject({ id: 'cam-b-1', segments: { edges: [{ node: { number: 3 } }] } });
    const behind = await ask<Answer>(fixture, query, { after: first?.segments.pageInfo.endCursor });
    expect(
      behind.recordingSessions.edges.map(({ node }) => node.segments.edges.map((edge) => edge.node.number)),
    ).toEqual([[2], [3]]);
  });

  it('every entry of a list is on one page only, whatever comes in between', async () => {
    await using fixture = await open();
    await fill(fixture, 2);
    for (const [list, order, count] of [
      ['recordings', 'NEWEST_FIRST', 6],
      ['recordings', 'OLDEST_FIRST', 6],
      ['recordingSessions', 'NEWEST_FIRST', 12],
      ['recordingSessions', 'OLDEST_FIRST', 12],
    ] as const) {
      const query = `query ($after: String) { list: ${list}(first: 4, after: $after, orderBy: ${order}) {
        edges { cursor node { id stream } } pageInfo { hasNextPage endCursor } } }`;
      const seen: string[] = [];
      let after: string | undefined;
      for (let page: Entries | undefined; page === undefined || page.pageInfo.hasNextPage;) {
        ({ list: page } = await ask<{ list: Entries }>(fixture, query, { after }));
        seen.push(...page.edges.filter(({ node }) => STREAMS.includes(node.stream)).map(({ node }) => node.id));
        after = page.pageInfo.endCursor;
        const startedAt = new Date(START.getTime() - 3_600_000 - seen.length);
        const id = `new-${list}-${order}-${seen.length}`;
        if (order === 'OLDEST_FIRST') await fixture.index.openSession(sessionInput({ id, stream: id, startedAt }));
      }

      expect(seen).toHaveLength(count);
      expect(new Set(seen).size).toBe(count);
    }
  });

  it('filters sessions by node, state and time, and days by time', async () => {
    await using fixture = await open();
    await fill(fixture, 2);
    const count = async (list: string, filter: string): Promise<number> => {
      const answer = await ask<{ list: Entries }>(
        fixture,
        `{ list: ${list}(filter: { ${filter} }) { edges { cursor } } }`,
      );
      return answer.list.edges.length;
    };

    expect(await count('recordingSessions', 'node: "node-1", state: COMPLETED')).toBe(12);
    expect(await count('recordingSessions', 'node: "node-2"')).toBe(0);
    expect(await count('recordingSessions', 'state: RECORDING')).toBe(0);
    expect(
      await count('recordingSessions', 'stream: "cam-a", from: "2026-11-20T12:30:00Z", to: "2026-11-20T14:00:00Z"'),
    ).toBe(1);
    expect(await count('recordings', 'from: "2026-11-21T00:00:00Z"')).toBe(3);
    expect(await count('recordings', 'to: "2026-11-21T00:00:00Z", stream: "cam-c"')).toBe(1);
    expect(await count('recordings', 'from: "2026-11-22T00:00:00Z"')).toBe(0);
  });

  it('tells of a stream what is recorded, and why not, as REST does', async () => {
    await using fixture = await open();
    await fill(fixture, 1);
    await fixture.app.get(RecordingDeletionService).deleteSessions(['cam-a-0'], true, 'expired');
    const [from, to] = [START.toISOString(), new Date(START.getTime() + 2 * 3_600_000).toISOString()];
    const query = `query ($from: DateTime!, $to: DateTime!) { timeline(stream: "cam-a", from: $from, to: $to, resolution: 1) {
      stream from to resolutionMs recordedMs sizeBytes ranges { from to } gaps { from to reason kinds session }
      sessionCount sessions { id state reason startedAt endedAt sizeBytes } } }`;

    const { timeline } = await ask<{ timeline: object }>(fixture, query, { from, to });

    const path = `/api/v1/streams/cam-a/timeline?from=${from}&to=${to}&resolution=1`;
    const rest: unknown = await (await fetch(`${await fixture.app.getUrl()}${path}`)).json();
    const enums = ['reason', 'state', 'kinds'];
    const lower = JSON.parse(JSON.stringify(timeline), (key, value: unknown) => {
      if (Array.isArray(value) && enums.includes(key)) return value.map((one) => String(one).toLowerCase());
      return enums.includes(key) ? String(value).toLowerCase().replaceAll('_', '-') : value;
    }) as unknown;
    expect(lower).toEqual(rest);
    expect(timeline).toMatchObject({
      gaps: [
        { reason: 'EXPIRED', from, kinds: ['VIDEO', 'AUDIO'], session: null },
        { reason: 'NOT_RECORDED' },
        { reason: 'NOT_RECORDED', to },
      ],
      sessions: [{ id: 'cam-a-1', state: 'COMPLETED' }],
    });
  });
});
