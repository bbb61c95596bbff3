import type { OssStorageConfig } from '../../../../config/index.js';
import { systemErrorCode } from '../../../../shared/errors.js';
import { StorageUnavailableError } from '../../storage.errors.js';

/** What OSS, or the way to it, said. */
export interface OssFault {
  /** Of HTTP; undefined when no answer came. */
  readonly status: number | undefined;
  /** `NoSuchKey`; without an answer the name of ali-oss or of the system for what happened. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
}

/** What was asked for, to follow "may not". */
export type OssAction = 'read from' | 'write to' | 'delete from' | 'list';

const TOKEN_CODES: readonly string[] = ['InvalidSecurityToken', 'SecurityTokenExpired', 'SecurityTokenNotSupported'];
const BUSY_CODES = /^(QpsLimitExceeded|ServiceBusy|(Total|Download|Upload)(Qps|Traffic)\w*LimitExceeded)$/;
const BUSY_STATUSES: readonly (number | undefined)[] = [429, 503];
/** Names of errors, of ali-oss and ours, that say that time has run out. */
const LATE: readonly string[] = [
  'ConnectionTimeoutError',
  'SocketAssignTimeoutError',
  'ResponseTimeoutError',
  'TimeLimitError',
];
/** What ali-oss, or the system, calls a connection that did not come about or broke. */
const DISCONNECTED = /^(RequestError|ResponseError|E[A-Z]+)$/;

/** Reads what ali-oss throws. Nothing else of it is kept: its errors carry requests, with their signatures and tokens. */
export function faultOf(error: unknown): OssFault {
  const { name, message, status, requestId } = (error ?? {}) as Readonly<Record<keyof Error | keyof OssFault, unknown>>;
  const word = typeof name === 'string' ? name : '';
  return {
    status: typeof status === 'number' && status > 0 ? status : undefined,
    code: LATE.includes(word) ? word : (systemErrorCode(error) ?? word),
    message: typeof message === 'string' ? message : '',
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}

/** Reads the XML of an error. */
export function readFault(status: number, xml: string): OssFault {
  const textOf = (element: string): string | undefined => new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
  return {
    status,
    code: textOf('Code') ?? (status === 404 ? 'NoSuchKey' : 'Unknown'),
    message: textOf('Message') ?? '',
    requestId: textOf('RequestId'),
  };
}

export function unavailable(fault: OssFault, action: OssAction, config: OssStorageConfig): StorageUnavailableError {
  const [kind, reason] = explain(fault, action, config);
  return new StorageUnavailableError(kind, reason, { cause: new Error(summaryOf(fault)) });
}

function explain(
  fault: OssFault,
  action: OssAction,
  { bucket, region, endpoint }: OssStorageConfig,
): [StorageUnavailableError['fault'], string] {
  const { status, code, message } = fault;
  if (LATE.includes(code)) return ['unreachable', `${endpoint} did not answer in time.`];
  if (status === undefined && DISCONNECTED.test(code)) {
    return ['unreachable', `${endpoint} cannot be reached${systemWord(message)}.`];
  }
  if (status === undefined) return ['failed', `${endpoint} does not answer as OSS does.`];
  if (TOKEN_CODES.includes(code)) return ['credentials-refused', 'the security token is wrong or has expired.'];
  if (BUSY_CODES.test(code) || BUSY_STATUSES.includes(status)) {
    return ['overloaded', `OSS asks for fewer requests (${label(fault)}).`];
  }
  switch (code) {
    case 'InvalidAccessKeyId':
      return ['credentials-refused', 'OSS does not know the access key.'];
    case 'SignatureDoesNotMatch':
      return ['credentials-refused', 'the secret does not belong to the access key.'];
    case 'RequestTimeTooSkewed':
      return ['clock-skewed', 'the clock of this machine and that of OSS differ by more than 15 minutes.'];
    case 'NoSuchBucket':
      return ['no-such-bucket', `there is no bucket ${bucket} at ${endpoint}.`];
    case 'AccessDenied':
      return message.includes('specified endpoint')
        ? ['no-such-bucket', `the bucket ${bucket} is not at ${endpoint} but at another endpoint.`]
        : ['access-denied', `the access key may not ${action} the bucket ${bucket}.`];
    case 'InvalidArgument':
      if (message.includes('region')) return ['failed', `the region of ${endpoint} is not ${region}.`];
      break;
    case 'InvalidDigest':
      return ['failed', 'what arrived is not what was sent: its checksum differs.'];
  }
  return ['failed', `OSS refused to ${action} the bucket ${bucket} (${label(fault)}).`];
}

/** `403 UserDisable`: the code comes from the network, so only a word is taken for one. */
function label({ status, code }: OssFault): string {
  return `${status ?? 'no answer'} ${/^[A-Za-z0-9.]{1,64}$/.test(code) ? code : 'Unknown'}`;
}

function summaryOf(fault: OssFault): string {
  const { requestId, message } = fault;
  const request = requestId !== undefined && /^[\w-]{1,64}$/.test(requestId) ? `, request ${requestId}` : '';
  return `OSS: ${label(fault)}${request}${fault.status === undefined ? systemWord(message) : ''}`;
}

/** What the system calls the fault, `: ECONNREFUSED`, in a message that goes on with the request. */
function systemWord(message: string): string {
  const [fault = ''] = message.split(/, [A-Z]+ https?:/, 1);
  const word = /\b(E[A-Z]{3,}|[A-Z]+_[A-Z_]+|certificate|socket hang up)\b/.exec(fault)?.[0];
  return word === undefined ? '' : `: ${word}`;
}
