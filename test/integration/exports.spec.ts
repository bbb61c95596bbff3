import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APP_CONFIG, type AppConfig } from '../../src/config/index.js';
import { ExportRow } from '../../src/modules/exports/entities/export-row.entity.js';
import { ExportsModule } from '../../src/modules/exports/exports.module.js';
import { ExportsService } from '../../src/modules/exports/exports.service.js';
import { NodeRow } from '../../src/modules/index/entities/index.js';
import { encodeSegments, type EncodedTrack } from '../support/encoded-segments.js';
import { decodeErrors, decodeWithFfmpeg, probe } from '../support/judges/ffmpeg.js';
import { describeWith } from '../support/tools.js';
import { until } from '../support/wait.js';
import { START, startIndex, type IndexFixture } from './support/index-fixture.js';
import { completeMedia, recordMedia } from './support/recorded-media.js';

const NODE_2 = {
  ...{ alias: 'node-2', version: '1', startedAt: START },
  ...{ workers: 1, cpuPercent: 0, sessions: 0, liveStreams: 0, takesNobody: false },
};

const at = (seconds: number): string => new Date(START.getTime() + seconds * 1000).toISOString();

interface Export {
  readonly id: string;
  readonly state: string;
  readonly percent: number;
  readonly sizeBytes: number;
  readonly file: string;
  readonly fileName: string;
  readonly problem: unknown;
}

describeWith('ffmpeg')('an export', () => {
  let fixture: IndexFixture;
  let folder: string;
  let media: { video: EncodedTrack; audio: EncodedTrack };

  beforeAll(async () => {
    media = await encodeSegments({ codec: 'H264', seconds: 8, bFrames: 2 });
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-exports-'));
    const env = { AIRCHECK_RECORDER_MIN_FREE_BYTES: '1048576', AIRCHECK_EXPORTS_DIR: join(folder, 'exports') };
    fixture = await startIndex(env, {}, [ExportsModule]);
    await recordMedia(fixture, { tracks: [media.video, media.audio] });
    await completeMedia(fixture, 's1', new Date(at(8)));
  });
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const files = (): string => join(folder, 'exports');
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${await fixture.app.getUrl()}/api/v1/exports${path}`, init);
  const post = (body: unknown): Promise<Response> =>
    ask('', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const show = async (id: string): Promise<Export> => (await (await ask(`/${id}`)).json()) as Export;
  const range = (from: number, to: number) => ({ stream: 'cam', from: at(from), to: at(to) });

  async function done(id: string): Promise<Export> {
    await until(async () => ['completed', 'failed'].includes((await show(id)).state), 'the export is over');
    return show(id);
  }

  it.each(['mp4', 'fmp4'])('of format %s becomes a file that decodes without a word', async (format) => {
    const response = await post({ ...range(2.5, 6.5), format });
    const made = (await response.json()) as Export;
    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe(`/api/v1/exports/${made.id}`);

    const { state, percent, sizeBytes, problem } = await done(made.id);
    expect({ state, percent, problem }).toEqual({ state: 'completed', percent: 100, problem: null });
    const file = await ask(`/${made.id}/file`);
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(bytes).toHaveLength(sizeBytes);
    expect(file.headers.get('content-disposition')).toContain('attachment');
    const path = join(folder, `${format}.mp4`);
    await writeFile(path, bytes);
    expect((await decodeWithFfmpeg(path)).complaints).toBe('');
    expect(Math.floor(Number((await probe(path)).format.duration))).toBe(4);
  });

  it('can be had by whoever has its signed address, and nothing else by that', async () => {
    const { id } = (await (await post(range(1, 3))).json()) as Export;
    await done(id);
    const signed = (await (await ask(`/${id}/url`, { method: 'POST' })).json()) as { file: string; expiresAt: string };
    const at = async (path: string): Promise<Response> => fetch((await fixture.app.getUrl()) + path);

    const file = await at(signed.file);

    expect([file.status, file.headers.get('content-disposition')]).toEqual([
      200,
      expect.stringContaining('attachment'),
    ]);
    expect((await file.arrayBuffer()).byteLength).toBe((await show(id)).sizeBytes);
    expect(Date.parse(signed.expiresAt)).toBeGreaterThan(Date.now());
    const elsewhere = await at(signed.file.replace(/\/api\/v1\/exports\/.*/, '/play/cam/index.m3u8'));
    expect([elsewhere.status, await elsewhere.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'signed-url-scope' }),
    ]);
    expect((await ask('/nothing/url', { method: 'POST' })).status).toBe(404);
  });

  it('of format ogg is sound alone', async () => {
    const { id } = (await (await post({ ...range(1, 5), format: 'ogg' })).json()) as Export;
    expect(await done(id)).toMatchObject({ state: 'completed', problem: null });
    const path = join(folder, 'sound.ogg');
    await writeFile(path, Buffer.from(await (await ask(`/${id}/file`)).arrayBuffer()));

    expect(await decodeErrors(path)).toBe('');
    expect((await probe(path)).streams.map(({ codec_name }) => codec_name)).toEqual(['opus']);
  });

  it('is given out in ranges under a strong entity tag', async () => {
    const { id } = (await (await post({ stream: 'cam', session: 's1' })).json()) as Export;
    await done(id);
    const head = await ask(`/${id}/file`, { method: 'HEAD' });
    const etag = head.headers.get('etag') ?? '';

    const part = await ask(`/${id}/file`, { headers: { range: 'bytes=4-7', 'if-range': etag } });

    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
  });

  it('tells its progress as events, to the end', async () => {
    const { id } = (await (await post(range(0, 8))).json()) as Export;

    const events = (await (await ask(`/${id}/events`)).text())
      .split('\n\n')
      .filter((event) => event.startsWith('data: '));

    expect(JSON.parse(events.at(-1)?.slice(6) ?? '')).toMatchObject({ id, state: 'completed', percent: 100 });
  });

  it('is listed, newest first, page by page', async () => {
    const ids: string[] = [];
    for (const to of [1, 2, 3]) ids.unshift(((await (await post(range(0, to))).json()) as Export).id);
    const first = (await (await ask('?limit=2&stream=cam')).json()) as { exports: Export[]; nextCursor: string };
    const second = (await (await ask(`?limit=2&cursor=${first.nextCursor}`)).json()) as typeof first;

    expect([...first.exports, ...second.exports].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
  });

  it('is deleted with its file', async () => {
    const { id } = (await (await post(range(0, 4))).json()) as Export;
    await done(id);
    expect(await readdir(files())).toEqual([id]);

    expect((await ask(`/${id}`, { method: 'DELETE' })).status).toBe(204);

    expect(await readdir(files())).toEqual([]);
    expect((await ask(`/${id}`)).status).toBe(404);
    expect((await ask(`/${id}/file`)).status).toBe(404);
  });

  it('begins anew when the server stopped while it was made; what was half written is gone', async () => {
    const { id } = (await (await post(range(0, 4))).json()) as Export;
    const { sizeBytes } = await done(id);
    await fixture.dataSource.manager.update(ExportRow, { id }, { state: 'running', sizeBytes: null });
    await rm(join(files(), id));
    await writeFile(join(files(), `${id}.partial`), 'half');

    await fixture.app.get(ExportsService).onApplicationBootstrap();

    expect(await done(id)).toMatchObject({ state: 'completed', sizeBytes });
    expect(await readdir(files())).toEqual([id]);
  });

  it('fails when the server stopped each time', async () => {
    const { id } = (await (await post(range(0, 4))).json()) as Export;
    await done(id);
    await fixture.dataSource.manager.update(ExportRow, { id }, { state: 'running', attempts: 3 });

    await fixture.app.get(ExportsService).onApplicationBootstrap();

    expect(await done(id)).toMatchObject({ state: 'failed', problem: { code: 'internal' } });
    expect(((await (await ask(`/${id}/file`)).json()) as { code: string }).code).toBe('export-not-ready');
  });

  it('says so when its folder cannot be written', async () => {
    await rm(files(), { recursive: true, force: true });
    await writeFile(files(), 'a file in its place');

    const { id } = (await (await post(range(0, 4))).json()) as Export;

    expect(await done(id)).toMatchObject({ state: 'failed', problem: { code: 'internal' } });
  });

  describe('that another node made', () => {
    let id: string;
    const madeBy = async (url: string, lastSeenAt = new Date()): Promise<void> => {
      await fixture.dataSource.manager.save(NodeRow, { ...NODE_2, url, lastSeenAt });
    };

    beforeEach(async () => {
      ({ id } = (await (await post(range(0, 4))).json()) as Export);
      await done(id);
      await fixture.dataSource.manager.update(ExportRow, { id }, { nodeAlias: 'node-2' });
      await rm(join(files(), id));
    });

    it('is sent on to it, query and all', async () => {
      await madeBy('http://10.0.0.2:7777/');

      const response = await ask(`/${id}/file?as=is`, { redirect: 'manual' });

      const location = `http://10.0.0.2:7777/api/v1/exports/${id}/file?as=is`;
      expect([response.status, response.headers.get('location')]).toEqual([307, location]);
      expect(await show(id)).toMatchObject({ node: 'node-2', state: 'completed' });
      expect((await ask(`/${id}/file`, { method: 'HEAD' })).status).toBe(200);
    });

    it('is sent on to it by a signed address of its own, for whoever came by one', async () => {
      await madeBy('http://10.0.0.2:7777/base/');
      const { file } = (await (await ask(`/${id}/url`, { method: 'POST' })).json()) as { file: string };

      const response = await fetch((await fixture.app.getUrl()) + file, { redirect: 'manual' });

      expect(response.status).toBe(307);
      expect(response.headers.get('location')).toMatch(
        new RegExp(`^http://10\\.0\\.0\\.2:7777/base/signed/[^/]+/api/v1/exports/${id}/file$`),
      );
    });

    it.each([
      ['is not known', undefined, new Date()],
      ['listens everywhere', 'http://0.0.0.0:7777/', new Date()],
      ['listens everywhere by IPv6', 'http://[::]:7777/', new Date()],
      ['does not run', 'http://10.0.0.2:7777/', START],
    ])('is not to be had when that node %s', async (_case, url, lastSeenAt) => {
      if (url !== undefined) await madeBy(url, lastSeenAt);

      const response = await ask(`/${id}/file`, { redirect: 'manual' });

      expect([response.status, await response.json()]).toEqual([
        503,
        expect.objectContaining({ code: 'export-elsewhere', node: 'node-2' }),
      ]);
      expect((await ask(`/${id}/file`, { method: 'HEAD' })).status).toBe(503);
    });

    it('is not to be had when both nodes have one address', async () => {
      const url = 'https://cam.example.org/';
      const { manager } = fixture.dataSource;
      const alias = fixture.app.get<AppConfig>(APP_CONFIG).recorder.node_alias;
      await manager.save(NodeRow, { ...NODE_2, alias, url, lastSeenAt: new Date() });
      await madeBy(url);

      const response = await ask(`/${id}/file`, { redirect: 'manual' });

      expect([response.status, await response.json()]).toEqual([
        503,
        expect.objectContaining({ code: 'export-elsewhere', node: 'node-2' }),
      ]);
    });

    it('is deleted from here, and known here no more', async () => {
      expect((await ask(`/${id}`, { method: 'DELETE' })).status).toBe(204);
      expect((await ask(`/${id}/file`)).status).toBe(404);
    });
  });

  it.each([
    [400, 'input-invalid', {}],
    [400, 'input-invalid', { ...range(0, 4), format: 'avi' }],
    [400, 'input-invalid', { ...range(0, 4), session: 's1' }],
    [400, 'range-invalid', range(4, 0)],
    [404, 'stream-not-recorded', { ...range(0, 4), stream: 'nobody' }],
    [422, 'format-does-not-fit', { ...range(0, 4), format: 'webm' }],
    [404, 'nothing-recorded-in-range', range(100, 110)],
  ])('answers %d %s to %j', async (status, code, body) => {
    const response = await post(body);

    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ code })]);
  });

  it.each(['?cursor=nonsense', '?limit=0'])('answers 400 to the list %s', async (query) => {
    expect((await ask(query)).status).toBe(400);
  });
});

describeWith('ffmpeg')('an export on a full disk', () => {
  it('fails before it writes', async () => {
    const { video } = await encodeSegments({ codec: 'H264', seconds: 8, bFrames: 2 });
    const dir = join(await mkdtemp(join(tmpdir(), 'aircheck-exports-')), 'exports');
    const env = { AIRCHECK_RECORDER_MIN_FREE_BYTES: '900000000000000', AIRCHECK_EXPORTS_DIR: dir };
    await using fixture = await startIndex(env, {}, [ExportsModule]);
    await recordMedia(fixture, { tracks: [video] });
    const exports = fixture.app.get(ExportsService);
    const selection = { fromMs: START.getTime(), toMs: START.getTime() + 4000 };

    const { id } = await exports.create({ stream: 'cam', selection, format: 'mp4', gaps: 'keep' });
    await until(async () => (await exports.find(id)).state === 'failed', 'the export fails');

    expect((await exports.find(id)).problem?.code).toBe('export-storage-full');
    await rm(join(dir, '..'), { recursive: true });
  });
});
