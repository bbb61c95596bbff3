import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SegmentRow } from '../../src/modules/index/entities/index.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/index.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { parseObjectKey, type ObjectKey } from '../../src/modules/storage/ports/object-key.js';
import type { ByteRange } from '../../src/shared/byte-range.js';
import type {
  ObjectFacts,
  PresignedRequest,
  PresignInput,
  StoredObject,
} from '../../src/modules/storage/ports/storage-driver.js';
import { StorageUnavailableError } from '../../src/modules/storage/storage.errors.js';
import {
  DIRECTORY,
  record,
  segmentBytes,
  segmentClosed,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

const KEY = `${DIRECTORY}/seg_0001.m4s`;
const LOCAL_KEY = `${DIRECTORY}/seg_0002.m4s`;
const ETAG = `"${segmentClosed(1, { startMs: 0 }).objects[0]?.sha256 ?? ''}"`;

const SILENT = { code: 'storage-unavailable', fault: 'unreachable' };

type Mood = 'well' | 'away' | 'hanging' | 'resetting' | 'stalling' | 'pausing';

/** A bucket in memory that can be ill. */
class Bucket extends MemoryStorageDriver {
  mood: Mood = 'well';
  asked = 0;

  override async get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    await this.answer();
    if (this.mood === 'resetting') return new Readable({ read: resetting });
    if (this.mood === 'stalling') return new Readable({ read: () => undefined });
    if (this.mood === 'pausing') return pausing();
    return super.get(key, range);
  }

  override async head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    await this.answer();
    return super.head(key);
  }

  override async *list(directory: ObjectKey): AsyncIterable<StoredObject> {
    await this.answer();
    yield* super.list(directory);
  }

  override async presign({ key, method }: PresignInput): Promise<PresignedRequest> {
    await this.answer();
    return { url: `https://bucket.example.net/${key}?signed=${method}`, headers: {} };
  }

  override async probe(): Promise<void> {
    await this.answer();
  }

  private async answer(): Promise<void> {
    this.asked += 1;
    if (this.mood === 'away') throw new StorageUnavailableError('unreachable', 'connection refused.');
    if (this.mood === 'hanging') await new Promise(() => undefined);
  }
}

/** A beginning, and nothing more. */
function pausing(): Readable {
  const body = new Readable({ read: () => undefined });
  body.push('media');
  return body;
}

function resetting(this: Readable): void {
  this.destroy(new Error('socket hang up'));
}

/** Two segments that were uploaded, of which the first is in the bucket alone. */
async function startReleased(
  environment: Readonly<Record<string, string>> = {},
): Promise<IndexFixture & { bucket: Bucket }> {
  const bucket = new Bucket();
  const fixture = await startIndex(environment, { bucket });
  await record(fixture, { segments: [1, 2] });
  await fixture.index.setSessionState('s1', { state: 'completed' });
  await fixture.manifests.publish(DIRECTORY);
  for (const number of [1, 2]) {
    for (const { objectKey } of segmentClosed(number, { startMs: 0 }).objects) {
      await bucket.put(parseObjectKey(objectKey), Readable.from([segmentBytes(objectKey)]));
    }
  }
  const stored = { state: 'stored' } as const;
  await fixture.dataSource.manager.update(SegmentRow, { directory: DIRECTORY }, stored);
  await fixture.dataSource.manager.update(SegmentRow, { number: 1 }, { releasedAt: new Date() });
  await rm(join(fixture.root, KEY));
  await rm(join(fixture.root, `${DIRECTORY}/audio_seg_0001.m4s`));
  return Object.assign(fixture, { bucket });
}

describe('an object that only the bucket has', () => {
  let fixture: Awaited<ReturnType<typeof startReleased>>;

  beforeAll(async () => {
    fixture = await startReleased();
  });

  afterAll(() => fixture[Symbol.asyncDispose]());

  beforeEach(async () => {
    fixture.bucket.mood = 'well';
    // What is known of a bucket that did not answer is forgotten when it is found to do so.
    expect((await fetch(`${await fixture.app.getUrl()}/api/storage/ping`)).status).toBe(200);
    fixture.bucket.asked = 0;
  });

  async function ask(key: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${await fixture.app.getUrl()}/api/record/object/${key}`, { redirect: 'manual', ...init });
  }

  it('is given as if it were here', async () => {
    const response = await ask(KEY);

    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag: ETAG,
      'content-type': 'video/mp4',
      'content-length': String(segmentBytes(KEY).length),
      'cache-control': 'max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      'last-modified': expect.stringMatching(/GMT$/) as string,
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(segmentBytes(KEY));
    expect((await ask(`${DIRECTORY}/audio_seg_0001.m4s`)).headers.get('content-type')).toBe('audio/mp4');
  });

  it('has ranges and conditions', async () => {
    const part = await ask(KEY, { headers: { range: 'bytes=6-9' } });

    expect([part.status, await part.text()]).toEqual([206, segmentBytes(KEY).toString().slice(6, 10)]);
    expect((await ask(KEY, { headers: { range: 'bytes=1000-' } })).status).toBe(416);
    expect((await ask(KEY, { headers: { 'if-none-match': ETAG } })).status).toBe(304);
    const head = await ask(KEY, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(segmentBytes(KEY).length)]);
  });

  it.each<[string, Mood]>([
    ['cannot be reached', 'away'],
    ['resets the connection', 'resetting'],
  ])('is 503 while the bucket %s, and nothing else is', async (_how, mood) => {
    fixture.bucket.mood = mood;

    const response = await ask(KEY);

    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(response.headers.get('etag')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ code: 'storage-unavailable' });
    for (const key of [LOCAL_KEY, `${DIRECTORY}/manifest.mpd`, `${DIRECTORY}/session_s1.json`]) {
      expect((await ask(key)).status).toBe(200);
    }
    expect((await ask(KEY, { headers: { 'if-none-match': ETAG } })).status).toBe(304);
    expect((await ask(`${DIRECTORY}/seg_0009.m4s`)).status).toBe(404);
  });

  it('is 503 at once while the bucket is known not to answer', async () => {
    fixture.bucket.mood = 'hanging';
    const first = await ask(KEY);
    expect([first.status, await first.json()]).toMatchObject([503, SILENT]);
    const startMs = performance.now();

    const responses = await Promise.all([ask(KEY), ask(KEY, { method: 'HEAD' }), ask(KEY), ask(LOCAL_KEY)]);

    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(responses.map(({ status }) => status)).toEqual([503, 503, 503, 200]);
    expect(responses.slice(0, 3).map(({ headers }) => headers.get('retry-after'))).toEqual(['5', '5', '5']);
    expect(fixture.bucket.asked).toBe(1);
  }, 20_000);

  it('is 503 at once while the bucket is known to say what it has and to give nothing of it', async () => {
    fixture.bucket.mood = 'stalling';
    const [first] = await Promise.all([ask(KEY), ask(KEY)]);
    expect([first.status, await first.json()]).toMatchObject([503, SILENT]);
    const startMs = performance.now();

    const responses = await Promise.all([ask(KEY), ask(KEY), ask(KEY)]);

    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(responses.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect((await ask(KEY, { method: 'HEAD' })).status).toBe(200);
  }, 20_000);

  it('is 503 at once while the bucket is known to stop in the middle of objects', async () => {
    fixture.bucket.mood = 'pausing';
    await expect(ask(KEY).then((response) => response.arrayBuffer())).rejects.toThrow();
    const startMs = performance.now();

    expect((await ask(KEY)).status).toBe(503);

    expect(performance.now() - startMs).toBeLessThan(2000);
  }, 25_000);

  it('asks the bucket for nothing that is here', async () => {
    for (const key of [
      LOCAL_KEY,
      `${DIRECTORY}/manifest.mpd`,
      `${DIRECTORY}/session_s1.json`,
      'nowhere/seg_0001.m4s',
    ]) {
      await (await ask(key)).arrayBuffer();
    }

    expect(fixture.bucket.asked).toBe(0);
  });

  it('is nobody’s to write to by a signed PUT, once it is in the bucket', async () => {
    const presign = async (method: 'GET' | 'PUT', path: string): Promise<unknown[]> => {
      const response = await fetch(`${await fixture.app.getUrl()}/api/storage/presign`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ method, path, ttl_seconds: 60 }),
      });
      const { code } = (await response.json()) as { code?: string };
      return [response.status, code];
    };
    const [init, free] = [`${DIRECTORY}/init.m4s`, `${DIRECTORY}/seg_0009.m4s`];
    await fixture.dataSource.manager.delete(Job, { objectKey: KEY });

    for (const path of [KEY, '.aircheck-storage.json']) {
      expect(await presign('PUT', path)).toEqual([409, 'object-owned']);
      expect(await presign('GET', path)).toEqual([200, undefined]);
    }
    for (const path of [free, init, LOCAL_KEY, `${DIRECTORY}/manifest.mpd`]) {
      expect(await presign('PUT', path)).toEqual([200, undefined]);
    }
    await fixture.dataSource.manager.delete(Job, { objectKey: init });
    expect(await presign('PUT', init)).toEqual([409, 'object-owned']);
  });

  it('is lost when the bucket has other bytes or none', async () => {
    const key = parseObjectKey(`${DIRECTORY}/audio_seg_0001.m4s`);
    const lost = { code: 'object-lost', from: '2026-11-20T12:00:00.000Z', to: '2026-11-20T12:00:06.000Z' };
    for (const bytes of [Buffer.from('cut'), undefined]) {
      if (bytes === undefined) await fixture.bucket.delete(key);
      else await fixture.bucket.put(key, Readable.from([bytes]));
      const response = await ask(key);
      expect([response.status, await response.json()]).toMatchObject([410, lost]);
    }
    await fixture.bucket.put(key, Readable.from([segmentBytes(key)]));
  });

  it('is given from the backup when the bucket is away', async () => {
    const [bucket, backup] = [new Bucket(), new Bucket()];
    await using other = await startIndex({}, { bucket, backup });
    await record(other, { segments: [1] });
    await backup.put(parseObjectKey(KEY), Readable.from([segmentBytes(KEY)]));
    await rm(join(other.root, KEY));
    bucket.mood = 'away';

    const response = await fetch(`${await other.app.getUrl()}/api/record/object/${KEY}`);

    expect([response.status, await response.text()]).toEqual([200, segmentBytes(KEY).toString()]);
  });

  it('makes views from the rows when their files are gone', async () => {
    const names = ['manifest.mpd', 'video.m3u8', 'session_s1.json'];
    const before = await Promise.all(names.map(async (name) => (await ask(`${DIRECTORY}/${name}`)).text()));
    for (const name of names) await rm(join(fixture.root, DIRECTORY, name));
    fixture.bucket.mood = 'away';

    const after = await Promise.all(names.map(async (name) => (await ask(`${DIRECTORY}/${name}`)).text()));

    expect(after).toEqual(before);
  });
});

describe('with signed redirects', () => {
  let fixture: Awaited<ReturnType<typeof startReleased>>;

  beforeAll(async () => {
    fixture = await startReleased({ AIRCHECK_PLAYBACK_SIGNED_REDIRECT: 'true' });
  });

  afterAll(() => fixture[Symbol.asyncDispose]());

  async function ask(key: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${await fixture.app.getUrl()}/api/record/object/${key}`, { redirect: 'manual', ...init });
  }

  it.each([KEY, LOCAL_KEY])('clients are sent to the bucket for %s', async (key) => {
    const response = await ask(key, { headers: { range: 'bytes=0-3' } });

    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe(`https://bucket.example.net/${key}?signed=GET`);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect((await ask(key, { headers: { 'if-none-match': '*' } })).status).toBe(304);
    expect((await ask(key, { method: 'HEAD' })).status).toBe(200);
  });

  it('manifests are given out here', async () => {
    expect((await ask(`${DIRECTORY}/manifest.mpd`)).status).toBe(200);
  });

  it('media that is not uploaded yet is given out here', async () => {
    await fixture.bucket.delete(parseObjectKey(LOCAL_KEY));
    expect((await ask(LOCAL_KEY)).status).toBe(200);
    await fixture.bucket.put(parseObjectKey(LOCAL_KEY), Readable.from([segmentBytes(LOCAL_KEY)]));
  });

  it('media that is here is given out here while the bucket is away', async () => {
    fixture.bucket.mood = 'away';

    expect([(await ask(LOCAL_KEY)).status, (await ask(KEY)).status]).toEqual([200, 503]);
  });

  it('nobody waits twice for a bucket that does not answer', async () => {
    fixture.bucket.mood = 'hanging';
    const startMs = performance.now();
    const first = await ask(KEY);
    const firstMs = performance.now() - startMs;

    const others = await Promise.all([ask(KEY), ask(LOCAL_KEY)]);

    expect([first, ...others].map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(firstMs).toBeLessThan(8000);
    expect(performance.now() - startMs - firstMs).toBeLessThan(2000);
  }, 20_000);
});

it('a probe of a bucket that says nothing ends within some seconds, and says so', async () => {
  const bucket = new Bucket();
  await using fixture = await startIndex({}, { bucket });
  bucket.mood = 'hanging';
  const startMs = performance.now();

  const response = await fetch(`${await fixture.app.getUrl()}/api/storage/ping`);

  expect(performance.now() - startMs).toBeLessThan(8000);
  expect([response.status, await response.json()]).toMatchObject([
    503,
    { fault: 'unreachable', detail: expect.stringContaining('within 5 s') as string },
  ]);
}, 20_000);

describe('the numbers of a directory', () => {
  it('go on from what the bucket has where no row is', async () => {
    const bucket = new Bucket();
    await using fixture = await startIndex({}, { bucket });
    for (const name of ['seg_0007.m4s', 'init_0003.m4s']) {
      await bucket.put(parseObjectKey(`archive/${name}`), Readable.from([Buffer.from(name)]));
    }

    await expect(fixture.directories.directoryState('archive')).resolves.toMatchObject({
      nextSegmentNumber: 8,
      nextInitNumber: { video: 4, audio: 1 },
    });
  });

  it.each<Mood>(['away', 'hanging'])('do not wait for a bucket that is %s', async (mood) => {
    const bucket = new Bucket();
    await using fixture = await startIndex({}, { bucket });
    bucket.mood = mood;

    await expect(fixture.directories.directoryState('archive')).resolves.toMatchObject({ nextSegmentNumber: 1 });
  });

  it('need no bucket where rows and files tell everything', async () => {
    await using fixture = await startReleased();
    for (const name of ['init.m4s', 'audio_init.m4s']) {
      await fixture.storage.put(parseObjectKey(`${DIRECTORY}/${name}`), Buffer.alloc(700));
    }
    fixture.bucket.asked = 0;

    await expect(fixture.directories.directoryState(DIRECTORY)).resolves.toMatchObject({ nextSegmentNumber: 3 });
    expect(fixture.bucket.asked).toBe(0);
  });

  it('point at an init that only the bucket has', async () => {
    await using fixture = await startReleased();
    await fixture.bucket.put(parseObjectKey(`${DIRECTORY}/init.m4s`), Readable.from([Buffer.alloc(700)]));

    const { knownInits } = await fixture.directories.directoryState(DIRECTORY);

    expect(knownInits.map(({ objectKey }) => objectKey)).toEqual([`${DIRECTORY}/init.m4s`]);
  });
});

it('has no signed URLs where recordings are kept in a folder', async () => {
  await using fixture = await startIndex();

  const response = await fetch(`${await fixture.app.getUrl()}/api/storage/presign`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ method: 'GET', path: KEY }),
  });

  expect([response.status, await response.json()]).toMatchObject([422, { code: 'presign-unsupported' }]);
});
