import { AuditModule } from '../../src/modules/audit/audit.module.js';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { ExportsModule } from '../../src/modules/exports/exports.module.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { PlaybackUrlsModule } from '../../src/modules/playback-urls/playback-urls.module.js';
import { overBothDatabases, whilePostgresIsStopped } from '../support/databases.js';
import { DIRECTORY, record, startIndex, type IndexFixture } from './support/index-fixture.js';

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code: unknown;
  readonly body: Readonly<Record<string, unknown>>;
}

interface GraphqlErrors {
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

const cursor = (...content: readonly unknown[]): string => Buffer.from(JSON.stringify(content)).toString('base64url');

const FAR = 99_999_999_999;
const DAY = cursor(2026, 11, FAR, 'x');
const EARLY = '0000-01-01T00:00:00Z';
const LATE = '2026-11-21T00:00:00Z';
const REVERSED = 'from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z';

const refusedPaths = [
  '/api/v1/sessions?stream=%00',
  '/api/v1/sessions?node=%00',
  '/api/v1/recordings?stream=%00',
  '/api/v1/exports?stream=%00',
  '/api/v1/audit?stream=%00',
  '/api/v1/audit?actor=%00',
  '/api/recordings?stream=%00',
  '/api/v1/sessions/%00',
  '/api/v1/recordings/%00',
  '/api/v1/nodes/%00',
  '/api/v1/exports/%00',
  '/play/cam/index.m3u8?session=%00',
  '/play/cam/clip.mp4?session=%00',
  `/api/v1/recordings?cursor=${DAY}`,
  `/api/v1/sessions?cursor=${cursor(EARLY, 'x')}`,
  `/api/v1/sessions?cursor=${cursor(LATE, '\0')}`,
  `/api/v1/exports?cursor=${cursor(LATE, '\0')}`,
  `/api/v1/sessions?from=${EARLY}`,
  `/api/v1/recordings?from=${EARLY}`,
  `/api/v1/audit?from=${EARLY}`,
  `/api/v1/streams/cam/timeline?from=${EARLY}&to=${LATE}`,
  `/api/v1/streams/cam/thumbnail?at=${EARLY}`,
  `/play/cam/index.m3u8?from=${EARLY}`,
  // Reversed ranges, and what no list knows.
  `/api/v1/sessions?${REVERSED}`,
  `/api/v1/recordings?${REVERSED}`,
  `/api/v1/audit?${REVERSED}`,
  '/api/v1/sessions?strem=cam',
  '/api/v1/recordings?strem=cam',
  '/api/v1/exports?strem=cam',
  '/api/v1/audit?strem=cam',
  `/play/cam/index.m3u8?form=${LATE}`,
  `/play/cam/manifest.mpd?form=${LATE}`,
  '/play/cam/clip.mp4?session=s1&gap=close',
] as const;

const refusedCalls = [
  ['PUT', '/api/v1/sessions/%00/hold', undefined],
  ['DELETE', '/api/v1/sessions/%00?removeObjects=false', undefined],
  ['DELETE', '/api/v1/sessions?stream=%00&removeObjects=false', undefined],
  ['DELETE', `/api/v1/sessions?from=${EARLY}&removeObjects=false`, undefined],
  ['DELETE', '/api/v1/recordings/%00?removeObjects=false', undefined],
  ['DELETE', '/api/v1/exports/%00', undefined],
  ['POST', '/api/v1/exports', { stream: 'c\0', session: 's1' }],
  ['POST', '/api/v1/exports', { stream: 'cam', session: '\0' }],
  ['POST', '/api/v1/playback-urls', { stream: 'cam', session: '\0' }],
  ['POST', '/api/v1/playback-urls', { stream: 'cam', from: EARLY }],
  ['PATCH', '/api/recordings', { records: [{ stream: '\0', record: '1' }] }],
  ['PATCH', '/api/recordings', { records: [{ stream: 'cam', record: '999999999999' }] }],
] as const;

const refusedOperations = [
  '{ recording(id: "\\u0000") { id } }',
  '{ recordingSession(id: "\\u0000") { id } }',
  '{ node(id: "\\u0000") { id } }',
  '{ export(id: "\\u0000") { id } }',
  '{ recordingSessions(filter: { stream: "\\u0000" }) { edges { cursor } } }',
  '{ recordings(filter: { stream: "\\u0000" }) { edges { cursor } } }',
  'mutation { deleteRecordingSession(id: "\\u0000", removeObjects: false) { segmentCount } }',
  'mutation { deleteRecordingSessions(filter: { stream: "\\u0000" }, removeObjects: false) { segmentCount } }',
  'mutation { createExport(input: { stream: "cam", session: "\\u0000" }) { id } }',
  `{ recordingSessions(filter: { from: "${EARLY}" }) { edges { cursor } } }`,
  `{ recordings(after: "${DAY}") { edges { cursor } } }`,
  `{ recordingSession(id: "s1") { segments(after: "${cursor(DIRECTORY, FAR)}") { edges { cursor } } } }`,
  `{ recordings(filter: { from: "${LATE}", to: "2026-11-20T00:00:00Z" }) { edges { cursor } } }`,
  `{ recordingSessions(filter: { from: "${LATE}", to: "2026-11-20T00:00:00Z" }) { edges { cursor } } }`,
  'subscription { segmentCommitted { id } }',
] as const;

const allowedPaths = [
  '/api/v1/sessions?from=2026-11-20T00:00:00Z&to=2026-11-20T00:00:00Z',
  '/play/cam/index.m3u8?session=s1&_HLS_msn=3&_HLS_part=0&_HLS_skip=YES&CMCD=br%3D1000',
  `/api/record/object/${DIRECTORY}/index.m3u8?_HLS_msn=3&CMCD=br%3D1000`,
  `/api/record/object/${DIRECTORY}/seg_0001.m4s?CMCD=br%3D1000`,
] as const;

overBothDatabases((database) => {
  let fixture: IndexFixture;

  beforeAll(async () => {
    fixture = await startIndex({}, {}, [AuthModule, GraphqlModule, ExportsModule, AuditModule, PlaybackUrlsModule]);
    await record(fixture, { segments: [1, 2] });
    await fixture.manifests.publish(DIRECTORY);
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${await fixture.app.getUrl()}${path}`, { method, headers, ...content });
    const text = await response.text();
    const answer = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown> & GraphqlErrors) : {};
    const code = answer['code'] ?? (answer as GraphqlErrors).errors?.[0]?.extensions.code;
    return { status: response.status, retryAfter: response.headers.get('retry-after'), code, body: answer };
  }
  const operate = (query: string, variables = {}): Promise<Answer> => call('POST', '/graphql', { query, variables });

  it.each(refusedPaths)('GET %s is refused', async (path) => {
    expect(await call('GET', path)).toMatchObject({ status: 400, code: 'input-invalid' });
  });

  it.each(refusedCalls)('%s %s with %j is refused', async (method, path, body) => {
    expect(await call(method, path, body)).toMatchObject({ status: 400, code: 'input-invalid' });
  });

  it.each(refusedOperations)('%s is refused', async (query) => {
    const { code, body } = await operate(query);
    expect([code, body['data'] ?? null]).not.toEqual(['internal', null]);
    expect(['input-invalid', 'cursor-invalid', 'graphql-invalid', 'graphql-subscription-over-post']).toContain(code);
  });

  it('calls with such text are in the audit log, and hold up none behind them', async () => {
    await call('PUT', '/api/v1/sessions/%00/hold');
    await call('PUT', '/api/v1/sessions/s1/hold');
    const { events } = (await call('GET', '/api/v1/audit?event=hold-placed&limit=200')).body as {
      readonly events: readonly { readonly outcome: string; readonly subject: string }[];
    };
    expect(events.map(({ outcome, subject }) => [outcome, subject])).toContainEqual(['ok', 's1']);
  });

  it('a subscription by POST is refused by a code of its own', async () => {
    expect(await operate('subscription { segmentCommitted { id } }')).toMatchObject({
      status: 400,
      code: 'graphql-subscription-over-post',
    });
  });

  it('U+0000 in a variable is refused as in the document', async () => {
    const query = 'query ($filter: RecordingFilter) { recordings(filter: $filter) { edges { cursor } } }';
    expect(await operate(query, { filter: { stream: 'c\0' } })).toMatchObject({ status: 400, code: 'input-invalid' });
  });

  it('an export that is not there is null, as all that is looked for by its id', async () => {
    const id = '0f0e7a52-5d1c-4f0e-9d2e-6c1f0a4b7d11';
    expect((await operate(`{ export(id: "${id}") { id } recording(id: "${id}") { id } }`)).body).toEqual({
      data: { export: null, recording: null },
    });
  });

  it.each(['seg_99999999999.m4s', 'keyframe_99999999999.m4s', 'filler_0001_99999999999.m4s'])(
    'there is no object %s',
    async (name) => {
      expect((await call('GET', `/api/record/object/${DIRECTORY}/${name}`)).status).toBe(404);
    },
  );

  it.each(allowedPaths)('GET %s is answered', async (path) => {
    expect((await call('GET', path)).status).toBe(200);
  });

  if (database === 'PostgreSQL') {
    it('a database that is away is told as such, and answers when it is back', async () => {
      const paths = ['/api/v1/sessions', '/api/v1/recordings/x', '/play/cam/index.m3u8', '/api/v1/exports'];
      await whilePostgresIsStopped(async () => {
        for (const path of paths) {
          expect(await call('GET', path)).toMatchObject({ status: 503, code: 'unavailable', retryAfter: '5' });
        }
      });
      expect((await call('GET', '/api/v1/sessions')).status).toBe(200);
    });
  }
});
