import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExportsModule } from '../../src/modules/exports/exports.module.js';
import { encodeSegments, type EncodedTrack } from '../support/encoded-segments.js';
import { decodeWithFfmpeg, probe } from '../support/judges/ffmpeg.js';
import { describeWith } from '../support/tools.js';
import { DIRECTORY, START, startIndex, type IndexFixture } from './support/index-fixture.js';
import { completeMedia, recordMedia } from './support/recorded-media.js';

const at = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);
const asked = (from: number, to: number): string => `from=${at(from).toISOString()}&to=${at(to).toISOString()}`;

describeWith('ffmpeg')('a clip over HTTP', () => {
  let fixture: IndexFixture;
  let folder: string;
  let media: { video: EncodedTrack; audio: EncodedTrack };

  /** Eight seconds, a gap, eight seconds of another session. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-clip-'));
    media = await encodeSegments({ codec: 'H264', seconds: 8, bFrames: 2 });
    fixture = await startIndex({}, {}, [ExportsModule]);
    const tracks = [media.video, media.audio];
    await recordMedia(fixture, { tracks });
    await completeMedia(fixture, 's1', at(8));
    await recordMedia(fixture, { tracks, sessionId: 's2', startedAt: at(20), number: 11 });
    await completeMedia(fixture, 's2', at(28));
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const get = async (query: string, init: RequestInit = {}, stream = 'cam'): Promise<Response> =>
    fetch(`${await fixture.app.getUrl()}/play/${stream}/clip.mp4?${query}`, init);
  const ranged = (query: string, range: string, ifRange?: string): Promise<Response> =>
    get(query, { headers: { range, ...(ifRange !== undefined && { 'if-range': ifRange }) } });

  it('is whole, of the length that it promised, and decodes without a word', async () => {
    const response = await get(asked(2.5, 6.2));
    const bytes = Buffer.from(await response.arrayBuffer());
    const path = join(folder, 'clip.mp4');
    await writeFile(path, bytes);

    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    expect((await decodeWithFfmpeg(path)).complaints).toBe('');
    expect(Number((await probe(path)).format.duration)).toBeCloseTo(3.7, 1);
  });

  it('spans sessions, with the gap or without', async () => {
    const durations: number[] = [];
    for (const gaps of ['keep', 'close']) {
      const path = join(folder, `${gaps}.mp4`);
      await writeFile(path, Buffer.from(await (await get(`${asked(4, 24)}&gaps=${gaps}`)).arrayBuffer()));
      expect((await decodeWithFfmpeg(path)).complaints).toBe('');
      durations.push(Math.round(Number((await probe(path)).format.duration)));
    }

    expect(durations).toEqual([20, 8]);
  });

  it('is a session where one is named', async () => {
    const response = await get('session=s2');

    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain('cam%202026-11-20T12-00-20Z.mp4');
  });

  it('can be read in parts that fit together', async () => {
    const query = asked(1, 25);
    const whole = Buffer.from(await (await get(query)).arrayBuffer());
    const parts: Buffer[] = [];
    for (let start = 0; start < whole.length; start += 77_777) {
      const response = await ranged(query, `bytes=${String(start)}-${String(start + 77_776)}`);
      expect(response.status).toBe(206);
      parts.push(Buffer.from(await response.arrayBuffer()));
    }

    expect(Buffer.concat(parts).equals(whole)).toBe(true);
  });

  it('is resumed while it is the same, and begun anew when it is not', async () => {
    const etag = (await get(asked(1, 5), { method: 'HEAD' })).headers.get('etag') ?? '';

    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await ranged(asked(1, 5), 'bytes=100-', etag)).status).toBe(206);
    expect((await ranged(asked(1, 5), 'bytes=100-', '"other"')).status).toBe(200);
    expect((await ranged(asked(1, 5), 'bytes=999999999-')).status).toBe(416);
    expect((await get(asked(1, 5), { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await get(asked(1, 6), { method: 'HEAD' })).headers.get('etag')).not.toBe(etag);
  });

  it.each([
    [400, 'input-invalid', 'from=yesterday&to=today'],
    [400, 'input-invalid', ''],
    [400, 'input-invalid', `${asked(1, 2)}&session=s1`],
    [400, 'range-invalid', asked(5, 4)],
    [400, 'range-invalid', asked(5, 5)],
    [400, 'range-in-future', 'from=2999-01-01T00:00:00Z&to=2999-01-01T01:00:00Z'],
    [404, 'nothing-recorded-in-range', asked(10, 15)],
    [404, 'recording-session-not-found', 'session=s9'],
    [422, 'clip-too-long', asked(0, 20_000)],
  ])('answers %d %s to ?%s', async (status, code, query) => {
    const response = await get(query);

    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ code })]);
  });

  it('does not know a stream that was never recorded', async () => {
    expect((await get(asked(0, 1), {}, 'nobody')).status).toBe(404);
  });

  it('says where to split what one file cannot have', async () => {
    const { video } = await encodeSegments({ codec: 'VP9', seconds: 2 });
    await recordMedia(fixture, { tracks: [video], sessionId: 's3', startedAt: at(30), number: 21 });
    await completeMedia(fixture, 's3', at(32));

    const response = await get(asked(22, 32));

    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'parameters-differ', splitAt: at(30).toISOString() });
    expect((await get(asked(30, 32))).status).toBe(200);
  });

  it('shows a gap where the bytes of a segment are gone', async () => {
    await rm(join(fixture.root, DIRECTORY, 'seg_0012.m4s'));
    const path = join(folder, 'hole.mp4');
    await writeFile(path, Buffer.from(await (await get(asked(20, 27))).arrayBuffer()));

    expect((await decodeWithFfmpeg(path)).complaints).toBe('');
    expect(Number((await probe(path)).format.duration)).toBeCloseTo(7, 1);
  });
});
