import { AppError, systemErrorCode } from '../../../../shared/errors.js';
import { StorageUnavailableError, type StorageFault } from '../../storage.errors.js';

/** What was being done, to follow "not allowed to". */
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
  readonly status: number;
  readonly requestId: string;
}

type Sentence = (place: S3Place, deed: S3Deed) => string;

const KEY_REFUSED: Sentence = ({ host }) => `${host} does not know the access key`;
const SECRET_REFUSED: Sentence = ({ host }) => `the secret does not belong to the access key, says ${host}`;
const TOKEN_REFUSED: Sentence = ({ host }) => `${host} refuses the session token`;
const EXPIRED: Sentence = () => 'the temporary credentials have expired';
const NO_CREDENTIALS: Sentence = () =>
  'there is no access key in the settings, the environment, the files of AWS or the role of this machine';
const DENIED: Sentence = ({ bucket, host }, deed) => `it is not allowed to ${deed} the bucket ${bucket} at ${host}`;
const NO_BUCKET: Sentence = ({ bucket, host }) => `there is no bucket ${bucket} at ${host}`;
const SKEWED: Sentence = ({ host }) => `the clock of this machine and that of ${host} differ too much`;
const SLOW_DOWN: Sentence = ({ host }) => `${host} has too much to do`;
const OTHER_REGION: Sentence = ({ bucket }) => `the bucket ${bucket} is in another region`;
const CHANGED: Sentence = ({ host }) => `other bytes than were promised came to ${host}`;
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

/** What the SDK throws, as far as it is used. Not told by its class: Node's own errors have another one under Jest. */
interface Thrown {
  readonly name?: string;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly statusCode?: number };
}

/** @returns undefined when nobody answered */
export function answerOf(error: unknown): S3Answer | undefined {
  const { name, $metadata, $response } = thrown(error);
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  return status === undefined ? undefined : { code: plain(name), status, requestId: plain($metadata?.requestId) };
}

/**
 * What went wrong with a store, in one sentence of ours. What the store and the SDK say is left out: both quote
 * access keys and what was signed.
 */
export function storageErrorOf(error: unknown, place: S3Place, deed: S3Deed): AppError {
  if (error instanceof AppError) return error;
  const answer = answerOf(error);
  const name = plain(thrown(error).name);
  const known = BY_CODE[name] ?? (answer && BY_STATUS[answer.status]);
  if (known !== undefined) {
    const [fault, sentence] = known;
    return new StorageUnavailableError(fault, `${sentence(place, deed)} (${name}).`, forTheLog(answer));
  }
  if (answer === undefined) return unansweredError(error, place);
  const reason = `${place.host} answered with status ${answer.status} (${name}).`;
  return new StorageUnavailableError('failed', reason, forTheLog(answer));
}

function unansweredError(error: unknown, { host }: S3Place): StorageUnavailableError {
  const { name, cause } = thrown(error);
  if (name === 'TimeoutError' || name === 'AbortError') {
    return new StorageUnavailableError('unreachable', `${host} does not answer in time.`);
  }
  const code = systemErrorCode(error) ?? systemErrorCode(cause);
  if (code === undefined) return new StorageUnavailableError('failed', `${host} is not understood (${plain(name)}).`);
  return new StorageUnavailableError('unreachable', `${host} cannot be reached (${plain(code)}).`);
}

function thrown(error: unknown): Thrown {
  return typeof error === 'object' && error !== null ? error : {};
}

/** Enough to ask the store's operator. */
function forTheLog(answer: S3Answer | undefined): ErrorOptions {
  if (answer === undefined) return {};
  return { cause: new Error(`${answer.code}, status ${answer.status}, request ${answer.requestId}`) };
}

/** What a server says of itself is shown as far as it looks like a word. */
function plain(word = 'without a name'): string {
  return /^[\w. -]{1,64}$/.test(word) ? word : 'unnamed';
}
