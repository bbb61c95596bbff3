import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { ExportsModule } from '../../src/modules/exports/exports.module.js';
import { ExportsService } from '../../src/modules/exports/exports.service.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/index.js';
import type { ObjectKey } from '../../src/modules/storage/ports/object-key.js';
import type { ByteRange } from '../../src/shared/byte-range.js';
import { encodeSegments, type EncodedTrack } from '../support/encoded-segments.js';
import { describeWith } from '../support/tools.js';
import { until } from '../support/wait.js';
import { START, startIndex, type IndexFixture } from './support/index-fixture.js';
import { completeMedia, moveToBucket, recordMedia } from './support/recorded-media.js';

const at = (seconds: number): string => new Date(START.getTime() + seconds * 1000).toISOString();

/** A bucket whose objects can be held back. */
class HeldBucket extends MemoryStorageDriver {
  private release: (() => void) | undefined;
  private held: Promise<void> = Promise.resolve();

  /** Told twice, it holds back once. */
  hold(): void {
    if (this.release === undefined) this.held = new Promise((resolve) => (this.release = resolve));
  }

  letGo(): void {
    this.release?.();
    this.release = undefined;
  }

  override async get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    await this.held;
    return super.get(key, range);
  }
}

interface Answer<T> {
  readonly data: T | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

describeWith('ffmpeg')('an export, seen through GraphQL', () => {
  let fixture: IndexFixture;
  let folder: string;
  let bucket: HeldBucket;
  let media: { video: EncodedTrack; audio: EncodedTrack };

  beforeAll(async () => {
    media = await encodeSegments({ codec: 'H264', seconds: 8, bFrames: 2 });
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-exports-'));
    bucket = new HeldBucket();
    const env = { AIRCHECK_RECORDER_MIN_FREE_BYTES: '1048576', AIRCHECK_EXPORTS_DIR: folder };
    fixture = await startIndex(env, { bucket }, [ExportsModule, AuthModule, GraphqlModule]);
    await recordMedia(fixture, { tracks: [media.video, media.audio] });
    await completeMedia(fixture, 's1', new Date(at(8)));
    await moveToBucket(fixture, bucket);
  });
  afterEach(async () => {
    bucket.letGo();
    await fixture[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const fetchJson = async <T>(path: string, init?: RequestInit): Promise<T> =>
    (await (await fetch((await fixture.app.getUrl()) + path, init)).json()) as T;
  const graphql = <T>(query: string, variables: Record<string, unknown>): Promise<Answer<T>> =>
    fetchJson('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
  const create = (input: Record<string, unknown>) =>
    graphql<{ createExport: { id: string; state: string } }>(
      'mutation ($input: CreateExportInput!) { createExport(input: $input) { id state stream gaps session } }',
      { input },
    );
  const show = (id: string) =>
    graphql<{ export: { state: string; percent: number } | null }>(
      'query ($id: ID!) { export(id: $id) { id state percent format node sizeBytes problem { code } } }',
      { id },
    );

  it('is ordered and watched to its end', async () => {
    const { data } = await create({ stream: 'cam', session: 's1', format: 'fmp4', gaps: 'CLOSE' });
    expect(data?.createExport).toMatchObject({ stream: 'cam', session: 's1', gaps: 'CLOSE' });
    const id = data?.createExport.id ?? '';

    await until(async () => (await show(id)).data?.export?.state === 'COMPLETED', 'the export is over');

    const { sizeBytes } = await fetchJson<{ sizeBytes: number }>(`/api/v1/exports/${id}`);
    const known = { id, sizeBytes, percent: 100, format: 'fmp4', node: 'node-1', problem: null };
    expect((await show(id)).data?.export).toMatchObject(known);
  });

  it.each([
    ['input-invalid', { stream: 'cam' }],
    ['input-invalid', { stream: 'cam', session: 's1', format: 'avi' }],
    ['stream-not-recorded', { stream: 'nobody', from: at(0), to: at(4) }],
    ['format-does-not-fit', { stream: 'cam', session: 's1', format: 'webm' }],
  ])('is refused with %s for %j', async (code, input) => {
    const { errors } = await create(input);

    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
  });

  it('is not known by an id that none has', async () => {
    expect((await show('nobody')).data).toEqual({ export: null });
  });

  it('is cancelled while it runs: the job ends, its file goes, and everybody is told', async () => {
    const service = fixture.app.get(ExportsService);
    // Planned, and about to be written.
    const end = service.on((event) => {
      if (event.type === 'changed' && event.export.sizeBytes !== undefined) bucket.hold();
    });
    const id = (await create({ stream: 'cam', session: 's1' })).data?.createExport.id ?? '';
    const events = fetch(`${await fixture.app.getUrl()}/api/v1/exports/${id}/events`).then((response) =>
      response.text(),
    );
    await until(async () => (await readdir(folder)).length > 0, 'the file is begun');
    expect((await show(id)).data?.export).toMatchObject({ state: 'RUNNING' });
    expect(await readdir(folder)).toEqual([`${id}.partial`]);
    end();

    const { status } = await fetch(`${await fixture.app.getUrl()}/api/v1/exports/${id}`, { method: 'DELETE' });

    expect(status).toBe(204);
    expect((await fetchJson<{ code: string }>(`/api/v1/exports/${id}`)).code).toBe('export-not-found');
    expect((await show(id)).data).toEqual({ export: null });
    expect(await events).toContain('"state":"running"');
    expect(await events).not.toMatch(/"state":"(completed|failed)"/);
    bucket.letGo();
    await until(async () => (await readdir(folder)).length === 0, 'its file is gone');
    const next = (await create({ stream: 'cam', session: 's1' })).data?.createExport.id ?? '';
    await until(async () => (await show(next)).data?.export?.state === 'COMPLETED', 'the next one is made');
    expect(await readdir(folder)).toEqual([next]);
  });
});
