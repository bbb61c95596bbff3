import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExportsModule } from '../../src/modules/exports/exports.module.js';
import { S3StorageDriver } from '../../src/modules/storage/drivers/s3.driver.js';
import { encodeSegments } from '../support/encoded-segments.js';
import { decodeWithFfmpeg, pictureSize, probe } from '../support/judges/ffmpeg.js';
import { S3Server } from '../support/s3-server.js';
import { describeWith } from '../support/tools.js';
import { until } from '../support/wait.js';
import { START, startIndex, type IndexFixture } from './support/index-fixture.js';
import { completeMedia, moveToBucket, recordMedia } from './support/recorded-media.js';

const at = (seconds: number): string => new Date(START.getTime() + seconds * 1000).toISOString();
const CLIP = `/play/cam/clip.mp4?from=${at(1.5)}&to=${at(5)}`;

describeWith('ffmpeg', 'minio')('what only a bucket has', () => {
  let server: S3Server;
  let fixture: IndexFixture;
  let folder: string;
  /** Made while the folder had it all. */
  let before: Buffer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-clip-'));
    server = await S3Server.start();
    const bucket = new S3StorageDriver(server.storage());
    const env = { AIRCHECK_RECORDER_MIN_FREE_BYTES: '1048576', AIRCHECK_EXPORTS_DIR: join(folder, 'exports') };
    fixture = await startIndex(env, { bucket }, [ExportsModule]);
    const { video, audio } = await encodeSegments({ codec: 'H264', seconds: 8, bFrames: 2 });
    await recordMedia(fixture, { tracks: [video, audio] });
    await completeMedia(fixture, 's1', new Date(at(8)));
    before = await bytesOf(CLIP);
    await moveToBucket(fixture, bucket);
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch((await fixture.app.getUrl()) + path, init);
  const bytesOf = async (path: string): Promise<Buffer> => Buffer.from(await (await ask(path)).arrayBuffer());

  it('is given as the same clip, and in parts of it', async () => {
    const clip = await bytesOf(CLIP);
    const part = await ask(CLIP, { headers: { range: 'bytes=20000-40000' } });
    const path = join(folder, 'clip.mp4');
    await writeFile(path, clip);

    expect(clip.equals(before)).toBe(true);
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(before.subarray(20_000, 40_001))).toBe(true);
    expect((await decodeWithFfmpeg(path)).complaints).toBe('');
    expect(Number((await probe(path)).format.duration)).toBeCloseTo(3.5, 1);
  });

  it('becomes an export', async () => {
    const body = JSON.stringify({ stream: 'cam', session: 's1' });
    const made = await ask('/api/v1/exports', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { id } = (await made.json()) as { id: string };
    const show = async () => (await (await ask(`/api/v1/exports/${id}`)).json()) as { state: string; problem: unknown };
    await until(async () => ['completed', 'failed'].includes((await show()).state), 'the export is over');
    const path = join(folder, 'export.mp4');
    await writeFile(path, await bytesOf(`/api/v1/exports/${id}/file`));

    expect(await show()).toMatchObject({ state: 'completed', problem: null });
    expect((await decodeWithFfmpeg(path)).complaints).toBe('');
    expect(Math.round(Number((await probe(path)).format.duration))).toBe(8);
  });

  it('is shown as a small picture', async () => {
    const response = await ask(`/api/v1/streams/cam/thumbnail?at=${at(3)}`);

    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(await pictureSize(Buffer.from(await response.arrayBuffer()))).toBe('240x134');
  });
});
