import { AppError, systemErrorCode } from '../../../../shared/errors.js';
import { StorageUnavailableError, type StorageFault } from '../../storage.errors.js';

/** What was being done, to follow "may not". */
export type S3Deed = 'read from' | 'write to' | 'list' | 'delete from' | 'sign for';

/** Where it was done. */
export interface S3Place {
  readonly bucket: string;
  /** Name and port of the store. */
  readonly host: string;
}

/** The part of an error that the store itself has told. */
export interface S3Answer {
  /** The store's word for it, or that of the SDK. */
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
}

type Sentence = (place: S3Place, deed: S3Deed) => string;

const KEY_REFUSED: Sentence = ({ host }) => `${host} does not know the access key`;
const SECRET_REFUSED: Sentence = ({ host }) => `the secret does not belong to the access key, says ${host}`;
const TOKEN_REFUSED: Sentence = ({ host }) => `${host} refuses the session token`;
const EXPIRED: Sentence = () => 'the temporary credentials have expired';
const NO_CREDENTIALS: Sentence = () =>
  'there is no access key in the settings, the environment, the files of AWS or the role of this machine';
const DENIED: Sentence = ({ bucket, host }, deed) => `the access key may not ${deed} the bucket ${bucket} at ${host}`;
const NO_BUCKET: Sentence = ({ bucket, host }) => `there is no bucket ${bucket} at ${host}`;
const SKEWED: Sentence = ({ host }) => `the clock of this machine and that of ${host} differ too much`;
const SLOW_DOWN: Sentence = ({ host }) => `${host} has too much to do`;
const OTHER_REGION: Sentence = ({ bucket }) => `the bucket ${bucket} is in another region`;
const CHANGED: Sentence = ({ host }) => `other bytes than were sent came to ${host}`;
const FULL: Sentence = ({ host }) => `${host} has no room left`;

/** By the store's word. */
const BY_CODE: Readonly<Record<string, readonly [StorageFault, Sentence]>> = {
  InvalidAccessKeyId: ['credentials-refused', KEY_REFUSED],
  SignatureDoesNotMatch: ['credentials-refused', SECRET_REFUSED],
  InvalidToken: ['credentials-refused', TOKEN_REFUSED],
  InvalidTokenId: ['credentials-refused', TOKEN_REFUSED],
  InvalidClientTokenId: ['credentials-refused', TOKEN_REFUSED],
  ExpiredToken: ['credentials-refused', EXPIRED],
  TokenRefreshRequired: ['credentials-refused', EXPIRED],
  CredentialsProviderError: ['credentials-refused', NO_CREDENTIALS],
  AccessDenied: ['access-denied', DENIED],
  AllAccessDisabled: ['access-denied', DENIED],
  NoSuchBucket: ['no-such-bucket', NO_BUCKET],
  RequestTimeTooSkewed: ['clock-skewed', SKEWED],
  RequestInTheFuture: ['clock-skewed', SKEWED],
  RequestExpired: ['clock-skewed', SKEWED],
  SlowDown: ['overloaded', SLOW_DOWN],
  RequestTimeout: ['overloaded', SLOW_DOWN],
  ServiceUnavailable: ['overloaded', SLOW_DOWN],
  OperationAborted: ['overloaded', SLOW_DOWN],
  ConditionalRequestConflict: ['overloaded', SLOW_DOWN],
  PermanentRedirect: ['failed', OTHER_REGION],
  AuthorizationHeaderMalformed: ['failed', OTHER_REGION],
  BadDigest: ['failed', CHANGED],
  XAmzContentSHA256Mismatch: ['failed', CHANGED],
  XAmzContentChecksumMismatch: ['failed', CHANGED],
  QuotaExceeded: ['failed', FULL],
  XMinioStorageFull: ['failed', FULL],
};

/** By the status, where the word is not known or, after HEAD, there is none. */
const BY_STATUS: Readonly<Record<number, readonly [StorageFault, Sentence]>> = {
  301: ['failed', OTHER_REGION],
  401: ['credentials-refused', KEY_REFUSED],
  403: ['access-denied', DENIED],
  429: ['overloaded', SLOW_DOWN],
  503: ['overloaded', SLOW_DOWN],
  507: ['failed', FULL],
};

/** @returns undefined when nobody answered */
export function answerOf(error: unknown): S3Answer | undefined {
  if (!(error instanceof Error)) return undefined;
  const { $metadata, $response } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
    readonly $response?: { readonly statusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  return status === undefined ? undefined : { code: plain(error.name), status, requestId: $metadata?.requestId };
}

/**
 * What went wrong with a store, in one sentence of ours. What the store and the SDK say is left out: both quote
 * access keys and what was signed.
 */
export function storageErrorOf(error: unknown, place: S3Place, deed: S3Deed): AppError {
  if (error instanceof AppError) return error;
  const answer = answerOf(error);
  const name = error instanceof Error ? plain(error.name) : 'unknown';
  const known = BY_CODE[name] ?? (answer?.status === undefined ? undefined : BY_STATUS[answer.status]);
  if (known !== undefined) {
    const [fault, sentence] = known;
    return new StorageUnavailableError(fault, `${sentence(place, deed)} (${name}).`, { cause: withoutSecrets(answer) });
  }
  if (answer !== undefined) {
    const reason = `${place.host} answered with status ${String(answer.status)} (${answer.code}).`;
    return new StorageUnavailableError('failed', reason, { cause: withoutSecrets(answer) });
  }
  return unansweredError(error, place);
}

function unansweredError(error: unknown, { host }: S3Place): StorageUnavailableError {
  const name = error instanceof Error ? error.name : 'unknown';
  if (name === 'TimeoutError' || name === 'AbortError') {
    return new StorageUnavailableError('unreachable', `${host} does not answer in time.`);
  }
  const code = systemErrorCode(error) ?? systemErrorCode(error instanceof Error ? error.cause : undefined);
  if (code === undefined) return new StorageUnavailableError('failed', `${host} is not understood (${plain(name)}).`);
  return new StorageUnavailableError('unreachable', `${host} cannot be reached (${plain(code)}).`);
}

/** For the log: enough to ask the store's operator. */
function withoutSecrets(answer: S3Answer | undefined): Error | undefined {
  if (answer === undefined) return undefined;
  const { code, status, requestId } = answer;
  return new Error(`${code}, status ${String(status)}, request ${plain(requestId ?? 'without an id')}`);
}

/** What a server says of itself is shown as far as it looks like a word. */
function plain(word: string): string {
  return /^[\w. -]{1,64}$/.test(word) ? word : 'unnamed';
}
