import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { appendFile, mkdtemp, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SegmentRow, TrackRow } from '../../src/modules/index/entities/index.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { pause } from '../support/wait.js';
import {
  DIRECTORY,
  record,
  segmentBytes,
  segmentClosed,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

const KEY = `${DIRECTORY}/seg_0001.m4s`;
const BYTES = segmentBytes(KEY);
const ETAG = `"${segmentClosed(1, { startMs: 0 }).objects[0]?.sha256 ?? ''}"`;

let fixture: IndexFixture;

beforeAll(async () => {
  fixture = await startIndex();
  await record(fixture, { segments: [1] });
  await fixture.index.setSessionState('s1', { state: 'completed' });
  await fixture.manifests.publish(DIRECTORY);
  await fixture.storage.put(parseObjectKey(`${DIRECTORY}/audio_init.m4s`), Buffer.alloc(700));
  await fixture.storage.put(parseObjectKey(`${DIRECTORY}/seg_0002.m4s`), Buffer.from('still open'));
  await fixture.storage.put(parseObjectKey(`${DIRECTORY}/notes.txt`), Buffer.from('private'));
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

/** Within the second of a change its date tells nothing. */
async function waitForNextSecond(): Promise<void> {
  await pause(1000 - (Date.now() % 1000));
}

/** Sends the path as it is: fetch would tidy it. */
async function ask(path: string, { method = 'GET', ...headers }: Record<string, string> = {}) {
  const { port } = new URL(await fixture.app.getUrl());
  const outgoing = request({ host: '127.0.0.1', port, method, headers, path: `/api/record/object/${path}` }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

it('gives committed media to be kept for ever', async () => {
  const { status, headers, body } = await ask(KEY);

  expect([status, body]).toEqual([200, BYTES.toString()]);
  expect(headers).toMatchObject({
    etag: ETAG,
    'content-type': 'video/mp4',
    'content-length': String(BYTES.length),
    'accept-ranges': 'bytes',
    'cache-control': 'max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  });
});

it.each([
  ['audio_seg_0001.m4s', 'audio/mp4', /immutable/],
  ['audio_init.m4s', 'audio/mp4', /immutable/],
  ['manifest.mpd', 'application/dash+xml', /^no-cache$/],
  ['index.m3u8', 'application/vnd.apple.mpegurl', /^no-cache$/],
  ['session_s1.json', 'application/json', /^no-cache$/],
])('sends %s as %s', async (name, contentType, cacheControl) => {
  const { status, headers, body } = await ask(`${DIRECTORY}/${name}`);

  expect([status, headers['content-type']]).toEqual([200, contentType]);
  expect(headers['cache-control']).toMatch(cacheControl);
  expect(headers.etag).toMatch(/^"[0-9a-f]{64}"$/);
  expect(headers['content-length']).toBe(String(body.length));
});

it('answers HEAD with the header of GET', async () => {
  const whole = await ask(KEY);
  const { status, headers, body } = await ask(KEY, { method: 'HEAD', range: 'bytes=0-1' });

  expect([status, body]).toEqual([200, '']);
  for (const name of ['etag', 'content-type', 'content-length', 'cache-control', 'accept-ranges']) {
    expect(headers[name]).toBe(whole.headers[name]);
  }
});

it.each([KEY, `${DIRECTORY}/manifest.mpd`])(
  'says since when %s is what it is, and sends it no second time',
  async (key) => {
    await waitForNextSecond();
    const date = (await ask(key)).headers['last-modified'] ?? '';

    expect(Date.parse(date)).toBeLessThanOrEqual(Date.now());
    expect((await ask(key, { 'if-modified-since': date })).status).toBe(304);
    expect((await ask(key, { 'if-modified-since': date, 'if-none-match': '"x"' })).status).toBe(200);
    expect((await ask(key, { 'if-modified-since': 'Fri, 20 Nov 2020 12:00:00 GMT' })).status).toBe(200);
    expect((await ask(key, { range: 'bytes=0-1', 'if-range': date })).status).toBe(206);
    expect((await ask(key, { range: 'bytes=0-1', 'if-range': 'Fri, 20 Nov 2020 12:00:00 GMT' })).status).toBe(200);
  },
);

it.each([
  [KEY, BYTES.toString()],
  [`${DIRECTORY}/manifest.mpd`, undefined],
])('sends a range of %s', async (key, known) => {
  const whole = known ?? (await ask(key)).body;
  const { status, headers, body } = await ask(key, { range: 'bytes=6-9' });

  expect([status, body]).toEqual([206, whole.slice(6, 10)]);
  expect(headers['content-range']).toBe(`bytes 6-9/${String(whole.length)}`);
  expect(headers['content-length']).toBe('4');
});

it.each(['bytes=1000-', 'bytes=0-1,4-5'])('refuses the range %s', async (range) => {
  const { status, headers, body } = await ask(KEY, { range });

  expect([status, headers['content-range']]).toEqual([416, `bytes */${String(BYTES.length)}`]);
  expect(headers['cache-control']).toBe('no-store');
  expect(headers.etag).toBeUndefined();
  expect(JSON.parse(body)).toMatchObject({ status: 416, code: 'range-not-satisfiable' });
});

it('sends nothing to who has it already', async () => {
  const { status, headers, body } = await ask(KEY, { 'if-none-match': `"x", W/${ETAG}` });

  expect([status, body, headers.etag, headers['content-length']]).toEqual([304, '', ETAG, undefined]);
  expect(headers['cache-control']).toMatch(/immutable/);
  expect((await ask(KEY, { 'if-none-match': ETAG, range: 'bytes=0-1' })).status).toBe(304);
});

it('sends a range only of what If-Range names', async () => {
  expect((await ask(KEY, { range: 'bytes=0-1', 'if-range': ETAG })).status).toBe(206);
  expect((await ask(KEY, { range: 'bytes=0-1', 'if-range': '"old"' })).status).toBe(200);
});

it('sends nothing when the object is not the one of If-Match', async () => {
  const { status, body } = await ask(KEY, { 'if-match': '"old"' });

  expect(status).toBe(412);
  expect(JSON.parse(body)).toMatchObject({ code: 'precondition-failed' });
});

it.each([
  '../../../etc/passwd',
  '..',
  'cam/../../x',
  '%2e%2e/%2e%2e/etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%252e%252e%252fetc',
  'cam%5c..%5c..',
  'cam\\..\\x',
  '/etc/passwd',
  '%2fetc/passwd',
  'cam//x',
  'cam/%00',
  'cam/%0a',
  'cam/./x',
  'x'.repeat(256),
  `${'x/'.repeat(600)}x`,
])('refuses the key %s', async (path) => {
  const { status, headers, body } = await ask(path);

  expect(status).toBe(400);
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(headers['cache-control']).toBe('no-store');
  expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'object-key-invalid' });
});

it('refuses a key that is not percent-encoded UTF-8', async () => {
  expect((await ask('cam/%')).status).toBe(400);
  expect((await ask('cam/%ff')).status).toBe(400);
});

it.each([
  ['a segment that is still written', `${DIRECTORY}/seg_0002.m4s`, 'object-not-committed'],
  ['a segment that never was', `${DIRECTORY}/seg_0009.m4s`, 'object-not-found'],
  ['an init that never was', `${DIRECTORY}/init_0009.m4s`, 'object-not-found'],
  ['a file that is none of ours', `${DIRECTORY}/notes.txt`, 'object-not-found'],
  ['a manifest of nothing', 'nowhere/manifest.mpd', 'object-not-found'],
  ['a manifest at the root', 'manifest.mpd', 'object-not-found'],
  ['a directory', DIRECTORY, 'object-not-found'],
  ['a session that never was', `${DIRECTORY}/session_x.json`, 'object-not-found'],
  ['a segment of the right number and the wrong kind', `${DIRECTORY}/init_0001.m4s`, 'object-not-found'],
])('has no %s', async (_what, key, code) => {
  const { status, headers, body } = await ask(key);

  expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
  expect(JSON.parse(body)).toMatchObject({ code });
});

it('tells that a segment of a growing directory is still to come', async () => {
  fixture.manifests.setLive('live/2026/11/20', true);

  const { status, body } = await ask('live/2026/11/20/seg_0007.m4s');

  expect([status, JSON.parse(body)]).toMatchObject([404, { code: 'object-not-committed' }]);
});

describe.each(['GET', 'HEAD'])('%s of an object', (method) => {
  it.each([
    ['vanished', (path: string) => unlink(path)],
    ['was cut short', (path: string) => truncate(path, 5)],
    ['has other bytes behind its own', (path: string) => appendFile(path, 'more')],
  ])('that %s under the server does not pretend', async (_how, damage) => {
    const key = `${DIRECTORY}/audio_seg_0001.m4s`;
    await damage(join(fixture.root, key));

    const { status, headers, body } = await ask(key, { method });

    expect([status, headers['cache-control'], headers.etag]).toEqual([410, 'no-store', undefined]);
    const problem = { code: 'object-lost', key, from: '2026-11-20T12:00:00.000Z', to: '2026-11-20T12:00:06.000Z' };
    if (method === 'GET') expect(JSON.parse(body)).toMatchObject(problem);
    await fixture.storage.put(parseObjectKey(key), segmentBytes(key));
  });
});

it('says of what is lost alone that it is', async () => {
  const { manager } = fixture.dataSource;
  await manager.update(SegmentRow, { directory: DIRECTORY, number: 1 }, { lostTracks: ['v1'] });
  await manager.update(TrackRow, { directory: DIRECTORY, trackId: 'a1' }, { lostAt: new Date() });

  const statuses = await Promise.all(
    ['seg_0001.m4s', 'audio_seg_0001.m4s', 'audio_init.m4s'].map(
      async (name) => (await ask(`${DIRECTORY}/${name}`)).status,
    ),
  );

  expect(statuses).toEqual([410, 200, 410]);
  await manager.update(SegmentRow, { directory: DIRECTORY, number: 1 }, { lostTracks: null });
  await manager.update(TrackRow, { directory: DIRECTORY, trackId: 'a1' }, { lostAt: null });
});

it('closes the connection when an object gets shorter while it is sent', async () => {
  const key = `${DIRECTORY}/seg_0003.m4s`;
  const bytes = Buffer.alloc(32 * 1024 * 1024);
  const {
    objects: [object],
  } = segmentClosed(3, { startMs: 6000, trackIds: ['v1'] });
  if (object === undefined) throw new Error('no object');
  await fixture.storage.put(parseObjectKey(key), bytes);
  await fixture.index.commitSegment({
    recordingSessionId: 's1',
    directory: DIRECTORY,
    number: 3,
    period: 0,
    objects: [{ ...object, sizeBytes: bytes.length }],
  });
  const { port } = new URL(await fixture.app.getUrl());
  const outgoing = request({ host: '127.0.0.1', port, path: `/api/record/object/${key}` }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];

  await truncate(join(fixture.root, key), 1024);

  await expect(text(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect((await ask(KEY)).status).toBe(200);
});

it('follows no link that leads out', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'aircheck-outside-'));
  await writeFile(join(outside, 'session_x.json'), '{"secret":true}');
  await symlink(outside, join(fixture.root, 'out'));

  await symlink('/etc/hostname', join(fixture.root, 'seg_0001.m4s'));
  for (const key of ['out/session_x.json', 'out/manifest.mpd', 'out/notes.txt', 'out/seg_0001.m4s', 'seg_0001.m4s']) {
    const { status, body } = await ask(key);
    expect([status, JSON.parse(body)]).toMatchObject([400, { code: 'object-key-invalid' }]);
  }
  await rm(outside, { recursive: true });
});
