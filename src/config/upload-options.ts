import { getKey, setKey, type ConfigTable } from './config-file.js';
import type { AppConfig } from './schema.js';
import { storageConfigOf, type StorageConfig } from './storage-options.js';

type RecorderTable = AppConfig['recorder'];

const SPOOL_KEY = 'recorder.spool_dir';
const LOCAL_KEY = 'recorder.upload.local_dir';
const WITHOUT_EFFECT = ['recorder.upload.queue_path', 'recorder.upload.interval_ms'];

/** What the settings of live777's uploader come to, which names some things otherwise. */
export interface UploadNames {
  /** One sentence each, to be logged once. */
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
}

/** Where recordings are kept in the end: a manager's bucket with `recorder.upload.enabled`, else `recorder.storage`. */
export function mainStorageOf({ storage, upload }: RecorderTable): StorageConfig | undefined {
  if (!upload.enabled) return storageConfigOf(storage);
  const { liveman_url: url, liveman_token: token, presign_ttl_seconds: presignSeconds } = upload;
  return {
    type: 'liveman',
    url: new URL(url).origin,
    token: token === '' ? undefined : token,
    presignSeconds,
  };
}

/** @returns one sentence for each thing that is wrong with where recordings are uploaded to */
export function uploadProblems({ storage, upload }: RecorderTable): string[] {
  if (!upload.enabled) return [];
  const problems: string[] = [];
  if (upload.liveman_url === '') {
    problems.push('recorder.upload.liveman_url is missing: recorder.upload.enabled needs it.');
  }
  if (storage.type !== 'fs') {
    problems.push(
      `recorder.upload.enabled is true while recorder.storage.type is "${storage.type}": recordings are kept in one bucket, remove one of the two.`,
    );
  }
  return problems;
}

/** Writes the spool folder under its own name into `given`, where it stands under that of live777. */
export function takeUploadNames(given: ConfigTable): UploadNames {
  if (getKey(given, 'recorder.upload.enabled') !== true) return { warnings: [], problems: [] };
  const warnings: string[] = [];
  const problems: string[] = [];
  const spool = getKey(given, SPOOL_KEY);
  const local = getKey(given, LOCAL_KEY);
  if (isFilled(local) && spool === undefined) {
    setKey(given, SPOOL_KEY, local);
    warnings.push(`${LOCAL_KEY} is taken for ${SPOOL_KEY}.`);
  } else if (isFilled(local) && local !== spool) {
    problems.push(`${LOCAL_KEY} and ${SPOOL_KEY} name different folders: remove one of the two.`);
  }
  const idle = WITHOUT_EFFECT.filter((key) => isFilled(getKey(given, key)));
  if (idle.length > 0) {
    warnings.push(`Without effect, since what is to be uploaded stands in the database: ${idle.join(', ')}.`);
  }
  if (isFilled(getKey(given, 'recorder.storage.root'))) {
    warnings.push(`recorder.storage.root has no effect with recorder.upload.enabled: ${SPOOL_KEY} is recorded into.`);
  }
  return { warnings, problems };
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== '';
}
