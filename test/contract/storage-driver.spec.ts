import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createStorageDriver, MemoryStorageDriver } from '../../src/modules/storage/drivers/index.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import type { ByteRange } from '../../src/shared/byte-range.js';
import type { StorageDriver } from '../../src/modules/storage/ports/storage-driver.js';
import { ObjectExistsError, ObjectNotFoundError } from '../../src/modules/storage/storage.errors.js';
import { breakingOff, chunks } from '../support/bodies.js';
import { startOssServer } from '../support/oss-server.js';
import { S3Server } from '../support/s3-server.js';
import { describeWith, type ToolName } from '../support/tools.js';

/** What the drivers of a kind need to be there, once for all cases. */
interface Ground extends AsyncDisposable {
  /** @param name another one for each case: a place where nothing is */
  createDriver(name: string): Promise<StorageDriver>;
}

interface Kind {
  readonly name: string;
  readonly tools: readonly ToolName[];
  prepare(): Promise<Ground>;
}

const kinds: readonly Kind[] = [
  { name: 'fs', tools: [], prepare: prepareFolder },
  { name: 'memory', tools: [], prepare: prepareMemory },
  { name: 's3', tools: ['minio'], prepare: prepareS3 },
  { name: 'oss', tools: [], prepare: prepareOss },
];

const key = parseObjectKey('cam/2026/11/20/seg_0001.m4s');

for (const kind of kinds) describeWith(...kind.tools)(`storage driver ${kind.name}`, () => behavesAsStorage(kind));

function behavesAsStorage(kind: Kind): void {
  let ground: Ground;
  let driver: StorageDriver;
  let cases = 0;

  beforeAll(async () => {
    ground = await kind.prepare();
  });

  beforeEach(async () => {
    cases += 1;
    driver = await ground.createDriver(`case-${cases}`);
  });

  afterAll(() => ground[Symbol.asyncDispose]());

  const read = async (range?: ByteRange) => (await buffer(await driver.get(key, range))).toString();
  const names = async (directory: string) => {
    const keys: string[] = [];
    for await (const object of driver.list(parseObjectKey(directory))) keys.push(object.key);
    return keys.sort();
  };

  it('gives back what was put', async () => {
    await expect(driver.put(key, chunks('media', ' and more'))).resolves.toEqual({ key, sizeBytes: 14 });

    expect(await read()).toBe('media and more');
    await expect(driver.head(key)).resolves.toMatchObject({ key, sizeBytes: 14 });
  });

  it('keeps an empty object', async () => {
    await driver.put(key, chunks());

    await expect(driver.head(key)).resolves.toMatchObject({ key, sizeBytes: 0 });
    expect(await read()).toBe('');
  });

  it('takes a key of one part', async () => {
    const short = parseObjectKey('x');
    await driver.put(short, chunks('1'));

    await expect(driver.head(short)).resolves.toMatchObject({ key: short, sizeBytes: 1 });
  });

  it('takes names of 255 bytes', async () => {
    const long = parseObjectKey(`d/${'n'.repeat(255)}`);
    await driver.put(long, chunks('1'));

    await expect(driver.head(long)).resolves.toMatchObject({ key: long, sizeBytes: 1 });
  });

  it.each([{ isDurable: true }, { isDurable: false }])('replaces an object, with %j', async (options) => {
    await driver.put(key, chunks('old and long'), options);
    await driver.put(key, chunks('new'), options);

    expect(await read()).toBe('new');
  });

  it('keeps the old object and leaves nothing behind when the new one breaks off', async () => {
    await driver.put(key, chunks('old'));

    await expect(driver.put(key, breakingOff())).rejects.toThrow('broke off');

    expect(await read()).toBe('old');
    expect(await names('cam/2026/11/20')).toEqual([key]);
  });

  it('reads a range, both ends included', async () => {
    await driver.put(key, chunks('0123456789'));

    expect(await read({ start: 2, end: 5 })).toBe('2345');
    expect(await read({ start: 9, end: 9 })).toBe('9');
  });

  it.each([
    { start: 5, end: 10 },
    { start: -1, end: 2 },
    { start: 3, end: 2 },
  ])('refuses the range %j of ten bytes', async (range) => {
    await driver.put(key, chunks('0123456789'));

    await expect(driver.get(key, range)).rejects.toThrow(RangeError);
  });

  it('names absence', async () => {
    await expect(driver.get(key)).rejects.toThrow(ObjectNotFoundError);
    await expect(driver.head(key)).resolves.toBeUndefined();
    expect(await names('cam')).toEqual([]);
  });

  it('lists what lies right in a directory', async () => {
    for (const name of ['d/1', 'd/2', 'd/e/3', 'dd/4', '5']) await driver.put(parseObjectKey(name), chunks('x'));

    expect(await names('d')).toEqual(['d/1', 'd/2']);
  });

  it('deletes, also what is not there', async () => {
    await driver.put(key, chunks('x'));

    await driver.delete(key);
    await driver.delete(key);
    await driver.delete(parseObjectKey('never/there'));

    await expect(driver.head(key)).resolves.toBeUndefined();
  });

  it('keeps the first of two that must not replace each other', async () => {
    await driver.put(key, chunks('first'), { onlyIfAbsent: true });

    await expect(driver.put(key, chunks('second'), { onlyIfAbsent: true })).rejects.toThrow(ObjectExistsError);

    expect(await read()).toBe('first');
    expect(await names('cam/2026/11/20')).toEqual([key]);
  });

  it('walks through everything below a directory', async () => {
    for (const name of ['d/1', 'd/e/3', 'dd/4', '5']) await driver.put(parseObjectKey(name), chunks('x'));
    const walked = async (directory?: string) => {
      const keys: string[] = [];
      for await (const object of driver.walk(directory === undefined ? undefined : parseObjectKey(directory))) {
        keys.push(object.key);
      }
      return keys.sort();
    };

    expect(await walked()).toEqual(['5', 'd/1', 'd/e/3', 'dd/4']);
    expect(await walked('d')).toEqual(['d/1', 'd/e/3']);
    expect(await walked('never')).toEqual([]);
  });

  it('deletes many at once, also what is not there', async () => {
    for (const name of ['d/1', 'd/2', 'd/3']) await driver.put(parseObjectKey(name), chunks('x'));

    await expect(driver.deleteAll(['d/1', 'd/3', 'd/9'].map(parseObjectKey))).resolves.toEqual(new Map());

    expect(await names('d')).toEqual(['d/2']);
  });

  it('can be tried', async () => {
    await expect(driver.probe()).resolves.toBeUndefined();
  });
}

async function prepareFolder(): Promise<Ground> {
  const root = await mkdtemp(join(tmpdir(), 'aircheck-storage-'));
  return {
    createDriver: (name) => createStorageDriver({ type: 'fs', root: join(root, name) }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

function prepareMemory(): Promise<Ground> {
  return Promise.resolve({
    createDriver: () => Promise.resolve(new MemoryStorageDriver()),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

async function prepareS3(): Promise<Ground> {
  const server = await S3Server.start();
  return {
    createDriver: (name) => createStorageDriver(server.storage({ root: name })),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function prepareOss(): Promise<Ground> {
  const server = await startOssServer();
  return {
    createDriver: (name) => createStorageDriver({ ...server.config, root: name }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
