import { createHash } from 'node:crypto';
import { Crc64 } from '../crc64.js';
import type { ObjectKey } from '../ports/object-key.js';
import type { StorageDriver } from '../ports/storage-driver.js';
import { ObjectNotFoundError } from '../storage.errors.js';
import { SpoolFileDamagedError } from './job.errors.js';

/** What the row of an object promises. */
export interface ObjectPromise {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** A file as the body of an upload, hashed as it goes by, which fails at its end when it is not what was promised. */
export class CheckedBody implements AsyncIterable<Uint8Array> {
  private failed: unknown;
  private md5Sum: string | undefined;

  constructor(
    private readonly source: StorageDriver,
    private readonly promise: ObjectPromise,
  ) {}

  /** Why reading failed, whatever became of that on its way through a driver. */
  get failure(): unknown {
    return this.failed;
  }

  /** Lower-case hexadecimal; undefined until everything was read. */
  get md5(): string | undefined {
    return this.md5Sum;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      yield* this.read();
    } catch (error) {
      this.failed = error;
      throw error;
    }
  }

  private async *read(): AsyncIterable<Uint8Array> {
    const { key, sizeBytes, sha256 } = this.promise;
    const sha = createHash('sha256');
    const md5 = createHash('md5');
    let size = 0;
    for await (const part of await this.open()) {
      size += part.length;
      sha.update(part);
      md5.update(part);
      if (size > sizeBytes) break;
      yield part;
    }
    if (size !== sizeBytes) throw new SpoolFileDamagedError(key, 'has another length');
    if (sha.digest('hex') !== sha256) throw new SpoolFileDamagedError(key, 'has other bytes');
    this.md5Sum = md5.digest('hex');
  }

  private async open(): Promise<AsyncIterable<Uint8Array>> {
    const { key } = this.promise;
    try {
      return await this.source.get(key);
    } catch (error) {
      throw error instanceof ObjectNotFoundError ? new SpoolFileDamagedError(key, 'is gone') : error;
    }
  }
}

/** A checksum that a store may know of an object, and that can be reckoned from its promised bytes. */
export type ChecksumKind = 'md5' | 'crc64';

/** @returns undefined when the source has not, or not any more, what was promised */
export async function checksumOf(
  source: StorageDriver,
  promise: ObjectPromise,
  kind: ChecksumKind,
): Promise<string | undefined> {
  const body = new CheckedBody(source, promise);
  const crc64 = new Crc64();
  try {
    for await (const part of body) if (kind === 'crc64') crc64.update(part);
  } catch (error) {
    if (error instanceof SpoolFileDamagedError) return undefined;
    throw error;
  }
  return kind === 'crc64' ? crc64.decimal() : body.md5;
}
