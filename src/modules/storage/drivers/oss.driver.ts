import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { OssStorageConfig } from '../../../config/index.js';
import { inTime } from '../../../shared/in-time.js';
import { Crc64 } from '../crc64.js';
import { contentTypeOf } from '../ports/content-type.js';
import { parseObjectKey, type ObjectKey } from '../ports/object-key.js';
import type { ByteRange } from '../../../shared/byte-range.js';
import {
  StorageDriver,
  type ObjectFacts,
  type PresignedRequest,
  type PresignInput,
  type PutOptions,
  type StorageDriverDefinition,
  type StoredObject,
} from '../ports/storage-driver.js';
import {
  InvalidObjectKeyError,
  ObjectExistsError,
  ObjectNotFoundError,
  StorageUnavailableError,
} from '../storage.errors.js';
import { BodyReader } from './body-reader.js';
import { inBlocks } from './oss/blocks.js';
import { createOssClient, headerOf, type OssClient } from './oss/client.js';
import { endOnStall } from './end-on-stall.js';
import { faultOf, readFault, unavailable, type OssAction, type OssFault } from './oss/faults.js';

export interface OssLimits {
  /** Until a request is answered, its body aside. */
  readonly answerMs: number;
  /** Silence inside a body that somebody waits for, after which it is broken off at the latest at the double. */
  readonly stallMs: number;
  readonly probeMs: number;
  /** Bytes that go in one request, and are held until it is answered; OSS takes 10 000 parts. */
  readonly blockBytes: number;
}

const MIB = 2 ** 20;
const LIMITS: OssLimits = { answerMs: 30_000, stallMs: 15_000, probeMs: 4_500, blockBytes: 8 * MIB };
/** An uplink below this cannot carry a recording: bodies get that much more time. */
const SLOWEST_BYTES_PER_MS = 64;
const MAX_PARTS = 10_000;
const PAGE_SIZE = 1000;
const CHECKSUM_HEADER = 'x-oss-hash-crc64ecma';
const CLAIM_HEADER = 'x-oss-meta-sha256';
/** Objects that are only there while they are tried out with. */
const TRIAL_SUFFIX = '.partial';

interface OssPart {
  readonly number: number;
  readonly etag: string;
}

/**
 * Objects in a bucket of Alibaba OSS, below a prefix. What OSS says it has is compared with what was sent, by CRC-64.
 * `onlyIfAbsent` is a promise of OSS that buckets with versioning do not keep: they keep both versions instead.
 */
export class OssStorageDriver extends StorageDriver {
  private readonly client: OssClient;
  private readonly prefix: string;

  constructor(
    private readonly config: OssStorageConfig,
    private readonly limits: OssLimits = LIMITS,
  ) {
    super();
    this.client = createOssClient(config);
    this.prefix = config.root === '' ? '' : `${config.root}/`;
  }

  async put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredObject> {
    const reader = new BodyReader(body, options.sizeBytes);
    try {
      const whole = await reader.wholeWithin(this.limits.blockBytes);
      if (whole === undefined) await this.putParts(key, reader, options);
      else await this.putWhole(key, whole, options);
      return { key, sizeBytes: reader.sizeBytes };
    } finally {
      await reader.close();
    }
  }

  async get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    if (range !== undefined && (range.start < 0 || range.end < range.start)) throw outside(key, range);
    const headers: Record<string, string> =
      range === undefined
        ? {}
        : { Range: `bytes=${String(range.start)}-${String(range.end)}`, 'x-oss-range-behavior': 'standard' };
    const { bucket } = this.config;
    const object = this.nameOf(key);
    const timeout = this.limits.answerMs;
    const { status, res: response } = await this.ask('read from', key, () =>
      this.client.request({ method: 'GET', bucket, object, headers, timeout, customResponse: true }),
    );
    endOnStall(response, this.limits.stallMs);
    if (status >= 300) {
      const xml = await this.ask('read from', key, () => buffer(response));
      if (status === 416 && range !== undefined) throw outside(key, range);
      throw this.errorOf(readFault(status, xml.toString()), 'read from', key);
    }
    if (range === undefined || isWhole(range, response)) return response;
    response.destroy();
    throw outside(key, range);
  }

  async head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    const { bucket } = this.config;
    const object = this.nameOf(key);
    const timeout = this.limits.answerMs;
    const answer = await this.ask('read from', key, () =>
      this.client.request({ method: 'HEAD', bucket, object, timeout }),
    );
    if (answer.status === 200) return factsOf(key, answer);
    const fault = readFault(answer.status, Buffer.from(headerOf(answer, 'x-oss-err') ?? '', 'base64').toString());
    if (fault.code === 'NoSuchKey') return undefined;
    throw this.errorOf(fault, 'read from', key);
  }

  list(directory: ObjectKey): AsyncIterable<StoredObject> {
    return this.objects({ prefix: `${this.nameOf(directory)}/`, delimiter: '/' });
  }

  walk(directory?: ObjectKey): AsyncIterable<StoredObject> {
    const prefix = directory === undefined ? this.prefix : `${this.nameOf(directory)}/`;
    // ali-oss signs an empty value as OSS does not.
    return this.objects(prefix === '' ? {} : { prefix });
  }

  async delete(key: ObjectKey): Promise<void> {
    const timeout = this.limits.answerMs;
    await this.ask('delete from', key, () => this.client.delete(this.nameOf(key), { timeout }));
  }

  async deleteAll(keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Error>> {
    const all = [...new Set(keys)];
    const timeout = this.limits.answerMs;
    const left = new Set(all);
    for (let start = 0; start < all.length; start += PAGE_SIZE) {
      const page = all.slice(start, start + PAGE_SIZE);
      const names = page.map((key) => this.nameOf(key));
      const { deleted } = await this.ask('delete from', undefined, () => this.client.deleteMulti(names, { timeout }));
      const gone = new Set<unknown>(deleted?.map(deletedName));
      for (const key of page) if (deleted?.length === page.length || gone.has(this.nameOf(key))) left.delete(key);
    }
    const refusal = new StorageUnavailableError('failed', 'OSS has not deleted an object that it was asked to.');
    if (left.size > 0 && left.size === all.length) throw refusal;
    return new Map([...left].map((key) => [key, refusal]));
  }

  /** OSS refuses a body whose type is not the one that was signed, so a PUT has to be sent with one. */
  async presign({ method, key, lifetimeSeconds }: PresignInput): Promise<PresignedRequest> {
    const headers: Record<string, string> = method === 'PUT' ? { 'Content-Type': contentTypeOf(key) } : {};
    const url = await this.client.signatureUrlV4(method, lifetimeSeconds, { headers }, this.nameOf(key));
    return { url, headers };
  }

  async probe(): Promise<void> {
    try {
      await inTime(this.tryObject(), this.limits.probeMs);
    } catch (error) {
      if (error instanceof StorageUnavailableError) throw error;
      if (!(error instanceof ObjectNotFoundError)) throw unavailable(faultOf(error), 'read from', this.config);
      throw new StorageUnavailableError('failed', 'OSS has taken an object and does not have it.', { cause: error });
    }
  }

  private async tryObject(): Promise<void> {
    const key = parseObjectKey(`.${randomUUID()}${TRIAL_SUFFIX}`);
    const written = Buffer.from('aircheck');
    await this.put(key, Readable.from([written]));
    try {
      const read = await buffer(await this.get(key));
      if (!read.equals(written)) throw new StorageUnavailableError('failed', 'what was written reads otherwise.');
    } finally {
      await this.delete(key);
    }
  }

  private async putWhole(key: ObjectKey, bytes: Buffer, options: PutOptions): Promise<void> {
    const md5 = options.checksums?.md5;
    const contentMd5 = md5 === undefined ? md5Of(bytes) : Buffer.from(md5, 'hex').toString('base64');
    const { res } = await this.ask('write to', key, () =>
      this.client.put(this.nameOf(key), bytes, {
        mime: options.contentType,
        headers: { 'Content-MD5': contentMd5, ...conditions(options) },
        timeout: this.timeoutOf(bytes),
      }),
    );
    verify(new Crc64().update(bytes), res);
  }

  /** Small parts one after the other: side by side go objects. What breaks off is not left to be paid for. */
  private async putParts(key: ObjectKey, reader: BodyReader, options: PutOptions): Promise<void> {
    const name = this.nameOf(key);
    const timeout = this.limits.answerMs;
    const headers = conditions(options);
    const { uploadId } = await this.ask('write to', key, () =>
      this.client.initMultipartUpload(name, { mime: options.contentType, headers, timeout }),
    );
    try {
      const checksum = new Crc64();
      const blockBytes = Math.max(this.limits.blockBytes, Math.ceil((options.sizeBytes ?? 0) / MAX_PARTS));
      const parts: OssPart[] = [];
      for await (const block of inBlocks(reader.everything(), blockBytes)) {
        parts.push(await this.putPart(key, uploadId, parts.length + 1, block));
        checksum.update(block);
      }
      const { res } = await this.ask('write to', key, () =>
        this.client.completeMultipartUpload(name, uploadId, parts, { headers, timeout }),
      );
      verify(checksum, res);
    } catch (error) {
      await this.client.abortMultipartUpload(name, uploadId, { timeout }).catch(() => undefined);
      throw error;
    }
  }

  private async putPart(key: ObjectKey, uploadId: string, number: number, bytes: Buffer): Promise<OssPart> {
    const { etag } = await this.ask('write to', key, () =>
      this.client.uploadPart(this.nameOf(key), uploadId, number, bytes, 0, bytes.length, {
        headers: { 'Content-MD5': md5Of(bytes) },
        timeout: this.timeoutOf(bytes),
      }),
    );
    return { number, etag };
  }

  private async *objects(query: { prefix?: string; delimiter?: string }): AsyncIterable<StoredObject> {
    const timeout = this.limits.answerMs;
    let token: string | undefined;
    do {
      const from = token === undefined ? {} : { 'continuation-token': token };
      const page = await this.ask('list', undefined, () =>
        this.client.listV2({ ...query, ...from, 'max-keys': PAGE_SIZE }, { timeout }),
      );
      for (const { name, size: sizeBytes } of page.objects) {
        const key = this.keyOf(name);
        if (key !== undefined) yield { key, sizeBytes };
      }
      token = page.isTruncated ? page.nextContinuationToken : undefined;
    } while (token !== undefined);
  }

  private async ask<T>(action: OssAction, key: ObjectKey | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.errorOf(faultOf(error), action, key);
    }
  }

  private errorOf(fault: OssFault, action: OssAction, key: ObjectKey | undefined): Error {
    if (key !== undefined && fault.code === 'NoSuchKey') return new ObjectNotFoundError(key);
    if (key !== undefined && fault.code === 'FileAlreadyExists') return new ObjectExistsError(key);
    return unavailable(fault, action, this.config);
  }

  private timeoutOf({ length }: Buffer): number {
    return this.limits.answerMs + Math.ceil(length / SLOWEST_BYTES_PER_MS);
  }

  private nameOf(key: ObjectKey): string {
    return `${this.prefix}${key}`;
  }

  /** @returns undefined for an object that no key can name, or that is only being tried out with */
  private keyOf(name: string): ObjectKey | undefined {
    if (name.endsWith(TRIAL_SUFFIX)) return undefined;
    try {
      return parseObjectKey(name.slice(this.prefix.length));
    } catch (error) {
      if (error instanceof InvalidObjectKeyError) return undefined;
      throw error;
    }
  }
}

export const ossStorage: StorageDriverDefinition<OssStorageConfig> = {
  type: 'oss',
  create: (config) => new OssStorageDriver(config),
};

/** With the SHA-256 of what is put, which OSS does not check: it tells after a restart whose bytes these are. */
function conditions({ onlyIfAbsent, checksums }: PutOptions): Record<string, string> {
  const sha256 = checksums?.sha256;
  return {
    ...(onlyIfAbsent === true ? { 'x-oss-forbid-overwrite': 'true' } : {}),
    ...(sha256 === undefined ? {} : { [CLAIM_HEADER]: sha256 }),
  };
}

function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('base64');
}

/** @throws {StorageUnavailableError} when OSS does not say that it has the bytes that were sent */
function verify(sent: Crc64, response: { readonly headers: object }): void {
  const stored = headerOf(response, CHECKSUM_HEADER);
  if (stored === sent.decimal()) return;
  const fault = stored === undefined ? 'it has not said what it has' : 'its checksum differs';
  throw new StorageUnavailableError('failed', `what OSS has stored may not be what was sent: ${fault}.`);
}

function factsOf(key: ObjectKey, answer: { readonly headers: object }): ObjectFacts {
  const md5 = headerOf(answer, 'content-md5');
  return {
    key,
    sizeBytes: Number(headerOf(answer, 'content-length')),
    modifiedAt: new Date(headerOf(answer, 'last-modified') ?? 0),
    checksums: {
      md5: md5 === undefined ? undefined : Buffer.from(md5, 'base64').toString('hex'),
      crc64: headerOf(answer, CHECKSUM_HEADER),
    },
    claimedSha256: headerOf(answer, CLAIM_HEADER),
  };
}

/** ali-oss says that these are names, and gives the elements of the answer. */
function deletedName(deleted: unknown): unknown {
  return typeof deleted === 'object' && deleted !== null && 'Key' in deleted ? deleted.Key : deleted;
}

/** A range that leads out of the object is answered with what there is of it. */
function isWhole({ start, end }: ByteRange, { headers }: IncomingMessage): boolean {
  return headers['content-range']?.startsWith(`bytes ${String(start)}-${String(end)}/`) === true;
}

function outside(key: ObjectKey, { start, end }: ByteRange): RangeError {
  return new RangeError(`Bytes ${String(start)} to ${String(end)} are not in ${key}.`);
}
