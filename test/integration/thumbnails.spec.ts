import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PictureMaker } from '../../src/modules/index/thumbnails/picture-maker.js';
import { ThumbnailCache, type PictureName } from '../../src/modules/index/thumbnails/thumbnail-cache.js';
import { itWith } from '../support/tools.js';

const PICTURE = Buffer.alloc(1000, 1);

function name(number: number, directory = 'cam/2026/11/20'): PictureName {
  return { directories: [directory], id: `${String(number)}-0123456789abcdef` };
}

describe('pictures that are kept', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-thumbnails-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const files = async (): Promise<string[]> =>
    (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.jpg'));

  it('are there again after a restart', async () => {
    await new ThumbnailCache(folder, 10_000).write(name(1), PICTURE);

    const cache = new ThumbnailCache(folder, 10_000);

    expect(await cache.read(name(1))).toEqual(PICTURE);
    expect(await cache.read(name(2))).toBeUndefined();
  });

  it('never take more than they may: the longest unused go', async () => {
    const cache = new ThumbnailCache(folder, 3000);
    for (const number of [1, 2, 3]) await cache.write(name(number), PICTURE);
    await cache.read(name(1));

    await cache.write(name(4), PICTURE);

    expect(await files()).toHaveLength(3);
    expect(await cache.read(name(1))).toEqual(PICTURE);
    expect(await cache.read(name(2))).toBeUndefined();
  });

  it('go with the directory that they are of', async () => {
    const cache = new ThumbnailCache(folder, 10_000);
    await cache.write(name(1), PICTURE);
    await cache.write(name(1, 'cam/2026/11/21'), PICTURE);

    await cache.forget('cam/2026/11/20');

    expect(await cache.read(name(1))).toBeUndefined();
    expect(await cache.read(name(1, 'cam/2026/11/21'))).toEqual(PICTURE);
    expect(await files()).toHaveLength(1);
  });

  it('go with any of the directories that they are of', async () => {
    const cache = new ThumbnailCache(folder, 10_000);
    const both = { directories: ['cam/2026/11/20', 'cam/2026/11/21'], id: 'tiles-0' };
    await cache.write(both, PICTURE);
    await cache.write(name(1), PICTURE);
    expect(await new ThumbnailCache(folder, 10_000).read(both)).toEqual(PICTURE);

    await cache.forget('cam/2026/11/21');

    expect(await cache.read(both)).toBeUndefined();
    expect(await cache.read(name(1))).toEqual(PICTURE);
    expect(await files()).toHaveLength(1);
  });

  it('are done without where there is no room for them', async () => {
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    const cache = new ThumbnailCache(blocked, 10_000);

    await cache.write(name(1), PICTURE);

    expect(await cache.read(name(1))).toBeUndefined();
  });
});

describe('making pictures', () => {
  it('says that there is no ffmpeg, and at once when too many wait', async () => {
    const maker = new PictureMaker('/nowhere/ffmpeg');

    const answers = await Promise.allSettled(Array.from({ length: 40 }, () => maker.make(PICTURE)));

    const codes = answers.map((answer) => (answer as { reason?: { code?: string } }).reason?.code);
    expect(codes.slice(0, 32)).toEqual(Array<string>(32).fill('thumbnails-unavailable'));
    expect(codes.slice(32)).toEqual(Array<string>(8).fill('thumbnails-busy'));
  });

  it('stops what nobody wants any more, or takes too long, though its input never comes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-ffmpeg-'));
    const started = join(folder, 'started');
    const command = join(folder, 'ffmpeg');
    await writeFile(command, `#!/bin/sh\n: > '${started}'\nexec sleep 600\n`, { mode: 0o755 });
    const maker = new PictureMaker(command);
    const leaving = new AbortController();
    async function* nothing(): AsyncGenerator<Uint8Array> {
      yield await new Promise<Uint8Array>(() => undefined);
    }
    const order = { args: [], input: nothing(), limitMs: 600_000 };
    const left = maker.inTurn((ffmpeg) => ffmpeg.run({ ...order, signal: leaving.signal }));
    left.catch(() => undefined);
    while ((await readdir(folder)).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));

    leaving.abort();

    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    const late = maker.inTurn((ffmpeg) => ffmpeg.run({ ...order, input: nothing(), limitMs: 50 }));
    expect(await late).toMatchObject({ isCut: true });
    await rm(folder, { recursive: true });
  });

  itWith('ffmpeg')('says that bytes are no picture', async () => {
    await expect(new PictureMaker().make(PICTURE)).rejects.toMatchObject({ code: 'thumbnail-failed' });
  });
});
