import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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

/** @returns undefined when the source has not, or not any more, what was promised */
export async function md5Of(source: StorageDriver, promise: ObjectPromise): Promise<string | undefined> {
  const body = new CheckedBody(source, promise);
  try {
    await pipeline(Readable.from(body), new Writable({ write: (_part, _encoding, done) => done() }));
  } catch (error) {
    if (!(error instanceof SpoolFileDamagedError)) throw error;
  }
  return body.md5;
}
