import { Readable } from 'node:stream';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ObjectChecksums, PutOptions } from '../../ports/storage-driver.js';
import type { BodyReader } from '../body-reader.js';
import type { S3Limits } from './open-s3-client.js';

/** Where an object goes. */
export interface S3Target {
  readonly Bucket: string;
  readonly Key: string;
}

/** As many as S3 takes of one object. */
const MAX_PARTS = 10_000;
/** In this header a request says what its body is; it is signed, and every store checks it. */
const PAYLOAD_HEADER = 'x-amz-content-sha256';

/**
 * Sends a small body in one request and a large one in parts, which are taken back when it breaks off.
 *
 * @throws what the SDK throws; status 412 when the object was to be absent and is there
 */
export async function putObject(
  client: S3Client,
  target: S3Target,
  reader: BodyReader,
  options: PutOptions,
  limits: S3Limits,
): Promise<void> {
  const whole = await reader.wholeWithin(limits.wholeBytes);
  const object = { ...target, ...wishesOf(options) };
  if (whole !== undefined) return sendWhole(client, object, whole, options.checksums);
  await new Upload({
    client,
    params: { ...object, Body: Readable.from(reader.everything(), { objectMode: false }) },
    partSize: Math.max(limits.partBytes, Math.ceil((options.sizeBytes ?? 0) / MAX_PARTS)),
    queueSize: limits.parallelParts,
  }).done();
}

async function sendWhole(
  client: S3Client,
  object: S3Target & S3Wishes,
  bytes: Buffer,
  { md5, sha256 }: ObjectChecksums = {},
): Promise<void> {
  const isKept = sha256 !== undefined && (await client.config.requestChecksumCalculation()) === 'WHEN_SUPPORTED';
  const command = new PutObjectCommand({
    ...object,
    Body: bytes,
    ContentLength: bytes.length,
    ...(md5 === undefined ? {} : { ContentMD5: inBase64(md5) }),
    ...(isKept ? { ChecksumSHA256: inBase64(sha256) } : {}),
  });
  if (sha256 !== undefined) promisePayload(command, sha256);
  const { ETag: etag } = await client.send(command);
  if (etag === undefined) throw new TypeError('not the answer of an S3 store');
}

interface S3Wishes {
  readonly ContentType?: string;
  readonly IfNoneMatch?: '*';
  readonly Metadata?: Record<string, string>;
}

function wishesOf({ contentType, onlyIfAbsent, checksums }: PutOptions): S3Wishes {
  const sha256 = checksums?.sha256;
  return {
    ...(contentType === undefined ? {} : { ContentType: contentType }),
    ...(onlyIfAbsent === true ? { IfNoneMatch: '*' } : {}),
    ...(sha256 === undefined ? {} : { Metadata: { sha256 } }),
  };
}

/** The store compares what comes with what was promised, not with what is sent. */
function promisePayload(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { readonly headers: Record<string, string> };
      headers[PAYLOAD_HEADER] = sha256;
      return next(args);
    },
    { step: 'build' },
  );
}

function inBase64(hexadecimal: string): string {
  return Buffer.from(hexadecimal, 'hex').toString('base64');
}
