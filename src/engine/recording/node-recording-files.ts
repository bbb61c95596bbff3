import { readSync } from 'node:fs';
import { access, mkdir, open, readdir, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../../shared/errors.js';
import { RecordingFiles, type ExistingFile, type FileTimes, type RecordingFile } from './recording-files.js';
import { threadCounters } from '../thread-counters.js';

const MOST_TRIES = 3;

/** Recordings in a folder of this machine. */
export class NodeRecordingFiles extends RecordingFiles {
  /** @param rootPath absolute */
  constructor(private readonly rootPath: string) {
    super();
  }

  /** The folder is there but for the first file, and may be taken away, when it has become empty, before the file is in it. */
  async create(objectKey: string): Promise<RecordingFile> {
    const path = this.pathOf(objectKey);
    for (let tries = 1; ; tries += 1) {
      try {
        return new NodeFile(await open(path, 'wx'));
      } catch (error) {
        if (tries > MOST_TRIES || systemErrorCode(error) !== 'ENOENT') throw error;
        const firstMade = await mkdir(dirname(path), { recursive: true });
        if (firstMade !== undefined) await syncNewFolders(firstMade, dirname(path));
      }
    }
  }

  async open(objectKey: string): Promise<ExistingFile> {
    const handle = await open(this.pathOf(objectKey), 'r+');
    const { size } = await handle.stat();
    return new ExistingNodeFile(handle, size);
  }

  async times(objectKey: string): Promise<FileTimes> {
    const { birthtimeMs, mtimeMs } = await stat(this.pathOf(objectKey));
    return { createdMs: birthtimeMs, modifiedMs: mtimeMs };
  }

  async exists(objectKey: string): Promise<boolean> {
    try {
      await access(this.pathOf(objectKey));
      return true;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async rename(fromKey: string, toKey: string): Promise<void> {
    await rename(this.pathOf(fromKey), this.pathOf(toKey));
  }

  async list(directory: string): Promise<string[]> {
    try {
      return await readdir(this.pathOf(directory));
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async syncDirectory(directory: string): Promise<void> {
    await syncFolder(this.pathOf(directory));
  }

  private pathOf(objectKey: string): string {
    return join(this.rootPath, objectKey);
  }
}

class NodeFile implements RecordingFile {
  constructor(protected readonly handle: FileHandle) {}

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.handle.truncate(sizeBytes);
  }

  async sync(): Promise<void> {
    const startedMs = performance.now();
    await this.handle.sync();
    threadCounters.syncs += 1;
    threadCounters.syncMs += performance.now() - startedMs;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

class ExistingNodeFile extends NodeFile implements ExistingFile {
  constructor(
    handle: FileHandle,
    readonly sizeBytes: number,
  ) {
    super(handle);
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.sizeBytes - offset)));
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(this.handle.fd, bytes, done, bytes.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }
}

/** A new folder's name lies in the folder above it. */
async function syncNewFolders(firstMade: string, last: string): Promise<void> {
  const above = dirname(firstMade);
  for (let folder = dirname(last); folder.length >= above.length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === above) return;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
