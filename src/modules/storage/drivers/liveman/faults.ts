import { systemErrorCode } from '../../../../shared/errors.js';
import { TimeLimitError } from '../../../../shared/in-time.js';
import { StorageUnavailableError, type StorageFault } from '../../storage.errors.js';

const KEY_CODES: readonly string[] = [
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'ExpiredToken',
  'InvalidSecurityToken',
  'SecurityTokenExpired',
];

/**
 * What a connection came to. Nothing but a word is kept of the error: it may carry what was sent.
 *
 * @param peer who was asked
 */
export function connectionFault(peer: string, error: unknown): StorageUnavailableError {
  if (error instanceof TimeLimitError) {
    return new StorageUnavailableError('unreachable', `${peer} did not answer in time.`, { cause: error });
  }
  const code = systemErrorCode(error) ?? 'the connection broke';
  return new StorageUnavailableError('unreachable', `${peer} cannot be reached (${code}).`, {
    cause: new Error(code),
  });
}

/** @param path of the call that the manager answered so */
export function managerFault(manager: string, path: string, status: number): StorageUnavailableError {
  const [fault, reason] = explainManager(path, status);
  return new StorageUnavailableError(fault, `the manager at ${manager} ${reason}.`);
}

function explainManager(path: string, status: number): [StorageFault, string] {
  switch (status) {
    case 401:
      return ['credentials-refused', 'does not know the token of recorder.upload.liveman_token (401)'];
    case 403:
      return ['access-denied', 'does not let the token of recorder.upload.liveman_token use its storage (403)'];
    case 404:
    case 405:
      return ['failed', `has no ${path} (${status})`];
    case 429:
      return ['overloaded', 'asks for fewer requests (429)'];
    case 500:
      return ['failed', `failed at ${path} (500): its own storage may be a folder, which has no signed URLs`];
    case 503:
      return ['failed', 'has no storage that works (503)'];
    default:
      return ['failed', `answered ${path} with ${status}`];
  }
}

/**
 * @param store whose URL the manager signed
 * @param code word of the store for it
 */
export function storeFault(store: string, status: number, code: string | undefined): StorageUnavailableError {
  const label = code === undefined ? `${status}` : `${status} ${code}`;
  const [fault, reason] = explainStore(status, code);
  return new StorageUnavailableError(fault, `${store}, to which the manager sends, ${reason} (${label}).`);
}

function explainStore(status: number, code = ''): [StorageFault, string] {
  if (code === 'NoSuchBucket') return ['no-such-bucket', 'has no such bucket'];
  if (code === 'RequestTimeTooSkewed') return ['clock-skewed', 'has another time than the manager'];
  if (KEY_CODES.includes(code)) return ['credentials-refused', 'refuses what the manager has signed'];
  if (status === 401 || status === 403) return ['access-denied', 'refuses it, or the signed URL has expired'];
  if (status === 429 || status === 503) return ['overloaded', 'asks for fewer requests'];
  return ['failed', 'refused'];
}

/** The word for the error in the XML of S3 and OSS: only what looks like one, since it goes into messages. */
export function codeIn(xml: string): string | undefined {
  return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(xml)?.[1];
}
