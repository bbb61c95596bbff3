// What viewers cost who wait for a stream that nobody publishes: memory and processor time of the built server on the first core.
// npm run build && node bench/idle-viewers.ts [--viewers 1000] [--seconds 20]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { residentMegabytes, threadMicroseconds } from './process-costs.ts';
import { leaveServerItsCore, startServer } from './stage.ts';
import { closeViewers, TAKES_ALL, watchAll } from './watch.ts';

const { values } = parseArgs({
  options: { viewers: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '20' } },
});
const viewers = Number(values.viewers);
const seconds = Number(values.seconds);
/** These come first, and warm what the server compiles and keeps for all. */
const WARM_UP = 20;
const SETTLE_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
leaveServerItsCore();
const server = await startServer(folder, TAKES_ALL);
const url = `${server.address}/whep/silent`;
await watchAll(url, WARM_UP);
await pause(SETTLE_MS);
const before = residentMegabytes(server.pid);
await watchAll(url, viewers);
await pause(SETTLE_MS);
const usedBefore = threadMicroseconds(server.pid);
await pause(seconds * 1000);
const percent = (threadMicroseconds(server.pid) - usedBefore) / (seconds * 10_000);
const after = residentMegabytes(server.pid);
console.log(
  `${viewers} viewers of a silent stream: ${(after - before).toFixed(0)} MiB beside ${before.toFixed(0)}, ` +
    `${(((after - before) * 1024) / viewers).toFixed(0)} KiB each, and ${percent.toFixed(1)} % of a core`,
);
closeViewers();
await server.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
