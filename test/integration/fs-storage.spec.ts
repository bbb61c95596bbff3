import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeRecordingFiles } from '../../src/engine/recording/node-recording-files.js';
import { createLocalStorage } from '../../src/modules/storage/drivers/index.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { InvalidObjectKeyError, ObjectNotFoundError } from '../../src/modules/storage/storage.errors.js';
import { chunks } from '../support/bodies.js';

const key = parseObjectKey('cam/2026/11/20/seg_0001.m4s');

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aircheck-storage-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

describe('storage driver fs', () => {
  const create = () => createLocalStorage({ root });

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

  it('knows when another folder has taken the place of its root', async () => {
    const driver = createLocalStorage({ root: join(root, 'disk') });
    await driver.put(key, chunks('x'));
    await expect(driver.assertSameFolder()).resolves.toBeUndefined();

    await rename(join(root, 'disk'), join(root, 'away'));
    await expect(driver.assertSameFolder()).rejects.toThrow('not the folder');
    await mkdir(join(root, 'disk'));
    await expect(driver.assertSameFolder()).rejects.toThrow('not the folder');
  });

  it('says of many which could not be deleted', async () => {
    const driver = create();
    const odd = parseObjectKey('cam/folder');
    for (const each of [key, parseObjectKey('cam/folder/x')]) await driver.put(each, chunks('x'));

    const failures = await driver.deleteAll([key, odd, parseObjectKey('cam/absent'), parseObjectKey('none/absent')]);

    expect([...failures.keys()]).toEqual([odd]);
    await expect(driver.head(key)).resolves.toBeUndefined();
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

  it('takes away folders in which nothing is left, up to its root', async () => {
    const driver = create();
    const other = parseObjectKey('cam/2026/11/21/seg_0001.m4s');
    for (const each of [key, other]) await driver.put(each, chunks('x'));

    await driver.deleteAll([key]);
    expect(await readdir(join(root, 'cam/2026/11'))).toEqual(['21']);
    await driver.delete(other);
    await driver.delete(other);

    expect(await readdir(root)).toEqual([]);
  });

  it('keeps a folder that a link leads to', async () => {
    const driver = create();
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'cam'));
    const linked = parseObjectKey('cam/x');
    await driver.put(linked, chunks('x'));

    await driver.delete(linked);
    await driver.put(linked, chunks('y'));

    expect(await readFile(join(root, 'real/x'), 'utf8')).toBe('y');
  });

  it('loses nothing that is written into a folder while it becomes empty', async () => {
    const driver = create();
    const files = new NodeRecordingFiles(root);
    const kept: string[] = [];
    for (let round = 0; round < 150; round += 1) {
      const folder = `cam/${String(round % 3)}`;
      const gone = parseObjectKey(`${folder}/gone`);
      await driver.put(gone, chunks('x'), { isDurable: false });
      const [put, recorded] = [`${folder}/put_${String(round)}`, `${folder}/recorded_${String(round)}`];
      const [, , file] = await Promise.all([
        driver.delete(gone),
        driver.put(parseObjectKey(put), chunks('kept'), { isDurable: false }),
        files.create(recorded),
      ]);
      await file.write(Buffer.from('kept'), 0);
      await file.close();
      kept.push(put, recorded);
      if (round % 10 !== 9) continue;
      for (const each of kept) expect(await readFile(join(root, each), 'utf8')).toBe('kept');
      await driver.deleteAll(kept.splice(0).map(parseObjectKey));
      expect(await readdir(root)).toEqual([]);
    }
  });

  it('does not mistake a folder whose name begins like the root for the root', async () => {
    await mkdir(`${root}2`);
    await symlink(`${root}2`, join(root, 'sibling'));

    await expect(create().put(parseObjectKey('sibling/x'), chunks('x'))).rejects.toThrow(InvalidObjectKeyError);
    await rm(`${root}2`, { recursive: true });
  });
});
