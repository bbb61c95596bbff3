import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../../../shared/errors.js';
import type { ByteRange } from '../../../shared/byte-range.js';
import { ExportStorageFullError } from '../exports.errors.js';

const PARTIAL_SUFFIX = '.partial';
/** What a full disk, or a quota, says. */
const FULL: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT'];

/** The folder that exports are kept in, a file each, named by their ids. */
export class ExportFiles {
  private readonly folder: string;

  /** @param reserveBytes that stay free for recordings */
  constructor(
    folder: string,
    private readonly reserveBytes: number,
  ) {
    this.folder = resolve(folder);
  }

  /**
   * Writes the file of an export; it is whole or not there.
   *
   * @throws {ExportStorageFullError}
   * @throws what `body` throws, and what `signal` was aborted with
   */
  async write(id: string, sizeBytes: number, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await this.makeSure(sizeBytes);
    const partial = this.path(id) + PARTIAL_SUFFIX;
    try {
      await pipeline(body, createWriteStream(partial, { flush: true }), { signal });
      await rename(partial, this.path(id));
      await this.sync();
    } catch (error) {
      await rm(partial, { force: true });
      if (FULL.includes(systemErrorCode(error))) throw new ExportStorageFullError({ cause: error });
      throw error;
    }
  }

  /** @returns false when the file is not there in this length */
  async has(id: string, sizeBytes: number): Promise<boolean> {
    try {
      return (await stat(this.path(id))).size === sizeBytes;
    } catch {
      return false;
    }
  }

  read(id: string, { start, end }: ByteRange): AsyncIterable<Uint8Array> {
    return createReadStream(this.path(id), { start, end });
  }

  async delete(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
  }

  /** Deletes what a crash left half written, while nothing is written. */
  async deleteUnfinished(): Promise<void> {
    for (const name of await this.names()) {
      if (UNFINISHED.test(name)) await rm(join(this.folder, name), { force: true });
    }
  }

  /** Deletes whole files of exports that are not known. */
  async deleteOthers(known: ReadonlySet<string>): Promise<void> {
    for (const name of await this.names()) if (ID.test(name) && !known.has(name)) await this.delete(name);
  }

  private names(): Promise<string[]> {
    return readdir(this.folder).catch(() => []);
  }

  private path(id: string): string {
    return join(this.folder, id);
  }

  private async makeSure(sizeBytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    if (bavail * bsize - this.reserveBytes < sizeBytes) throw new ExportStorageFullError();
  }

  private async sync(): Promise<void> {
    const folder = await open(this.folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UNFINISHED = /^[0-9a-f-]{36}\.partial$/;
