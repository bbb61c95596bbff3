import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { LivemanStorageConfig } from '../../../config/index.js';
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
  ObjectExistsError,
  ObjectNotFoundError,
  StorageCallUnsupportedError,
  StorageUnavailableError,
} from '../storage.errors.js';
import { BodyReader } from './body-reader.js';
import { exchange, textOf, type HttpRequest } from './liveman/exchange.js';
import { codeIn, connectionFault, storeFault } from './liveman/faults.js';
import { LivemanManager } from './liveman/manager.js';

export interface LivemanLimits {
  /** Until the manager has answered a call. */
  readonly answerMs: number;
  /** Without a byte between us and the store. */
  readonly silenceMs: number;
  /** Body without a known length that is kept to find it out: a signed PUT says its length first. */
  readonly bodyBytes: number;
}

const LIMITS: LivemanLimits = { answerMs: 10_000, silenceMs: 20_000, bodyBytes: 8 * 2 ** 20 };
/** Never asked for: only its URL is. */
const PROBE_KEY = parseObjectKey('aircheck-probe');

/**
 * Objects in the bucket of a live777 manager, which signs a URL for each request; no key of the bucket is known here. The
 * manager has calls to read and to write one object, and none to list or to delete.
 */
export class LivemanStorageDriver extends StorageDriver {
  private readonly manager: LivemanManager;

  constructor(
    private readonly config: LivemanStorageConfig,
    private readonly limits: LivemanLimits = LIMITS,
  ) {
    super();
    this.manager = new LivemanManager(config, limits.answerMs);
  }

  /** `onlyIfAbsent` looks before: a signed URL knows no such condition. */
  async put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredObject> {
    const reader = new BodyReader(body, options.sizeBytes);
    try {
      if (options.onlyIfAbsent === true && (await this.head(key)) !== undefined) throw new ObjectExistsError(key);
      if (options.sizeBytes === undefined) await this.putUnmeasured(key, reader, options);
      else await this.send(key, reader.everything(), options.sizeBytes, options);
      return { key, sizeBytes: reader.sizeBytes };
    } catch (error) {
      throw reader.failure === undefined ? error : reader.failure.error;
    } finally {
      await reader.close();
    }
  }

  async get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    if (range !== undefined && (range.start < 0 || range.end < range.start)) throw outside(key, range);
    const { response, store } = await this.read(key, range);
    const { statusCode: status = 0 } = response;
    if (status === (range === undefined ? 200 : 206) && (range === undefined || isWhole(range, response))) {
      return response;
    }
    if (range !== undefined && (status === 206 || status === 416)) {
      response.destroy();
      throw outside(key, range);
    }
    throw await this.refusal(key, response, store);
  }

  /** By a GET of the first byte: managers sign no HEAD. */
  async head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    const first = await this.read(key, { start: 0, end: 0 });
    if (first.response.statusCode !== 416) return this.factsIn(key, first);
    first.response.destroy();
    return this.factsIn(key, await this.read(key));
  }

  /** @throws {StorageCallUnsupportedError} nothing may be taken for absent because it was not listed */
  list(): never {
    throw new StorageCallUnsupportedError('list');
  }

  /** @throws {StorageCallUnsupportedError} */
  walk(): never {
    throw new StorageCallUnsupportedError('list');
  }

  /** @throws {StorageCallUnsupportedError} */
  delete(): Promise<never> {
    return Promise.reject(new StorageCallUnsupportedError('delete'));
  }

  /** @throws {StorageCallUnsupportedError} */
  deleteAll(): Promise<never> {
    return Promise.reject(new StorageCallUnsupportedError('delete'));
  }

  presign(input: PresignInput): Promise<PresignedRequest> {
    return this.manager.presign(input);
  }

  /** Writes nothing, since it could not be deleted: the manager says whether it has a storage, and signs a URL. */
  async probe(): Promise<void> {
    await this.manager.ping();
    await this.manager.presign({ method: 'PUT', key: PROBE_KEY, lifetimeSeconds: this.config.presignSeconds });
  }

  private async putUnmeasured(key: ObjectKey, reader: BodyReader, options: PutOptions): Promise<void> {
    const whole = await reader.wholeWithin(this.limits.bodyBytes);
    if (whole === undefined) throw new RangeError(`The length of ${key} has to be known to put it by a signed URL.`);
    await this.send(key, [whole], whole.length, options);
  }

  private async send(
    key: ObjectKey,
    body: HttpRequest['body'],
    sizeBytes: number,
    { contentType }: PutOptions,
  ): Promise<void> {
    const { url, headers } = await this.sign('PUT', key);
    const response = await this.ask(url, {
      method: 'PUT',
      url,
      headers: { ...typeHeader(url, contentType), ...headers, 'content-length': String(sizeBytes) },
      body,
    });
    const { statusCode: status = 0 } = response;
    if (status < 200 || status >= 300) throw await this.refusal(key, response, url);
    response.resume();
  }

  private async read(key: ObjectKey, range?: ByteRange): Promise<{ response: IncomingMessage; store: URL }> {
    const { url, headers } = await this.sign('GET', key);
    const wanted = range === undefined ? {} : { range: `bytes=${String(range.start)}-${String(range.end)}` };
    return { response: await this.ask(url, { method: 'GET', url, headers: { ...headers, ...wanted } }), store: url };
  }

  /** The fields are written small, so that ours take the place of the manager's. */
  private async sign(method: 'GET' | 'PUT', key: ObjectKey): Promise<{ url: URL; headers: Record<string, string> }> {
    const { url, headers } = await this.manager.presign({ method, key, lifetimeSeconds: this.config.presignSeconds });
    const fields = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { url: new URL(url), headers: Object.fromEntries(fields) as Record<string, string> };
  }

  private async factsIn(
    key: ObjectKey,
    { response, store }: { response: IncomingMessage; store: URL },
  ): Promise<ObjectFacts | undefined> {
    const { statusCode: status } = response;
    if (status === 200 || status === 206) {
      // One byte is sooner read than a connection made.
      if (status === 206) response.resume();
      else response.destroy();
      return factsOf(key, response);
    }
    const refusal = await this.refusal(key, response, store);
    if (refusal instanceof ObjectNotFoundError) return undefined;
    throw refusal;
  }

  private async ask(store: URL, request: HttpRequest): Promise<IncomingMessage> {
    try {
      return await exchange(request, this.limits.silenceMs);
    } catch (error) {
      throw connectionFault(store.origin, error);
    }
  }

  private async refusal(key: ObjectKey, response: IncomingMessage, store: URL): Promise<Error> {
    const { statusCode: status = 0 } = response;
    const code = codeIn(await textOf(response).catch(() => ''));
    response.destroy();
    return status === 404 && code !== 'NoSuchBucket'
      ? new ObjectNotFoundError(key)
      : storeFault(store.origin, status, code);
  }
}

export const livemanStorage: StorageDriverDefinition<LivemanStorageConfig> = {
  type: 'liveman',
  create: (config) => new LivemanStorageDriver(config),
};

/** A signature of S3 names the fields that it covers, and others may go along; those of other stores may not have it. */
function typeHeader(url: URL, contentType: string | undefined): Record<string, string> {
  const isFree = url.searchParams.has('X-Amz-SignedHeaders');
  return contentType !== undefined && isFree ? { 'content-type': contentType } : {};
}

/** @throws {StorageUnavailableError} when the store does not say how long the object is */
function factsOf(key: ObjectKey, { headers, statusCode }: IncomingMessage): ObjectFacts {
  const length = statusCode === 206 ? /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] : headers['content-length'];
  if (length === undefined)
    throw new StorageUnavailableError('failed', 'the store does not say how long an object is.');
  const crc64 = headers['x-oss-hash-crc64ecma'];
  return {
    key,
    sizeBytes: Number(length),
    modifiedAt: new Date(headers['last-modified'] ?? 0),
    checksums: { md5: md5Of(headers), crc64: typeof crc64 === 'string' ? crc64 : undefined },
  };
}

/** An ETag is the MD5 of an object that came in one request and was not encrypted with a key of its own. */
function md5Of(headers: IncomingMessage['headers']): string | undefined {
  const tag = (headers.etag ?? '').replaceAll('"', '').toLowerCase();
  const encryption = headers['x-amz-server-side-encryption'] ?? 'AES256';
  const ownKey = headers['x-amz-server-side-encryption-customer-algorithm'];
  return /^[0-9a-f]{32}$/.test(tag) && encryption === 'AES256' && ownKey === undefined ? tag : undefined;
}

/** A range that leads out of the object is answered with what there is of it. */
function isWhole({ start, end }: ByteRange, { headers }: IncomingMessage): boolean {
  return headers['content-range']?.startsWith(`bytes ${String(start)}-${String(end)}/`) === true;
}

function outside(key: ObjectKey, { start, end }: ByteRange): RangeError {
  return new RangeError(`Bytes ${String(start)} to ${String(end)} are not in ${key}.`);
}
