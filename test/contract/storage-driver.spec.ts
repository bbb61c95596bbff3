import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  createLocalStorage,
  createStorageDriver,
  MemoryStorageDriver,
} from '../../src/modules/storage/drivers/index.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import type { ByteRange, StorageDriver } from '../../src/modules/storage/ports/storage-driver.js';
import {
  InvalidObjectKeyError,
  ObjectExistsError,
  ObjectNotFoundError,
} from '../../src/modules/storage/storage.errors.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aircheck-storage-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

const key = parseObjectKey('cam/2026/11/20/seg_0001.m4s');

describe.each<[string, () => StorageDriver]>([
  ['fs', () => createStorageDriver({ type: 'fs', root })],
  ['memory', () => new MemoryStorageDriver()],
])('storage driver %s', (_type, create) => {
  let driver: StorageDriver;

  beforeEach(() => {
    driver = create();
  });

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

    await driver.deleteAll(['d/1', 'd/3', 'd/9'].map(parseObjectKey));

    expect(await names('d')).toEqual(['d/2']);
  });

  it('can be tried', async () => {
    await expect(driver.probe()).resolves.toBeUndefined();
  });
});

describe('storage driver fs', () => {
  const create = () => createStorageDriver({ type: 'fs', root });

  it('keeps objects as plain files under its root', async () => {
    await create().put(key, chunks('media'));

    expect(await readFile(join(root, key), 'utf8')).toBe('media');
    expect(await readdir(join(root, 'cam/2026/11/20'))).toEqual(['seg_0001.m4s']);
  });

  it('makes its root when it is first needed', async () => {
    const driver = createLocalStorage({ root: join(root, 'not/yet') });

    await expect(driver.head(key)).resolves.toBeUndefined();
    expect(await driver.freeBytes()).toBeGreaterThan(0);
  });

  it('does not take a directory for an object, or an object for a directory', async () => {
    const driver = create();
    await driver.put(key, chunks('x'));
    const directory = parseObjectKey('cam/2026');
    const below = parseObjectKey(`${key}/below`);

    await expect(driver.head(directory)).resolves.toBeUndefined();
    await expect(driver.get(directory)).rejects.toThrow(ObjectNotFoundError);
    await expect(driver.head(below)).resolves.toBeUndefined();
    await expect(driver.get(below)).rejects.toThrow(ObjectNotFoundError);
    await expect(driver.put(below, chunks('x'))).rejects.toThrow();
  });

  it('follows a link that stays inside and none that leads out', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'aircheck-outside-'));
    const driver = create();
    await writeFile(join(outside, 'secret'), 'secret');
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'inside'));
    await symlink(outside, join(root, 'folder'));
    await symlink(join(outside, 'secret'), join(root, 'file'));

    await driver.put(parseObjectKey('inside/x'), chunks('x'));
    expect(await readFile(join(root, 'real/x'), 'utf8')).toBe('x');

    for (const path of ['folder/secret', 'file']) {
      await expect(driver.get(parseObjectKey(path))).rejects.toThrow(InvalidObjectKeyError);
      await expect(driver.head(parseObjectKey(path))).rejects.toThrow(InvalidObjectKeyError);
    }
    await expect(driver.put(parseObjectKey('folder/new'), chunks('x'))).rejects.toThrow(InvalidObjectKeyError);
    await expect(driver.put(parseObjectKey('folder/deep/new'), chunks('x'))).rejects.toThrow(InvalidObjectKeyError);
    await expect(driver.delete(parseObjectKey('folder/secret'))).rejects.toThrow(InvalidObjectKeyError);
    await driver.put(parseObjectKey('file'), chunks('mine'));

    expect(await readdir(outside)).toEqual(['secret']);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
    await rm(outside, { recursive: true });
  });

  it('does not mistake a folder whose name begins like the root for the root', async () => {
    await mkdir(`${root}2`);
    await symlink(`${root}2`, join(root, 'sibling'));

    await expect(create().put(parseObjectKey('sibling/x'), chunks('x'))).rejects.toThrow(InvalidObjectKeyError);
    await rm(`${root}2`, { recursive: true });
  });
});

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, these are all here
async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, this one is all here
async function* breakingOff(): AsyncIterable<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('broke off');
}
