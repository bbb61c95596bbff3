import { randomUUID } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { mainStorageOf, type AppConfig } from '../../config/index.js';
import { probeFolder } from '../../modules/storage/drivers/index.js';
import { reasonOf, type Finding } from './finding.js';

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;
/** What a stream of 2.5 Mbit/s writes; the figures of docs/measurements.md are of such ones. */
const STREAM_BYTES_PER_SECOND = 2_500_000 / 8;
const BLOCK = new Uint8Array(MEBIBYTE);
const MOST_BLOCKS = 64;
const SYNCS = 8;
const TIME_MS = 2000;
/** A hundred streams of 2.5 Mbit/s with room for uploads to read beside. */
const FAST_BYTES_PER_SECOND = 64 * MEBIBYTE;
/** With more than this recording goes on and segments and rows come late: docs/durability.md. */
const FAST_SYNC_MS = 100;
/** statfs(2): what lies there is gone with the machine's power. */
const TMPFS = 0x01021994;
const RAMFS = 0x858458f6;

/** What writing to a folder has come to. */
export interface DiskSpeed {
  readonly bytesPerSecond: number;
  /** The median of forcing a small write to the disk. */
  readonly syncMs: number;
}

export interface DiskSpace {
  readonly freeBytes: number;
  readonly minFreeBytes: number;
  readonly isMemory: boolean;
}

/** The folder that is recorded into: whether it can be written, how fast, and how much room there is. */
export async function diskFindings({ recorder }: AppConfig): Promise<Finding[]> {
  const main = mainStorageOf(recorder);
  const setting = main?.type === 'fs' ? 'recorder.storage.root' : 'recorder.spool_dir';
  const folder = resolve(main?.type === 'fs' ? main.root : recorder.spool_dir);
  try {
    await probeFolder(folder);
  } catch (error) {
    const message = `${folder} cannot be written to (${reasonOf(error)}).`;
    const remedy = `Give it to the user that runs the server (chown), or let ${setting} name another folder.`;
    return [{ check: 'disk-writable', severity: 'problem', message, remedy }];
  }
  const { bavail, bsize, type } = await statfs(folder);
  const isMemory = type === TMPFS || type === RAMFS;
  const space = { freeBytes: bavail * bsize, minFreeBytes: recorder.min_free_bytes, isMemory };
  const findings = judgeSpace(folder, space);
  if (space.freeBytes < MOST_BLOCKS * MEBIBYTE * 2) return findings;
  return [...findings, judgeSpeed(folder, await measure(folder))];
}

export function judgeSpace(folder: string, { freeBytes, minFreeBytes, isMemory }: DiskSpace): Finding[] {
  const check = 'disk-space';
  const usable = freeBytes - minFreeBytes;
  const streamHours = Math.max(0, Math.floor(usable / STREAM_BYTES_PER_SECOND / 3600));
  const measured = { freeBytes, minFreeBytes, streamHours };
  const message = `${folder} has ${gibibytes(freeBytes)} GiB free: ${streamHours} hours of one stream of 2.5 Mbit/s until recorder.min_free_bytes.`;
  const more =
    'Free some, give it a larger disk, or let retention delete what is old (retention.max_age_hours, retention.min_free_bytes).';
  const space: Finding =
    usable <= 0
      ? { check, severity: 'problem', message: `${message} New recordings are refused (507).`, remedy: more, measured }
      : usable < minFreeBytes
        ? { check, severity: 'warning', message, remedy: more, measured }
        : { check, severity: 'ok', message, measured };
  if (!isMemory) return [space];
  const lost = `${folder} lies in memory: recordings are gone when the machine or the container restarts.`;
  const remedy = 'Mount a volume there.';
  return [space, { check: 'disk-lasting', severity: 'warning', message: lost, remedy }];
}

export function judgeSpeed(folder: string, { bytesPerSecond, syncMs }: DiskSpeed): Finding {
  const check = 'disk-speed';
  const measured = { bytesPerSecond: Math.round(bytesPerSecond), syncMs: Math.round(syncMs * 10) / 10 };
  const message = `${folder} takes ${Math.round(bytesPerSecond / MEBIBYTE)} MiB/s and ${measured.syncMs} ms for an fsync.`;
  if (bytesPerSecond >= FAST_BYTES_PER_SECOND && syncMs <= FAST_SYNC_MS) {
    return { check, severity: 'ok', message, measured };
  }
  const streams = Math.floor(bytesPerSecond / 2 / STREAM_BYTES_PER_SECOND);
  const remedy = `Record onto a local SSD, and upload from there. This one is good for about ${streams} streams of 2.5 Mbit/s; with fsyncs this slow segments come late, and recorder.fsync = "segment" is the most it should be asked for.`;
  return { check, severity: 'warning', message, remedy, measured };
}

/** Writes 64 MiB at most for two seconds at most, then forces single blocks to the disk, and leaves nothing behind. */
async function measure(folder: string): Promise<DiskSpeed> {
  const path = join(folder, `.${randomUUID()}.partial`);
  const file = await open(path, 'wx');
  try {
    const begunMs = performance.now();
    let blocks = 0;
    while (blocks < MOST_BLOCKS && performance.now() - begunMs < TIME_MS) {
      await file.write(BLOCK);
      blocks += 1;
    }
    await file.datasync();
    const bytesPerSecond = (blocks * MEBIBYTE * 1000) / (performance.now() - begunMs);
    const syncs: number[] = [];
    for (const untilMs = performance.now() + TIME_MS; syncs.length < SYNCS && performance.now() < untilMs;) {
      const fromMs = performance.now();
      await file.write(BLOCK, 0, 4096);
      await file.sync();
      syncs.push(performance.now() - fromMs);
    }
    return { bytesPerSecond, syncMs: syncs.sort((a, b) => a - b)[Math.floor(syncs.length / 2)] ?? TIME_MS };
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

function gibibytes(bytes: number): string {
  return (bytes / GIBIBYTE).toFixed(1);
}
