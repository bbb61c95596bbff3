import { randomUUID } from 'node:crypto';
import { constants, createWriteStream, type Stats } from 'node:fs';
import { mkdir, open, opendir, realpath, rename, rm, stat, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StorageConfig } from '../../../config/index.js';
import { systemErrorCode } from '../../../shared/errors.js';
import { parseObjectKey, type ObjectKey } from '../ports/object-key.js';
import {
  StorageDriver,
  type ByteRange,
  type PutOptions,
  type StorageDriverDefinition,
  type StoredObject,
} from '../ports/storage-driver.js';
import { InvalidObjectKeyError, ObjectNotFoundError } from '../storage.errors.js';
import { makeFolder } from './make-folder.js';

type FsOptions = Extract<StorageConfig, { type: 'fs' }>;

/** What open, stat and opendir say when a path leads to nothing, or through a file. */
const ABSENT: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR'];
const PARTIAL_SUFFIX = '.partial';

/** Objects are files under one folder. Links inside it are followed as long as they stay inside. */
export class FsStorageDriver extends StorageDriver {
  readonly localRoot: string;
  private realRoot: Promise<string> | undefined;

  constructor(root: string) {
    super();
    this.localRoot = resolve(root);
  }

  async put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredObject> {
    const isDurable = options.isDurable ?? true;
    const directory = await this.makeDirectory(dirname(key));
    const partial = join(directory, `.${randomUUID()}${PARTIAL_SUFFIX}`);
    try {
      await pipeline(Readable.from(body), createWriteStream(partial, { flags: 'wx', flush: isDurable }));
      const { size: sizeBytes } = await stat(partial);
      await rename(partial, join(directory, basename(key)));
      if (isDurable) await syncDirectory(directory);
      return { key, sizeBytes };
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  async get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    const { file, sizeBytes } = await this.openFile(key);
    if (range === undefined) return file.createReadStream();
    if (range.start < 0 || range.end < range.start || range.end >= sizeBytes) {
      await file.close();
      throw new RangeError(`Bytes ${String(range.start)} to ${String(range.end)} are not in ${key}.`);
    }
    return file.createReadStream({ start: range.start, end: range.end });
  }

  async head(key: ObjectKey): Promise<StoredObject | undefined> {
    const path = await this.find(key);
    const facts = path === undefined ? undefined : await statIfPresent(path);
    return facts?.isFile() === true ? { key, sizeBytes: facts.size } : undefined;
  }

  async *list(directory: ObjectKey): AsyncIterable<StoredObject> {
    const path = await this.find(directory);
    const facts = path === undefined ? undefined : await statIfPresent(path);
    if (path === undefined || facts?.isDirectory() !== true) return;
    for await (const entry of await opendir(path)) {
      if (!entry.isFile() || entry.name.endsWith(PARTIAL_SUFFIX)) continue;
      const key = keyOf(directory, entry.name);
      const file = key === undefined ? undefined : await statIfPresent(join(path, entry.name));
      if (key !== undefined && file !== undefined) yield { key, sizeBytes: file.size };
    }
  }

  async delete(key: ObjectKey): Promise<void> {
    const directory = await this.find(dirname(key));
    if (directory === undefined) return;
    try {
      await unlink(join(directory, basename(key)));
      await syncDirectory(directory);
    } catch (error) {
      if (!ABSENT.includes(systemErrorCode(error))) throw error;
    }
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(await this.root());
    return bavail * bsize;
  }

  private async openFile(key: ObjectKey): Promise<{ file: FileHandle; sizeBytes: number }> {
    const path = await this.find(key);
    if (path === undefined) throw new ObjectNotFoundError(key);
    const file = await openIfPresent(path);
    if (file === undefined) throw new ObjectNotFoundError(key);
    const facts = await file.stat();
    if (facts.isFile()) return { file, sizeBytes: facts.size };
    await file.close();
    throw new ObjectNotFoundError(key);
  }

  /** @returns the path with all links resolved, undefined when nothing is there */
  private async find(key: string): Promise<string | undefined> {
    try {
      return await this.confine(await realpath(join(await this.root(), key)));
    } catch (error) {
      if (ABSENT.includes(systemErrorCode(error))) return undefined;
      throw error;
    }
  }

  /** Makes a directory and those above it, each of them synced into its parent: mkdir alone may vanish with the power. */
  private async makeDirectory(key: string): Promise<string> {
    let path = await this.root();
    for (const part of key.split('/')) {
      const child = join(path, part);
      const isNew = await mkdir(child).then(
        () => true,
        (error: unknown) => {
          if (systemErrorCode(error) === 'EEXIST') return false;
          throw error;
        },
      );
      if (isNew) await syncDirectory(path);
      path = await this.confine(await realpath(child));
    }
    return path;
  }

  private async confine(path: string): Promise<string> {
    const way = relative(await this.root(), path);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
      throw new InvalidObjectKeyError('leads out of the storage through a link');
    }
    return path;
  }

  private root(): Promise<string> {
    this.realRoot ??= makeFolder(this.localRoot)
      .then(() => realpath(this.localRoot))
      .catch((error: unknown) => {
        this.realRoot = undefined;
        throw error;
      });
    return this.realRoot;
  }
}

export const fsStorage: StorageDriverDefinition<FsOptions> = {
  type: 'fs',
  create: ({ root }) => new FsStorageDriver(root),
};

/** Without O_NONBLOCK a pipe that somebody put there would hold the call up for ever. */
async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    if (ABSENT.includes(systemErrorCode(error))) return undefined;
    throw error;
  }
}

async function statIfPresent(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (ABSENT.includes(systemErrorCode(error))) return undefined;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** @returns undefined for a file that no key can name */
function keyOf(directory: ObjectKey, name: string): ObjectKey | undefined {
  try {
    return parseObjectKey(`${directory}/${name}`);
  } catch (error) {
    if (error instanceof InvalidObjectKeyError) return undefined;
    throw error;
  }
}
