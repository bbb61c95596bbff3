// How much memory a large object takes in a driver: put into a store from a file, and read again, by a process that does nothing else.
// node bench/large-objects.ts [--mebibytes 1024] ; prints the most resident memory beyond what it was before, for a small object and a large one, with S3 (MinIO) and OSS (a stand-in).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startOssStore } from './oss-store.ts';
import { startS3Store } from './s3-store.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const MIB = 2 ** 20;
const SMALL_BYTES = 32 * MIB;
const SAMPLE_MS = 5;

interface Driver {
  put(key: string, body: AsyncIterable<Uint8Array>, options: object): Promise<unknown>;
  get(key: string): Promise<Readable>;
}

interface Spent {
  readonly SpentBytes: new (body: Readable) => AsyncIterable<Uint8Array>;
}

interface Drivers {
  readonly createStorageDriver: (config: object) => Promise<Driver>;
}

const { values } = parseArgs({
  options: {
    mebibytes: { type: 'string', default: '1024' },
    /** What the measuring process is told: the driver's configuration. */
    config: { type: 'string' },
    file: { type: 'string', default: '' },
  },
});
const sizeBytes = Number(values.mebibytes) * MIB;

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new TypeError('needs --expose-gc');
  globalThis.gc();
}

/** @returns the most that is resident while `work` is done, beyond what was before, in MiB */
async function growth(work: () => Promise<unknown>): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, SAMPLE_MS);
  await work();
  clearInterval(timer);
  return (most - before) / MIB;
}

async function measure(config: object & { readonly type: string }, file: string): Promise<void> {
  const path = join(PROJECT, 'dist/modules/storage/drivers/index.js');
  const { createStorageDriver } = (await import(path)) as Drivers;
  const driver = await createStorageDriver(config);
  const put = (key: string, length: number): Promise<unknown> =>
    driver.put(key, createReadStream(file, { end: length - 1 }), { sizeBytes: length });
  await put('first', MIB);
  for (const [name, length] of [
    ['small', SMALL_BYTES],
    ['large', sizeBytes],
  ] as const) {
    const putMib = await growth(() => put(name, length));
    const getMib = await growth(async () => readAll(await driver.get(name)));
    console.log(`${config.type}, ${length / MIB} MiB: put +${putMib.toFixed(0)} MiB, get +${getMib.toFixed(0)} MiB`);
  }
}

/** As the object route does. */
async function readAll(bytes: Readable): Promise<void> {
  const { SpentBytes } = (await import(join(PROJECT, 'dist/modules/storage/spent-bytes.js'))) as Spent;
  let length = 0;
  for await (const part of new SpentBytes(bytes)) length += part.length;
  if (length % MIB !== 0) throw new Error(`${length} bytes have come.`);
}

/** In a process of its own: what another driver took would be used again. */
async function measureApart(config: object, file: string): Promise<void> {
  const own = [import.meta.filename, '--config', JSON.stringify(config), '--file', file];
  const child = spawn(
    join(PROJECT, 'node_modules/.bin/node'),
    ['--expose-gc', '--no-warnings', ...own, '--mebibytes', values.mebibytes],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  await once(child, 'exit');
}

async function measureAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const file = join(folder, 'object');
  writeFileSync(file, '');
  truncateSync(file, sizeBytes);
  mkdirSync(join(folder, 's3'));
  const s3 = await startS3Store(join(folder, 's3'));
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3;
  const place = { bucket, root: '', region, endpoint };
  const credentials = { accessKeyId, secretAccessKey, sessionToken: undefined };
  const ways = { isConfigLoadDisabled: true, isVirtualHostStyle: false, checksum: 'auto' };
  await measureApart({ type: 's3', ...place, ...ways, credentials }, file);
  await s3.stop();
  const oss = await startOssStore();
  await measureApart(
    { type: 'oss', ...place, endpoint: oss.endpoint, accessKeyId, accessKeySecret: secretAccessKey },
    file,
  );
  oss.stop();
  rmSync(folder, { recursive: true, force: true });
}

if (values.config === undefined) await measureAll();
else await measure(JSON.parse(values.config) as object & { readonly type: string }, values.file);
