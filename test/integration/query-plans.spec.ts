import { DAYS, generateRows } from '../../bench/index-rows/generate-rows.js';
import { APP_CONFIG, type AppConfig } from '../../src/config/index.js';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { ExportsModule } from '../../src/modules/exports/exports.module.js';
import { ExportsService } from '../../src/modules/exports/exports.service.js';
import { ExportTable } from '../../src/modules/exports/jobs/export-table.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { forgetOld } from '../../src/modules/index/deletion/forget-old.js';
import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import { trimSession } from '../../src/modules/index/deletion/trim-session.js';
import {
  findOldestDeletable,
  findOldestRunning,
  findUsedBytes,
} from '../../src/modules/index/retention/deletable-sessions.js';
import { RetentionPolicy } from '../../src/modules/index/retention/retention-policy.js';
import { RetentionRun } from '../../src/modules/index/retention/retention.js';
import { SessionHoldService } from '../../src/modules/index/sessions/session-hold.service.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { systemClock } from '../../src/shared/clock.js';
import { until } from '../support/wait.js';
import { overBothDatabases } from '../support/databases.js';
import { recordedTrack, segmentClosed, sessionInput, startIndex, type IndexFixture } from './support/index-fixture.js';
import { fullScans, statementsOf } from './support/query-plans.js';

const DAY_MS = 86_400_000;
const LAST_DAY = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS);
const MONTH = `from=${new Date(LAST_DAY.getTime() - (DAYS - 1) * DAY_MS).toISOString()}&to=${new Date(LAST_DAY.getTime() + DAY_MS).toISOString()}`;
const HOUR = `from=${LAST_DAY.toISOString()}&to=${new Date(LAST_DAY.getTime() + 3_600_000).toISOString()}`;
const DATE = LAST_DAY.toISOString().slice(0, 10);
const SESSION = `cam-7-${DATE.replaceAll('-', '')}`;

overBothDatabases(() => {
  it('answers and commits among 100 000 segments without reading a table whole', async () => {
    await using fixture = await startIndex({}, {}, [AuthModule, GraphqlModule, ExportsModule]);
    const rows = { segments: 100_000, streams: 50, busyPerDay: 1000, lastDay: LAST_DAY };
    await expect(generateRows(fixture.dataSource, rows)).resolves.toBeGreaterThan(99_000);

    const statements = await statementsOf(fixture.dataSource, async () => {
      await ask(fixture);
      await askGraphql(fixture);
      await write(fixture);
      await cut(fixture);
      await forget(fixture);
    });

    expect(statements.length).toBeGreaterThan(60);
    for (const table of [
      'deleted_stretches',
      'exports',
      'gone_segments',
      'gone_changes',
      'gone_parts',
      'window_places',
    ]) {
      expect([table, statements.some(({ query }) => query.includes(`"${table}"`))]).toEqual([table, true]);
    }
    expect(await fullScans(fixture.dataSource, statements)).toEqual([]);
  });
});

async function ask({ app }: IndexFixture): Promise<void> {
  const url = await app.getUrl();
  for (const path of [
    '/api/v1/recordings?stream=cam-3&limit=30',
    '/api/v1/recordings?limit=20',
    `/api/v1/sessions?stream=cam-3&${MONTH}`,
    `/api/v1/sessions?limit=20`,
    `/api/v1/sessions/${SESSION}`,
    `/api/v1/streams/cam-3/timeline?${MONTH}`,
    `/api/v1/streams/cam-0/timeline?${MONTH}`,
    `/play/cam-0/manifest.mpd?${HOUR}`,
    `/play/cam-0/index.m3u8?${HOUR}`,
    '/api/playback/cam-3',
    `/api/record/object/cam-3/${DATE.replaceAll('-', '/')}/manifest.mpd`,
  ]) {
    const { status } = await fetch(url + path);
    expect([path, status]).toEqual([path, 200]);
  }
}

const page = (field: string, entry: string): string =>
  `${field} { pageInfo { hasNextPage endCursor } edges { node { ${entry} } } }`;

const SESSION_FIELDS = `id stream lengthMs completeness { coveredPercent tracks { kind } } tracks { codec }
  storage { state directories } node { alias } ${page('gaps(first: 5)', 'startMs')}
  ${page('segments(first: 5)', 'number session { id }')}`;
const FILTER = `stream: "cam-3", ${MONTH.replaceAll(/(from|to)=([^&]*)&?/g, '$1: "$2" ')}`;

const LISTS: readonly (readonly [list: string, entry: string])[] = [
  ['recordings(first: 5, after: $after', `id durationMs sizeBytes ${page('sessions(first: 5)', SESSION_FIELDS)}`],
  ['recordings(first: 5, after: $after, orderBy: OLDEST_FIRST', 'id'],
  [`recordings(first: 5, after: $after, filter: { ${FILTER} }`, 'id'],
  ['recordingSessions(first: 5, after: $after', SESSION_FIELDS],
  ['recordingSessions(first: 5, after: $after, orderBy: OLDEST_FIRST', 'id'],
  [`recordingSessions(first: 5, after: $after, filter: { ${FILTER} }`, 'id'],
  ['nodes(first: 5, after: $after', 'id'],
];

/** Lists, each with its second page, and what is asked of their entries. */
async function askGraphql({ app }: IndexFixture): Promise<void> {
  const url = `${await app.getUrl()}/graphql`;
  const asked = async (query: string, after?: string): Promise<string | undefined> => {
    const body = JSON.stringify({ query, variables: { after } });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const answer = await response.text();
    expect([query, answer]).toEqual([query, expect.not.stringContaining('"errors"')]);
    return /"endCursor":"([^"]+)"/.exec(answer)?.[1];
  };
  for (const [list, entry] of LISTS) {
    const query = `query ($after: String) { list: ${page(`${list})`, entry)} }`;
    await asked(query, await asked(query));
  }
  const segments = page('segments(first: 5, after: $after)', 'number');
  const ofSession = `query ($after: String) { recordingSession(id: "${SESSION}") { ${segments} } }`;
  await asked(ofSession, await asked(ofSession));
  await asked(`{ recordingSession(id: "${SESSION}") { ${SESSION_FIELDS} } }`);
  await asked(`{ timeline(${FILTER}) { recordedMs } }`);
}

async function write({ app, index, sessions, directories }: IndexFixture): Promise<void> {
  const session = { id: 'new', stream: 'new', directory: 'new/2026/11/20' };
  await directories.directoryState(session.directory);
  await index.openSession(sessionInput(session));
  await index.anchorSession('new', LAST_DAY.getTime());
  await index.commitTrack('new', recordedTrack('v1', { directory: session.directory }));
  const place = { sessionId: 'new', directory: session.directory, trackIds: ['v1'] };
  for (const number of [1, 2]) await index.commitSegment(segmentClosed(number, { startMs: number * 6000, ...place }));
  await index.commitGap('new', { kind: 'video', startMs: 0, durationMs: 40, cause: 'loss' });
  await index.setSessionState('new', { state: 'completed', reason: 'requested', endedAt: new Date() });
  await sessions.committedPart('new', session.directory);
  await sessions.segmentBefore('new', session.directory, 2);
  await sessions.unfinishedSessions();
  await app.get(SessionHoldService).hold('new');
  await app.get(SessionHoldService).release('new');
  await app.get(RecordingDeletionService).deleteSessions([SESSION], true);
}

/** Clips, pictures and exports: of what is not on the disk, so that they end when it is to be read. */
async function cut({ app, dataSource }: IndexFixture): Promise<void> {
  const url = await app.getUrl();
  const range = { from: LAST_DAY.toISOString(), to: new Date(LAST_DAY.getTime() + 30_000).toISOString() };
  for (const path of [
    `/play/cam-0/clip.mp4?from=${range.from}&to=${range.to}`,
    `/api/v1/streams/cam-0/thumbnail?at=${range.from}`,
    `/play/cam-0/video.m3u8?from=${range.from}`,
    '/play/cam-0/video.m3u8?dvr=86400',
    '/api/v1/exports?stream=cam-0',
    '/api/v1/exports',
  ]) {
    await (await fetch(url + path)).arrayBuffer();
  }
  const exports = app.get(ExportsService);
  const selection = { fromMs: LAST_DAY.getTime(), toMs: LAST_DAY.getTime() + 30_000 };
  const { id } = await exports.create({ stream: 'cam-0', format: 'mp4', gaps: 'keep', selection });
  await until(async () => (await exports.find(id)).state === 'failed', 'the export is over');
  await exports.list({ stream: 'cam-0', limit: 5, cursor: { createdAt: new Date().toISOString(), id } });
  const table = new ExportTable(dataSource, 'node-1');
  await table.expired(new Date());
  await table.kept();
  await exports.delete(id);
}

/** Retention by age, by size and by free space, of what is finished and of what is recorded, and what comes long after. */
async function forget({ app, dataSource, index }: IndexFixture): Promise<void> {
  const running = sessionInput({ id: 'on', stream: 'cam-5', directory: 'on', startedAt: LAST_DAY });
  await index.openSession(running);
  await index.anchorSession('on', LAST_DAY.getTime());
  await index.commitTrack('on', recordedTrack('v1', { directory: 'on' }));
  for (const number of [1, 2, 3]) {
    const place = { sessionId: 'on', directory: 'on', trackIds: ['v1'] as const };
    await index.commitSegment(segmentClosed(number, { startMs: number * 6000, ...place }));
  }
  const { manager } = dataSource;
  const policy = new RetentionPolicy({
    ...app.get<AppConfig>(APP_CONFIG).retention,
    ...{ max_age_hours: 24 * (DAYS - 1), max_bytes: 1e12, trim_running: true },
  });
  const outbox = app.get(OutboxService);
  const context = { manager, deletion: app.get(RecordingDeletionService), outbox, clock: systemClock };
  let deletions = 0;
  await new RetentionRun({ ...context, freeBytes: () => Promise.resolve(1e12) }, policy, () => deletions++ > 2).run();
  await findUsedBytes(manager);
  await findUsedBytes(manager, 'cam-5');
  await findOldestDeletable(manager, { stream: 'cam-5', onlyStored: true, exceptIds: [] });
  await findOldestDeletable(manager, { onlyStored: false, exceptIds: ['s1'] });
  await findOldestRunning(manager, { exceptIds: [] });
  const endedBy = new Date(LAST_DAY.getTime() + 20_000);
  await trimSession(manager, outbox, 'on', { endedBy, onlyStored: false, timeZone: 'UTC' });
  await fetch(`${await app.getUrl()}/api/v1/streams/cam-7/timeline?${HOUR}`);
  await fetch(`${await app.getUrl()}/play/cam-5/video.m3u8?session=on`);
  await forgetOld(dataSource, Date.now() + 400 * DAY_MS, 31 * DAY_MS);
}
