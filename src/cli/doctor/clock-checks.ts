import { readFile } from 'node:fs/promises';
import type { StorageConfig } from '../../config/index.js';
import type { Finding } from './finding.js';

const check = 'clock';
/** Times of recordings of several nodes are compared, and those of HTTP are whole seconds. */
const GOOD_MS = 2000;
/** S3 and OSS refuse what was signed so long before or after their own time. */
const REFUSED_MS = 15 * 60_000;
const LIMIT_MS = 5000;
/** systemd-timesyncd touches it whenever it has set the clock. */
const SYNCHRONIZED = '/run/systemd/timesync/synchronized';
/** No clock that is right says less. */
const BUILT_AFTER_MS = Date.UTC(2026, 0, 1);

/** @param skewMs how far the other clock is before this one; NaN where it did not tell */
export function clockFinding(whose: string, skewMs: number): Finding {
  if (Number.isNaN(skewMs)) return { check, severity: 'note', message: `The clock of ${whose} could not be read.` };
  const seconds = Math.round(Math.abs(skewMs) / 100) / 10;
  const measured = { skewMs: Math.round(skewMs) };
  const message = `The clock of this machine and that of ${whose} are ${seconds} s apart.`;
  if (Math.abs(skewMs) < GOOD_MS) return { check, severity: 'ok', message, measured };
  const remedy = 'Let chrony or systemd-timesyncd set the clock: timedatectl set-ntp true.';
  return { check, severity: Math.abs(skewMs) < REFUSED_MS ? 'warning' : 'problem', message, remedy, measured };
}

/** What this machine itself says of its clock. */
export async function ownClockFindings(nowMs: number): Promise<Finding[]> {
  if (nowMs < BUILT_AFTER_MS) {
    const message = `This machine says that it is ${new Date(nowMs).toISOString()}.`;
    return [{ check, severity: 'problem', message, remedy: 'Set the clock: timedatectl set-ntp true.' }];
  }
  try {
    await readFile(SYNCHRONIZED);
    return [{ check, severity: 'ok', message: 'systemd-timesyncd sets the clock.' }];
  } catch {
    const message = 'Nothing was found that tells whether the clock is set by NTP.';
    return [{ check, severity: 'note', message, remedy: 'chronyc tracking, or timedatectl, tell.' }];
  }
}

/** By the Date of whatever the store answers; a request without credentials is enough for that. */
export async function bucketClockFindings(config: StorageConfig): Promise<Finding[]> {
  const url =
    config.type === 's3'
      ? (config.endpoint ?? 'https://s3.amazonaws.com')
      : 'endpoint' in config
        ? config.endpoint
        : undefined;
  if (url === undefined) return [];
  try {
    const fromMs = Date.now();
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(LIMIT_MS) });
    const middleMs = (fromMs + Date.now()) / 2;
    return [clockFinding('the bucket', new Date(response.headers.get('date') ?? NaN).getTime() - middleMs)];
  } catch {
    // That it does not answer is told by the check of the bucket.
    return [];
  }
}
