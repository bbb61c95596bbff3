import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { S3StorageConfig } from '../../../config/index.js';
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
import { deleteObjects } from './s3/delete-objects.js';
import { asksForChecksums, openS3Client, S3_LIMITS, type S3Limits } from './s3/open-s3-client.js';
import { putObject } from './s3/put-object.js';
import { answerOf, storageErrorOf, type S3Deed, type S3Place } from './s3/s3-errors.js';

/** Objects that are only there while they are tried out with. */
const TRIAL_SUFFIX = '.partial';
/** How long it is believed that the bucket is there, once it was. */
const BUCKET_TRUST_MS = 60_000;
/** From here on links that are signed with the clock of this machine, and recordings named after it, are wrong. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Objects in a bucket of AWS S3 or of a store that speaks like it. */
export class S3StorageDriver extends StorageDriver {
  private readonly client: S3Client;
  /** Signs links: those who use them send no checksums. */
  private readonly signer: S3Client;
  private readonly limits: S3Limits;
  private readonly place: S3Place;
  private bucketSeenAt = -Infinity;
  private knowsConditions = true;

  constructor(
    private readonly config: S3StorageConfig,
    limits: Partial<S3Limits> = {},
  ) {
    super();
    this.limits = { ...S3_LIMITS, ...limits };
    this.client = openS3Client(config, this.limits);
    this.signer = openS3Client({ ...config, checksum: 'required' }, this.limits);
    this.place = { bucket: config.bucket, host: hostOf(config) };
  }

  async put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredObject> {
    const reader = new BodyReader(body, options.sizeBytes);
    try {
      if (options.onlyIfAbsent === true && (await this.isKnownToExist(key))) throw new ObjectExistsError(key);
      const onlyIfAbsent = options.onlyIfAbsent === true && this.knowsConditions;
      await putObject(this.client, this.objectOf(key), reader, { ...options, onlyIfAbsent }, this.limits);
      return { key, sizeBytes: reader.sizeBytes };
    } catch (error) {
      if (reader.failure !== undefined) throw reader.failure.error;
      const status = answerOf(error)?.status;
      if (status === 412) throw new ObjectExistsError(key);
      // Whoever tries again is let in by HEAD alone.
      if (status === 501) this.knowsConditions = false;
      throw this.mapped(error, 'write to');
    } finally {
      await reader.close();
    }
  }

  async get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    if (range !== undefined && (range.start < 0 || range.end < range.start)) throw notInside(range, key);
    const command = new GetObjectCommand({
      ...this.objectOf(key),
      ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` }),
    });
    try {
      const { Body: body, ContentLength: length } = await this.client.send(command);
      if (!(body instanceof Readable)) throw new TypeError('no body');
      if (range === undefined || length === range.end - range.start + 1) return body;
      body.destroy();
    } catch (error) {
      const { code, status } = answerOf(error) ?? {};
      if (code === 'NoSuchKey') throw new ObjectNotFoundError(key);
      if (range === undefined || status !== 416) throw this.mapped(error, 'read from');
    }
    throw notInside(range, key);
  }

  async head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    try {
      return await this.facts(key).catch((error: unknown) => this.excuse(key, error));
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return undefined;
      throw this.mapped(error, 'read from');
    }
  }

  async *list(directory: ObjectKey): AsyncIterable<StoredObject> {
    yield* this.objectsUnder(`${directory}/`, '/');
  }

  async *walk(directory?: ObjectKey): AsyncIterable<StoredObject> {
    yield* this.objectsUnder(directory === undefined ? '' : `${directory}/`);
  }

  async delete(key: ObjectKey): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand(this.objectOf(key)));
    } catch (error) {
      if (answerOf(error)?.code !== 'NoSuchKey') throw this.mapped(error, 'delete from');
    }
  }

  async deleteAll(keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Error>> {
    const failures = new Map<ObjectKey, Error>();
    for (let first = 0; first < keys.length; first += this.limits.pageSize) {
      const page = keys.slice(first, first + this.limits.pageSize);
      for (const [key, failure] of await this.deletePage(page)) failures.set(key, failure);
    }
    const [refusal] = failures.values();
    if (refusal !== undefined && failures.size === keys.length) throw refusal;
    return failures;
  }

  async presign({ method, key, lifetimeSeconds }: PresignInput): Promise<PresignedRequest> {
    if (this.config.credentials === undefined && this.config.isConfigLoadDisabled) {
      throw new StorageUnavailableError('credentials-refused', 'a signed URL needs an access key.');
    }
    const object = this.objectOf(key);
    const command = method === 'GET' ? new GetObjectCommand(object) : new PutObjectCommand(object);
    try {
      const signingDate = new Date(Date.now() + this.client.config.systemClockOffset);
      const url = await getSignedUrl(this.signer, command, { expiresIn: lifetimeSeconds, signingDate });
      return { url, headers: {} };
    } catch (error) {
      throw this.mapped(error, 'sign for');
    }
  }

  async probe(): Promise<void> {
    const key = parseObjectKey(`.${randomUUID()}${TRIAL_SUFFIX}`);
    const written = Buffer.from('aircheck');
    await this.put(key, Readable.from([written]), { sizeBytes: written.length });
    try {
      const read = await buffer(await this.get(key)).catch((error: unknown) => {
        throw this.mapped(error, 'read from');
      });
      if (!read.equals(written)) throw new StorageUnavailableError('failed', 'what was written reads otherwise.');
    } finally {
      await this.delete(key);
    }
    this.checkClock();
  }

  /** Requests are signed with the store's own time once it has said it; the clock is wrong all the same. */
  private checkClock(): void {
    const differenceMs = Math.abs(this.client.config.systemClockOffset);
    if (differenceMs < CLOCK_TOLERANCE_MS) return;
    const minutes = Math.round(differenceMs / 60_000);
    const reason = `the clock of this machine and that of ${this.place.host} differ by ${minutes} minutes.`;
    throw new StorageUnavailableError('clock-skewed', reason);
  }

  private async facts(key: ObjectKey): Promise<ObjectFacts> {
    const asked = this.asksForChecksums ? ({ ChecksumMode: 'ENABLED' } as const) : {};
    return factsOf(key, await this.client.send(new HeadObjectCommand({ ...this.objectOf(key), ...asked })));
  }

  /** For stores that know no condition. Whoever may not ask is told by the others, by the condition. */
  private async isKnownToExist(key: ObjectKey): Promise<boolean> {
    try {
      return (await this.head(key)) !== undefined;
    } catch (error) {
      if (error instanceof StorageUnavailableError && error.fault === 'access-denied') return false;
      throw error;
    }
  }

  /**
   * The answer to HEAD has no body that would say what is missing, or why it is refused.
   *
   * @returns the facts when asking why has helped: the clock was corrected
   */
  private async excuse(key: ObjectKey, error: unknown): Promise<ObjectFacts> {
    const status = answerOf(error)?.status;
    if (status === 404) {
      await this.assureBucket();
      throw new ObjectNotFoundError(key);
    }
    if (status !== 400 && status !== 403) throw error;
    const range = { ...this.objectOf(key), Range: 'bytes=0-0' };
    await this.client.send(new GetObjectCommand(range)).then(
      ({ Body: body }) => body instanceof Readable && body.destroy(),
      (reason: unknown) => {
        const answer = answerOf(reason);
        if (answer?.code === 'NoSuchKey') throw new ObjectNotFoundError(key);
        if (answer?.status !== 416) throw reason;
      },
    );
    return this.facts(key);
  }

  private async assureBucket(): Promise<void> {
    if (performance.now() - this.bucketSeenAt < BUCKET_TRUST_MS) return;
    try {
      await this.client.send(new HeadBucketCommand({ Bucket: this.config.bucket }));
    } catch (error) {
      const status = answerOf(error)?.status;
      if (status === 404) throw named('NoSuchBucket');
      if (status !== 403) throw error;
    }
    this.bucketSeenAt = performance.now();
  }

  private async *objectsUnder(prefix: string, delimiter?: string): AsyncIterable<StoredObject> {
    let from: string | undefined;
    do {
      const page = await this.page(this.nameOf(prefix), delimiter, from);
      for (const { Key: name = '', Size: sizeBytes = 0 } of page.Contents ?? []) {
        const key = this.keyOf(name);
        if (key !== undefined) yield { key, sizeBytes };
      }
      from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (from !== undefined);
  }

  private async page(prefix: string, delimiter: string | undefined, from: string | undefined) {
    try {
      return await this.client.send(
        new ListObjectsV2Command({
          Bucket: this.config.bucket,
          Prefix: prefix,
          MaxKeys: this.limits.pageSize,
          ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
          ...(from === undefined ? {} : { ContinuationToken: from }),
        }),
      );
    } catch (error) {
      throw this.mapped(error, 'list');
    }
  }

  private async deletePage(keys: readonly ObjectKey[]): Promise<[ObjectKey, Error][]> {
    const names = keys.map((key) => this.nameOf(key));
    try {
      const refusals = await deleteObjects(this.client, this.config.bucket, names);
      const stranger = [...refusals].find(([name]) => !names.includes(name));
      if (stranger !== undefined) throw named(stranger[1]);
      return keys.flatMap((key) => {
        const word = refusals.get(this.nameOf(key));
        return word === undefined ? [] : [[key, this.mapped(named(word), 'delete from')] as [ObjectKey, Error]];
      });
    } catch (error) {
      throw this.mapped(error, 'delete from');
    }
  }

  private get asksForChecksums(): boolean {
    return asksForChecksums(this.config);
  }

  private objectOf(key: ObjectKey): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.config.bucket, Key: this.nameOf(key) };
  }

  private nameOf(key: string): string {
    return this.config.root === '' ? key : `${this.config.root}/${key}`;
  }

  /** @returns undefined for an object that no key can name, or that is only being tried out with */
  private keyOf(name: string): ObjectKey | undefined {
    if (name.endsWith(TRIAL_SUFFIX)) return undefined;
    try {
      return parseObjectKey(this.config.root === '' ? name : name.slice(this.config.root.length + 1));
    } catch (error) {
      if (error instanceof InvalidObjectKeyError) return undefined;
      throw error;
    }
  }

  private mapped(error: unknown, deed: S3Deed): Error {
    return storageErrorOf(error, this.place, deed);
  }
}

export const s3Storage: StorageDriverDefinition<S3StorageConfig> = {
  type: 's3',
  create: (config) => new S3StorageDriver(config),
};

/** @throws {TypeError} when the answer is not that of an S3 store, which always says these */
function factsOf(key: ObjectKey, facts: HeadObjectCommandOutput): ObjectFacts {
  const { ContentLength: sizeBytes, LastModified: modifiedAt, ETag: etag } = facts;
  if (sizeBytes === undefined || modifiedAt === undefined || etag === undefined) throw new TypeError('no facts');
  const checksums = { md5: md5Of(etag, facts), sha256: sha256Of(facts) };
  return { key, sizeBytes, modifiedAt, checksums, claimedSha256: facts.Metadata?.['sha256'] };
}

/** An ETag is the MD5 of an object that came in one request and was not encrypted with a key of its own. */
function md5Of(etag: string, facts: HeadObjectCommandOutput): string | undefined {
  const { ServerSideEncryption: encryption = 'AES256', SSECustomerAlgorithm: ownKey } = facts;
  const tag = etag.replaceAll('"', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(tag) && encryption === 'AES256' && ownKey === undefined ? tag : undefined;
}

/**
 * Only what the store has reckoned itself, not what came with the object: that would also be right of damaged bytes. One
 * with a dash is the checksum of checksums.
 */
function sha256Of({ ChecksumSHA256: reckoned }: HeadObjectCommandOutput): string | undefined {
  if (reckoned === undefined || reckoned.includes('-')) return undefined;
  return Buffer.from(reckoned, 'base64').toString('hex');
}

/** An error as the SDK would have thrown it. */
function named(name: string): Error {
  return Object.assign(new Error(), { name });
}

function hostOf({ endpoint }: S3StorageConfig): string {
  return endpoint === undefined ? 'AWS' : new URL(endpoint).host;
}

function notInside({ start, end }: ByteRange, key: ObjectKey): RangeError {
  return new RangeError(`Bytes ${start} to ${end} are not in ${key}.`);
}
