import { mainStorageOf, storageConfigOf, type AppConfig, type StorageConfig } from '../../config/index.js';
import { createStorageDriver } from '../../modules/storage/drivers/index.js';
import { StorageUnavailableError, type StorageFault } from '../../modules/storage/storage.errors.js';
import { inTime } from '../../shared/in-time.js';
import { bucketClockFindings } from './clock-checks.js';
import { reasonOf, type Finding } from './finding.js';

const LIMIT_MS = 15_000;
const SLOW_MS = 2000;

/** What to do, for each fault. */
export const REMEDIES: Readonly<Record<StorageFault, string>> = {
  'credentials-refused': 'Correct access_key_id and its secret; with temporary credentials also the token.',
  'access-denied': 'Allow the key to put, get, list and delete objects of the bucket (docs/buckets.md lists what).',
  'no-such-bucket': 'Make the bucket, or correct bucket, region and endpoint.',
  'clock-skewed': 'Set the clock of this machine: timedatectl set-ntp true.',
  unreachable: 'Correct the endpoint, and let every firewall and proxy between let this machine out.',
  overloaded: 'Wait, or ask whoever runs the store.',
  foreign:
    'Let root name a prefix or folder of its own. Only if nobody else uses this one any more, stop the server and take it over: aircheck fsck --adopt, or with an empty database aircheck reindex (docs/buckets.md).',
  'mark-missing':
    'See whether it is the right bucket and prefix, or the right folder and its disk mounted. If it is, stop the server and mark it: aircheck fsck --adopt (docs/buckets.md).',
  failed: 'See what the store says, and its log.',
};

/** Writes, reads and deletes a small object in each bucket that is configured, as uploads do. */
export async function bucketFindings({ recorder }: AppConfig): Promise<Finding[]> {
  const main = mainStorageOf(recorder);
  const backup = storageConfigOf(recorder.backup_storage);
  const findings: Finding[] = [];
  if (main !== undefined && main.type !== 'fs') {
    findings.push(await tryBucket('bucket', main), ...(await bucketClockFindings(main)));
  }
  if (backup !== undefined) findings.push(await tryBucket('backup-bucket', backup));
  return findings;
}

async function tryBucket(check: string, config: StorageConfig): Promise<Finding> {
  const fromMs = performance.now();
  try {
    const driver = await createStorageDriver(config);
    await inTime(driver.probe(), LIMIT_MS);
  } catch (error) {
    const fault = error instanceof StorageUnavailableError ? error.fault : 'unreachable';
    return { check, severity: 'problem', message: reasonOf(error), remedy: REMEDIES[fault] };
  }
  const tookMs = performance.now() - fromMs;
  const measured = { tookMs: Math.round(tookMs) };
  const message = `A small object was written, read and deleted in ${measured.tookMs} ms.`;
  if (tookMs < SLOW_MS) return { check, severity: 'ok', message, measured };
  const remedy = 'Take a store that is nearer, or raise recorder.upload.concurrency; the spool bridges what waits.';
  return { check, severity: 'warning', message, remedy, measured };
}
