import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { ask, graphql, Heard, subscriber } from '../support/graphql.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const withFfmpeg = itWith('ffmpeg');
const TOKEN = 'a-token-for-tests-only';
const SUBSCRIBERS = 100;

interface Change {
  readonly recordingSessionChanged: {
    readonly id: string;
    readonly session: { readonly state: string; readonly reason: string | null } | null;
  };
}

const CHANGES = `subscription { recordingSessionChanged(stream: "cam") { id session { state reason } } }`;
const SEGMENTS = `subscription { segmentCommitted(stream: "cam") { number objects { kind key } session { id stream } } }`;
const STREAMS = `subscription { streamChanged(stream: "cam") { id stream { isLive isRecording tracks { kind } } } }`;

async function publish(server: TestServer, stream: string): Promise<Publisher> {
  const media = await makeMedia({ seconds: 10 });
  const urls = [server.url(`/whip/${stream}`)];
  return Publisher.start('datachannel', { urls, media, loops: 6, quiet: true });
}

/** Two sessions of a stream, the second from where the first was split. */
async function recordTwice(server: TestServer, stream: string): Promise<void> {
  await using _publisher = await publish(server, stream);
  const has = async (count: number, state: string): Promise<boolean> => {
    const { recordingSessions } = await ask<{ recordingSessions: { edges: { node: { segmentCount: number } }[] } }>(
      server,
      `query ($filter: RecordingSessionFilter) { recordingSessions(filter: $filter) { edges { node { segmentCount } } } }`,
      { filter: { stream, state } },
    );
    return recordingSessions.edges.filter(({ node }) => node.segmentCount > 0).length === count;
  };
  await until(() => has(1, 'RECORDING'), 'the first session has a segment');
  await server.post(`/api/v1/streams/${stream}/recording/split`, {});
  await until(() => has(1, 'RECORDING'), 'the second session has a segment');
  await ask(server, 'mutation ($stream: ID!) { stopRecording(stream: $stream) }', { stream });
  await until(() => has(2, 'COMPLETED'), 'both are complete');
}

describe('GraphQL', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' } });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  withFfmpeg('shows a recording from its first segment to its end, split, held and deleted', async () => {
    const client = subscriber(server);
    using changes = new Heard<Change>(client, CHANGES);
    using segments = new Heard<{ segmentCommitted: { session: { id: string; stream: string } } }>(client, SEGMENTS);
    using streams = new Heard<{ streamChanged: { stream: { isLive: boolean; isRecording: boolean } | null } }>(
      client,
      STREAMS,
    );
    {
      await using _publisher = await publish(server, 'cam');
      await until(() => segments.events.length >= 2, 'two segments are told of');
      const live = await ask<{ stream: object; streams: { edges: { node: { name: string } }[] } }>(
        server,
        `{ stream(id: "cam") {
             isLive isRecording bitrate
             tracks { kind codec codecString width height framesPerSecond bitrate packetsLost jitterMs }
             recordingSession { state trigger } }
           streams { edges { node { name } } } }`,
      );
      expect(live.stream).toMatchObject({
        isLive: true,
        isRecording: true,
        tracks: expect.arrayContaining([
          expect.objectContaining({ kind: 'VIDEO', codec: 'h264', width: expect.any(Number) as number }),
        ]) as object,
        recordingSession: { state: 'RECORDING', trigger: 'AUTO' },
      });
      expect(live.streams.edges.map(({ node }) => node.name)).toEqual(['cam']);

      const { splitRecording: split } = await ask<{ splitRecording: { endedSessionId: string; sessionId: string } }>(
        server,
        'mutation { splitRecording(stream: "cam") { endedSessionId sessionId } }',
      );
      await until(
        () => segments.events.some(({ segmentCommitted }) => segmentCommitted.session.id === split.sessionId),
        'the next session has a segment',
      );
      const stopped = await ask(server, 'mutation { stopRecording(stream: "cam") }');
      expect(stopped).toEqual({ stopRecording: true });
      await until(
        () =>
          changes.events.filter(({ recordingSessionChanged: { session } }) => session?.state === 'COMPLETED').length >=
          2,
        'both sessions are told to be over',
      );
      const reasons = changes.events.flatMap(({ recordingSessionChanged: { id, session } }) =>
        session?.state === 'COMPLETED' ? [[id, session.reason]] : [],
      );
      expect(reasons).toEqual(
        expect.arrayContaining([
          [split.endedSessionId, 'split'],
          [split.sessionId, 'requested'],
        ]),
      );
      const again = await ask<{ startRecording: { directory: string } }>(
        server,
        'mutation { startRecording(stream: "cam", input: { baseDir: "shows/one" }) { directory } }',
      );
      expect(again.startRecording.directory).toBe('shows/one');
      await until(() => segments.events.some(isIn('shows/one')), 'the third session has a segment');
    }
    await until(() => streams.events.some(({ streamChanged: { stream } }) => stream?.isLive === false), 'cam has left');
    expect(changes.errors).toEqual([]);
    expect(segments.errors).toEqual([]);
    await client.dispose();
  });

  withFfmpeg('gives the same session with all that belongs to it, and takes it away', async () => {
    await recordTwice(server, 'two');
    const ofTwo = `filter: { stream: "two", state: COMPLETED }, orderBy: OLDEST_FIRST`;
    const { recordingSessions, recordings, nodes } = await ask<{
      recordingSessions: {
        edges: { cursor: string; node: { id: string; playback: { dash: string; hls: string } } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      recordings: object;
      nodes: object;
    }>(
      server,
      `{ recordingSessions(first: 1, ${ofTwo}) {
           pageInfo { hasNextPage endCursor }
           edges { cursor node {
             id durationMs lengthMs sizeBytes segmentCount playback { dash hls mp4 }
             completeness { coveredPercent tracks { kind framesRecorded } }
             tracks { kind codecString width height } gaps { edges { node { kind cause } } }
             storage { state directories } node { alias isRunning }
             segments(first: 1) { pageInfo { hasNextPage } edges { node { number state objects { kind sha256 } } } } } } }
         recordings(filter: { stream: "two" }) { edges { node { segmentCount sessions { edges { node { id } } } } } }
         nodes { edges { node { isRunning capacity { workers } load { cpuPercent } } } } }`,
    );
    expect(recordingSessions.pageInfo.hasNextPage).toBe(true);
    expect(recordingSessions.edges[0]?.node).toMatchObject({
      storage: { state: 'LOCAL' },
      node: { isRunning: true },
      completeness: { coveredPercent: expect.any(Number) as number },
      tracks: expect.arrayContaining([expect.objectContaining({ kind: 'VIDEO' })]) as object,
      segments: { edges: [{ node: { number: 1, state: 'LOCAL' } }] },
    });
    expect(recordings).toMatchObject({ edges: [{ node: { sessions: { edges: { length: 2 } } } }] });
    expect(nodes).toMatchObject({ edges: [{ node: { isRunning: true } }] });
    const rest = await ask<{ recordingSessions: { edges: { node: { id: string } }[] } }>(
      server,
      `query ($after: String) { recordingSessions(after: $after, ${ofTwo}) { edges { node { id } } } }`,
      { after: recordingSessions.pageInfo.endCursor },
    );
    expect(rest.recordingSessions.edges).toHaveLength(1);

    const session = { id: recordingSessions.edges[0]?.node.id ?? '' };
    await ask(server, 'mutation ($id: ID!) { holdRecordingSession(id: $id) { heldAt } }', { id: session.id });
    const REMOVE = 'mutation ($id: ID!) { deleteRecordingSession(id: $id, removeObjects: true) { segmentCount } }';
    expect(await graphql(server, REMOVE, { id: session.id })).toMatchObject({
      status: 409,
      errors: [{ extensions: { code: 'recording-session-held' } }],
    });
    await ask(server, 'mutation ($id: ID!) { releaseRecordingSession(id: $id) { heldAt } }', { id: session.id });
    const client = subscriber(server);
    using changes = new Heard<Change>(client, CHANGES.replace('cam', 'two'));
    await pause(200);
    await ask(server, REMOVE, { id: session.id });
    await until(
      () => changes.events.some(({ recordingSessionChanged }) => recordingSessionChanged.session === null),
      'it is told to be gone',
    );
    await client.dispose();
  });

  it.each([
    ['a malformed cursor', '{ recordings(after: "zzz") { pageInfo { hasNextPage } } }', 'cursor-invalid'],
    ['the cursor of another list', '{ nodes(after: "WzEsMl0") { pageInfo { hasNextPage } } }', 'cursor-invalid'],
    ['a page bomb', '{ recordings(first: 2000) { pageInfo { hasNextPage } } }', 'page-size-invalid'],
    [
      'pages in pages',
      '{ recordings(first: 200) { edges { node { sessions(first: 200) { edges { node { id } } } } } } }',
      'graphql-too-many-objects',
    ],
    [
      'an alias bomb',
      `{ ${Array.from({ length: 51 }, (_, n) => `a${n}: nodes { pageInfo { hasNextPage } }`).join(' ')} }`,
      'graphql-too-many-aliases',
    ],
    [
      'a deep selection',
      `{ recordingSessions { edges { node { segments { edges { node { session { segments { edges { node { session {
         segments { edges { node { id } } } } } } } } } } } } } } }`,
      'graphql-too-deep',
    ],
    ['a wrong document', '{ nothing }', 'graphql-invalid'],
    ['a broken document', '{', 'graphql-syntax'],
  ])('refuses %s with 400 and a code', async (_, query, code) => {
    expect(await graphql(server, query)).toMatchObject({ status: 400, errors: [{ extensions: { code } }] });
    const client = subscriber(server);
    const heard = new Heard(client, query);
    await until(() => heard.errors.length > 0, 'the subscriber is refused too');
    expect(JSON.stringify(heard.errors)).toContain(code);
    await client.dispose();
  });

  it('refuses several operations at once, other methods and other content types', async () => {
    const send = (method: string, type: string, body?: string): Promise<Response> =>
      fetch(server.url('/graphql'), {
        method,
        headers: { 'content-type': type },
        ...(body === undefined ? {} : { body }),
      });
    const query = '{ nodes { pageInfo { hasNextPage } } }';

    expect((await send('POST', 'application/json', JSON.stringify([{ query }]))).status).toBe(400);
    expect((await send('POST', 'text/plain', JSON.stringify({ query }))).status).toBe(415);
    expect((await send('POST', 'application/x-www-form-urlencoded', `query=${query}`)).status).toBe(415);
    expect((await send('GET', 'application/json')).status).toBe(405);
  });

  it('does not take WebSockets of pages of other origins', async () => {
    const open = (origin?: string): Promise<number> =>
      new Promise((resolve) => {
        const url = server.url('/graphql').replace('http', 'ws');
        const socket = new WebSocket(url, 'graphql-transport-ws', origin === undefined ? {} : { origin });
        socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
        socket.on('open', () => {
          socket.close();
          resolve(101);
        });
        socket.on('error', () => undefined);
      });

    expect(await open('https://elsewhere.example')).toBe(403);
    expect(await open(server.url(''))).toBe(101);
    expect(await open()).toBe(101);
  });

  withFfmpeg(`tells ${SUBSCRIBERS} subscribers of a change`, async () => {
    const clients = Array.from({ length: SUBSCRIBERS }, () => subscriber(server));
    const stream = `many-${randomUUID()}`;
    const heard = clients.map(
      (client) => new Heard<Change>(client, `subscription { streamChanged(stream: "${stream}") { id } }`),
    );
    await pause(1000);
    await using _publisher = await publish(server, stream);
    await until(() => heard.every(({ events }) => events.length > 0), 'all have heard of it');
    for (const client of clients) await client.dispose();

    expect(heard.flatMap(({ errors }) => errors)).toEqual([]);
  });
});

describe('GraphQL with tokens', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ env: { AIRCHECK_AUTH_TOKENS: TOKEN } });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const QUERY = '{ nodes { edges { node { id } } } }';

  it('judges the token before the body', async () => {
    const response = await fetch(server.url('/graphql'), {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    expect(response.status).toBe(401);
    expect(await graphql(server, QUERY)).toMatchObject({ status: 401, code: 'token-missing' });
    expect(await graphql(server, QUERY, {}, { authorization: 'Bearer another-token' })).toMatchObject({ status: 401 });
    expect(await graphql(server, QUERY, {}, { authorization: `Bearer ${TOKEN}` })).toMatchObject({ status: 200 });
  });

  it('wants it of subscribers too, in their first message', async () => {
    const client = subscriber(server, { authorization: `Bearer ${TOKEN}` });
    using heard = new Heard<object>(client, QUERY);
    await until(() => heard.events.length === 1, 'the query is answered');
    await client.dispose();

    const closed = await new Promise<unknown>((resolve) => {
      subscriber(server, { authorization: 'Bearer another-token' }).on('closed', resolve);
    });
    expect(closed).toMatchObject({ code: 4401, reason: 'token-invalid' });
  });
});

/** @returns whether a segment lies in a directory */
function isIn(directory: string): (event: object) => boolean {
  return (event) => JSON.stringify(event).includes(`"${directory}/`);
}
