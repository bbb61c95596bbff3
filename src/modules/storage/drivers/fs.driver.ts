import { randomUUID } from 'node:crypto';
import { constants, fstatSync, type Stats } from 'node:fs';
import {
  link,
  mkdir,
  open,
  opendir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import type { FsStorageConfig } from '../../../config/index.js';
import { systemErrorCode } from '../../../shared/errors.js';
import { groupBy } from '../../../shared/group-by.js';
import type { LentBytes } from '../ports/lent-bytes.js';
import { parseObjectKey, type ObjectKey } from '../ports/object-key.js';
import type { ByteRange } from '../../../shared/byte-range.js';
import {
  StorageDriver,
  type LocalStorage,
  type ObjectFacts,
  type PresignedRequest,
  type PutOptions,
  type StorageDriverDefinition,
  type StoredObject,
} from '../ports/storage-driver.js';
import {
  InvalidObjectKeyError,
  ObjectExistsError,
  ObjectNotFoundError,
  PresignUnsupportedError,
} from '../storage.errors.js';
import { LentFile } from './fs/lent-file.js';
import { makeFolder } from './make-folder.js';
import { probeFolder } from './probe-folder.js';

/** What open, stat and opendir say when a path leads to nothing, or through a file. */
const ABSENT: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR'];
const PARTIAL_SUFFIX = '.partial';
const MOST_TRIES = 3;

interface OpenedFile {
  readonly file: FileHandle;
  readonly sizeBytes: number;
}

/** Objects are files under one folder. Links inside it are followed as long as they stay inside. */
export class FsStorageDriver extends StorageDriver implements LocalStorage {
  readonly localRoot: string;
  private realRoot: Promise<string> | undefined;
  private rootFacts: Stats | undefined;

  constructor(root: string) {
    super();
    this.localRoot = resolve(root);
  }

  async put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredObject> {
    const isDurable = options.isDurable ?? true;
    const { file, partial } = await this.openPartial(dirname(key));
    const directory = dirname(partial);
    try {
      const sizeBytes = await writeWhole(file, body, isDurable);
      await this.name(partial, join(directory, basename(key)), key, options.onlyIfAbsent ?? false);
      if (isDurable) await syncDirectory(directory);
      return { key, sizeBytes };
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  async get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    const opened = await this.openFile(key);
    if (range === undefined) return opened.file.createReadStream();
    await assertInside(key, opened, range);
    return opened.file.createReadStream({ start: range.start, end: range.end });
  }

  async lend(key: ObjectKey, sizeBytes: number, range: ByteRange): Promise<LentBytes> {
    const opened = await this.openFile(key);
    if (opened.sizeBytes !== sizeBytes) {
      await opened.file.close();
      throw new ObjectNotFoundError(key);
    }
    await assertInside(key, opened, range);
    return new LentFile(opened.file, range);
  }

  async head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    const path = await this.find(key);
    const facts = path === undefined ? undefined : await statIfPresent(path);
    return facts?.isFile() === true
      ? { key, sizeBytes: facts.size, modifiedAt: facts.mtime, checksums: {} }
      : undefined;
  }

  async *list(directory: ObjectKey): AsyncIterable<StoredObject> {
    const path = await this.findFolder(directory);
    if (path !== undefined) yield* this.objectsIn(path, directory, false);
  }

  async *walk(directory?: ObjectKey): AsyncIterable<StoredObject> {
    const path = directory === undefined ? await this.root() : await this.findFolder(directory);
    if (path !== undefined) yield* this.objectsIn(path, directory, true);
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
    await this.removeEmpty(dirname(key));
  }

  /** Each folder is synced once, whatever goes from it. */
  async deleteAll(keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Error>> {
    const failures = new Map<ObjectKey, Error>();
    for (const [folder, inside] of groupBy(keys, (key) => dirname(key))) {
      try {
        const directory = await this.find(folder);
        if (directory === undefined) continue;
        await unlinkAll(directory, inside, failures);
        await this.removeEmpty(folder);
      } catch (error) {
        for (const key of inside) failures.set(key, errorOf(error));
      }
    }
    return failures;
  }

  presign(): Promise<PresignedRequest> {
    return Promise.reject(new PresignUnsupportedError());
  }

  probe(): Promise<void> {
    return probeFolder(this.localRoot);
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(await this.root());
    return bavail * bsize;
  }

  async assertSameFolder(): Promise<void> {
    await this.root();
    const now = await statIfPresent(this.localRoot);
    if (now?.dev === this.rootFacts?.dev && now?.ino === this.rootFacts?.ino) return;
    throw new Error(`${this.localRoot} is not the folder that it was: its disk may be away.`);
  }

  /** A file in a folder that may be taken away, when it has become empty, until the file is in it. */
  private async openPartial(folder: string): Promise<{ file: FileHandle; partial: string }> {
    for (let tries = 1; ; tries += 1) {
      try {
        const partial = join(await this.makeDirectory(folder), `.${randomUUID()}${PARTIAL_SUFFIX}`);
        return { file: await open(partial, 'wx'), partial };
      } catch (error) {
        if (tries === MOST_TRIES || systemErrorCode(error) !== 'ENOENT') throw error;
      }
    }
  }

  /**
   * Takes away a folder in which nothing is left, and those above it: the kernel refuses where something is. One that a
   * link leads to stays, or the link would lead nowhere.
   */
  private async removeEmpty(folder: string): Promise<void> {
    const root = await this.root();
    for (let key = folder; key !== '.'; key = dirname(key)) {
      const path = join(root, key);
      try {
        if ((await realpath(path)) !== path) return;
        await rmdir(path);
        await syncDirectory(dirname(path));
      } catch (error) {
        if (!ABSENT.includes(systemErrorCode(error))) return;
      }
    }
  }

  private async name(partial: string, path: string, key: ObjectKey, onlyIfAbsent: boolean): Promise<void> {
    if (!onlyIfAbsent) return rename(partial, path);
    try {
      await link(partial, path);
    } catch (error) {
      throw systemErrorCode(error) === 'EEXIST' ? new ObjectExistsError(key, { cause: error }) : error;
    }
    await unlink(partial);
  }

  private async findFolder(directory: ObjectKey): Promise<string | undefined> {
    const path = await this.find(directory);
    const facts = path === undefined ? undefined : await statIfPresent(path);
    return facts?.isDirectory() === true ? path : undefined;
  }

  /** Links are not followed: what they lead to lies elsewhere under a key of its own. */
  private async *objectsIn(
    path: string,
    directory: ObjectKey | undefined,
    isDeep: boolean,
  ): AsyncIterable<StoredObject> {
    for await (const entry of await opendir(path)) {
      if (entry.name.endsWith(PARTIAL_SUFFIX)) continue;
      const key = keyOf(directory, entry.name);
      if (key === undefined) continue;
      const inner = join(path, entry.name);
      if (isDeep && entry.isDirectory()) yield* this.objectsIn(inner, key, true);
      const file = entry.isFile() ? await statIfPresent(inner) : undefined;
      if (file !== undefined) yield { key, sizeBytes: file.size };
    }
  }

  private async openFile(key: ObjectKey): Promise<OpenedFile> {
    const path = await this.find(key);
    if (path === undefined) throw new ObjectNotFoundError(key);
    const file = await openIfPresent(path);
    if (file === undefined) throw new ObjectNotFoundError(key);
    // Of an open file the kernel knows it without its disk; asked for through the event loop it would be as long as a read.
    const facts = fstatSync(file.fd);
    if (facts.isFile()) return { file, sizeBytes: facts.size };
    await file.close();
    throw new ObjectNotFoundError(key);
  }

  /** @returns the path with all links resolved, undefined when nothing is there */
  private async find(key: string): Promise<string | undefined> {
    try {
      return await this.confine(await realpath(join(await this.root(), key)));
    } catch (error) {
      if (!ABSENT.includes(systemErrorCode(error))) throw error;
    }
    // Nobody learns by a key what is outside and what is not: the folders above are held to the same.
    if (key.includes('/')) await this.find(dirname(key));
    return undefined;
  }

  /** Makes a directory and those above it, each of them synced into its parent: mkdir alone may vanish with the power. */
  private async makeDirectory(key: string): Promise<string> {
    const existing = await this.find(key);
    if (existing !== undefined) return existing;
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
      .then(async () => {
        this.rootFacts = await stat(this.localRoot);
        return realpath(this.localRoot);
      })
      .catch((error: unknown) => {
        this.realRoot = undefined;
        throw error;
      });
    return this.realRoot;
  }
}

export const fsStorage: StorageDriverDefinition<FsStorageConfig> = {
  type: 'fs',
  create: ({ root }) => new FsStorageDriver(root),
};

/** Closes the file. A stream over it would cost more than the writing: manifests are written several times a second. */
async function writeWhole(file: FileHandle, body: AsyncIterable<Uint8Array>, isDurable: boolean): Promise<number> {
  try {
    await file.writeFile(body);
    if (isDurable) await file.sync();
    return fstatSync(file.fd).size;
  } finally {
    await file.close();
  }
}

/** Without O_NONBLOCK a pipe that somebody put there would hold the call up for ever. */
async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    if (ABSENT.includes(systemErrorCode(error))) return undefined;
    throw error;
  }
}

/** Closes the file when the range is not in it. */
async function assertInside(key: ObjectKey, { file, sizeBytes }: OpenedFile, { start, end }: ByteRange): Promise<void> {
  if (start >= 0 && start <= end && end < sizeBytes) return;
  await file.close();
  throw new RangeError(`Bytes ${String(start)} to ${String(end)} are not in ${key}.`);
}

async function statIfPresent(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (ABSENT.includes(systemErrorCode(error))) return undefined;
    throw error;
  }
}

async function unlinkAll(
  directory: string,
  keys: readonly ObjectKey[],
  failures: Map<ObjectKey, Error>,
): Promise<void> {
  for (const key of keys) {
    try {
      await unlink(join(directory, basename(key)));
    } catch (error) {
      if (!ABSENT.includes(systemErrorCode(error))) failures.set(key, errorOf(error));
    }
  }
  await syncDirectory(directory);
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
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
function keyOf(directory: ObjectKey | undefined, name: string): ObjectKey | undefined {
  try {
    return parseObjectKey(directory === undefined ? name : `${directory}/${name}`);
  } catch (error) {
    if (error instanceof InvalidObjectKeyError) return undefined;
    throw error;
  }
}
