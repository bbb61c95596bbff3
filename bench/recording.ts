// What recording a stream costs: the built server on the first core, libdatachannel senders on the others.
// node bench/recording.ts [--streams 50] [--seconds 30] ; prints CPU per packet, per stream, memory, and whether every stream was whole.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuMicroseconds, leaveServerItsCore, makeMedia, startSenders, startServer } from './stage.ts';

const PACKET_PAYLOAD_BYTES = 1200;
const SETTLE_MS = 4000;

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '50' }, seconds: { type: 'string', default: '30' } },
});
const streams = Number(values.streams);
const seconds = Number(values.seconds);

/** RTP packets per second of one stream: 20 ms of audio each, pictures cut at the sender's payload size. */
function packetsPerSecond(mediaPath: string): number {
  const sizes = execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=size', '-of', 'csv=p=0', mediaPath],
    { encoding: 'utf8' },
  );
  const packets = sizes
    .trim()
    .split('\n')
    .reduce((sum, size) => sum + Math.ceil(Number.parseInt(size, 10) / PACKET_PAYLOAD_BYTES), 0);
  return packets / seconds + 50;
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const media = makeMedia(folder, seconds);
  leaveServerItsCore();
  const server = await startServer(folder);
  const urls = Array.from({ length: streams }, (_, i) => `${server.address}/whip/cam-${i}`);
  const { ended } = await startSenders(urls, media);

  await new Promise((done) => setTimeout(done, SETTLE_MS));
  const windowMs = seconds * 1000 - 2 * SETTLE_MS;
  const before = cpuMicroseconds(server.pid);
  await new Promise((done) => setTimeout(done, windowMs));
  const cpu = cpuMicroseconds(server.pid) - before;
  const memory = residentMegabytes(server.pid);
  await ended;
  await server.stop();

  const packets = packetsPerSecond(media) * streams * (windowMs / 1000);
  const bytes = urls.map((_, i) => recordedBytes(join(folder, 'data/recordings', `cam-${i}`)));
  const cpuPercent = cpu / windowMs / 10;
  console.log(
    [
      `${streams} streams, ${Math.round(packets / (windowMs / 1000))} packets/s`,
      `${(cpu / packets).toFixed(1)} µs CPU per packet`,
      `${cpuPercent.toFixed(1)} % of a core, ${(cpuPercent / streams).toFixed(2)} % per stream`,
      `${memory.toFixed(0)} MB resident`,
      `media on disk per stream: ${Math.min(...bytes)} to ${Math.max(...bytes)} bytes`,
    ].join('\n'),
  );
  rmSync(folder, { recursive: true, force: true });
}

function recordedBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('seg_'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

await main();
