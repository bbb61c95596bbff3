import { createHash, randomUUID } from 'node:crypto';
import { Crc64 } from '../../../src/modules/storage/crc64.js';
import { OssRefusal } from './refusal.js';

/** Bytes that came in, kept or only counted. */
export interface Received {
  readonly bytes: Buffer;
  readonly sizeBytes: number;
  /** Hexadecimal, capitals. */
  readonly md5: string;
}

export interface KeptObject {
  readonly bytes: Buffer;
  readonly sizeBytes: number;
  readonly crc64: string;
  readonly etag: string;
  /** Of objects that were put in one request, base64. */
  readonly contentMd5: string | undefined;
  readonly kept: KeptHeaders;
  readonly modifiedAt: Date;
}

/** Sent with an object, and given out with it. */
export interface KeptHeaders {
  readonly contentType: string;
  /** `x-oss-meta-…` by name. */
  readonly meta: Readonly<Record<string, string>>;
}

interface Upload {
  readonly key: string;
  readonly kept: KeptHeaders;
  readonly parts: Map<number, Received>;
}

export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly limit: number;
}

export interface Listing {
  readonly objects: [string, KeptObject][];
  readonly prefixes: string[];
  /** After which the next page goes on. */
  readonly next: string | undefined;
}

const MIN_PART_BYTES = 100 * 1024;

/** What OSS does with objects, once it has found that the request may. */
export class OssBucket {
  readonly objects = new Map<string, KeptObject>();
  readonly uploads = new Map<string, Upload>();
  /** Kept from deletion, as a retention rule of the bucket does. */
  readonly locked = new Set<string>();

  constructor(private readonly now: () => Date) {}

  put(key: string, kept: KeptHeaders, received: Received, isOverwriteForbidden: boolean): KeptObject {
    this.checkName(key);
    if (isOverwriteForbidden) this.checkAbsent(key);
    const contentMd5 = Buffer.from(received.md5, 'hex').toString('base64');
    return this.keep(key, kept, [received], received.md5, contentMd5);
  }

  find(key: string): KeptObject {
    const object = this.objects.get(key);
    if (object === undefined) throw new OssRefusal(404, 'NoSuchKey', 'The specified key does not exist.');
    return object;
  }

  /** @returns the names of what is not there any more */
  deleteAll(keys: readonly string[]): string[] {
    const gone = keys.filter((key) => !this.locked.has(key));
    for (const key of gone) this.objects.delete(key);
    return gone;
  }

  begin(key: string, kept: KeptHeaders, isOverwriteForbidden: boolean): string {
    this.checkName(key);
    if (isOverwriteForbidden) this.checkAbsent(key);
    const uploadId = randomUUID().replaceAll('-', '').toUpperCase();
    this.uploads.set(uploadId, { key, kept, parts: new Map() });
    return uploadId;
  }

  putPart(key: string, uploadId: string, partNumber: number, received: Received): void {
    if (!(partNumber >= 1 && partNumber <= 10_000)) {
      throw new OssRefusal(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000.');
    }
    this.findUpload(key, uploadId).parts.set(partNumber, received);
  }

  complete(
    key: string,
    uploadId: string,
    named: readonly { partNumber: number; etag: string }[],
    isOverwriteForbidden: boolean,
  ): KeptObject {
    const { kept, parts } = this.findUpload(key, uploadId);
    const chosen = named.map(({ partNumber, etag }, index) => {
      const part = parts.get(partNumber);
      if (part?.md5 !== etag.replaceAll('"', '')) {
        throw new OssRefusal(400, 'InvalidPart', 'One or more of the specified parts could not be found.');
      }
      if (index > 0 && partNumber <= (named[index - 1]?.partNumber ?? 0)) {
        throw new OssRefusal(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
      }
      if (index < named.length - 1 && part.sizeBytes < MIN_PART_BYTES) {
        throw new OssRefusal(400, 'EntityTooSmall', 'Your proposed upload smaller than the minimum allowed size.');
      }
      return part;
    });
    if (isOverwriteForbidden) this.checkAbsent(key);
    this.uploads.delete(uploadId);
    const etag = createHash('md5')
      .update(chosen.map(({ md5 }) => md5).join(''))
      .digest('hex')
      .toUpperCase();
    return this.keep(key, kept, chosen, `${etag}-${chosen.length}`, undefined);
  }

  abort(key: string, uploadId: string): void {
    this.findUpload(key, uploadId);
    this.uploads.delete(uploadId);
  }

  list({ prefix, delimiter, after, limit }: ListQuery): Listing {
    const objects: [string, KeptObject][] = [];
    const prefixes = new Set<string>();
    let last = '';
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) {
      const object = this.find(key);
      const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const entry = cut === -1 ? key : key.slice(0, cut + delimiter.length);
      if (entry <= after || prefixes.has(entry)) continue;
      if (objects.length + prefixes.size === limit) return { objects, prefixes: [...prefixes], next: last };
      if (cut === -1) objects.push([key, object]);
      else prefixes.add(entry);
      last = entry;
    }
    return { objects, prefixes: [...prefixes], next: undefined };
  }

  private keep(
    key: string,
    kept: KeptHeaders,
    parts: readonly Received[],
    etag: string,
    contentMd5: string | undefined,
  ): KeptObject {
    const checksum = new Crc64();
    for (const { bytes } of parts) checksum.update(bytes);
    const object = {
      bytes:
        parts.length === 1 && parts[0] !== undefined ? parts[0].bytes : Buffer.concat(parts.map((part) => part.bytes)),
      sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
      crc64: checksum.decimal(),
      etag,
      contentMd5,
      kept,
      modifiedAt: this.now(),
    };
    this.objects.set(key, object);
    return object;
  }

  private checkName(key: string): void {
    if (key === '' || Buffer.byteLength(key) > 1023 || /^[/\\]/.test(key)) {
      throw new OssRefusal(400, 'InvalidObjectName', 'The specified object is not valid.');
    }
  }

  private checkAbsent(key: string): void {
    if (this.objects.has(key)) {
      throw new OssRefusal(
        409,
        'FileAlreadyExists',
        'The object you specified already exists and can not be overwritten.',
      );
    }
  }

  private findUpload(key: string, uploadId: string): Upload {
    const upload = this.uploads.get(uploadId);
    if (upload?.key !== key) {
      throw new OssRefusal(404, 'NoSuchUpload', 'The specified upload does not exist. The upload ID may be invalid.');
    }
    return upload;
  }
}
