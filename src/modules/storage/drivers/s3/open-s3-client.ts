import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3StorageConfig } from '../../../../config/index.js';
import { findRegion } from './find-region.js';

/** Limits of the work with a store; all have defaults that suit AWS and its likes. */
export interface S3Limits {
  /** Longest wait for a connection. */
  readonly connectMs: number;
  /** Longest silence on a connection: a store that stalls has failed. */
  readonly silenceMs: number;
  /** Longest time from the beginning of a request to the head of its answer: 8 MiB at 110 kbit/s. */
  readonly answerMs: number;
  /** Up to this size an object is sent in one request. */
  readonly wholeBytes: number;
  /** Size of the parts that a larger one is sent in, at least 5 MiB. */
  readonly partBytes: number;
  /** Parts under way at a time. With one more that is being filled they bound the memory of an upload. */
  readonly parallelParts: number;
  /** Objects in a page of a list, and in a request that deletes many: at most 1000. */
  readonly pageSize: number;
}

const MIB = 1024 * 1024;

export const S3_LIMITS: S3Limits = {
  connectMs: 5_000,
  silenceMs: 20_000,
  answerMs: 600_000,
  wholeBytes: 8 * MIB,
  partBytes: 5 * MIB,
  parallelParts: 2,
  pageSize: 1_000,
};

/** As many range readers at a time as a busy server has; more of them wait. */
const MAX_CONNECTIONS = 256;
/** Whoever uploads tries again by itself, with patience; here one more is for a broken connection and a corrected clock. */
const MAX_ATTEMPTS = 2;

/** Checksums of stores that are not AWS are sent and asked for only where S3 cannot do without. */
export function asksForChecksums({ checksum, endpoint }: S3StorageConfig): boolean {
  return checksum === 'supported' || (checksum === 'auto' && endpoint === undefined);
}

export function openS3Client(config: S3StorageConfig, limits: S3Limits): S3Client {
  const checksums = asksForChecksums(config) ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  let region: Promise<string> | undefined;
  return new S3Client({
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...credentialsOf(config),
    region: () => {
      region ??= findRegion(config, limits.connectMs).catch((error: unknown) => {
        region = undefined;
        throw error;
      });
      return region;
    },
    forcePathStyle: !config.isVirtualHostStyle,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'standard',
    // Objects are small enough to be sent twice, and the question first costs a round trip and a connection each.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: limits.connectMs,
      socketTimeout: limits.silenceMs,
      requestTimeout: limits.answerMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
    },
  });
}

/** Without any the SDK looks where AWS keeps them, and again before they expire. */
function credentialsOf({ credentials, isConfigLoadDisabled }: S3StorageConfig): Partial<S3ClientConfig> {
  if (credentials !== undefined) {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
  }
  if (!isConfigLoadDisabled) return {};
  return {
    credentials: { accessKeyId: '', secretAccessKey: '' },
    signer: { sign: (request) => Promise.resolve(request) },
  };
}
