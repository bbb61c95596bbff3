// What recording costs: the built server as users start it on the first core, libdatachannel senders on the others, every recorded frame
// compared with what was sent. docs/performance.md has the method.
// npm run bench -- [--streams 5,15,30] [--seconds 24] [--receive auto,dgram,fd] [--srtp auto,wasm,node] [--peer NAME=PATH]…
//   [--at-once] [--profile] [--set NAME=VALUE]… [--out FILE]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from './recording/figures.ts';
import { readSource } from './recording/frames.ts';
import { parsePeer, type Peer } from './recording/peers.ts';
import { PROFILE_MS, recordWithOurs, recordWithPeer, type Run, type Trial } from './recording/run.ts';
import { leaveServerItsCore, makeMedia } from './stage.ts';

/** Media goes on while the server is looked into, twice, and between. */
const PROFILE_SECONDS = (2 * PROFILE_MS) / 1000 + 8;

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '24' },
    receive: { type: 'string', default: 'auto' },
    srtp: { type: 'string', default: 'auto' },
    peer: { type: 'string', multiple: true, default: [] },
    /** All publishers connect together, not the first sixty one after another. */
    'at-once': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    /** A setting of the server, as in its environment. */
    set: { type: 'string', multiple: true, default: [] },
    /** Text goes there too, and the figures beside it as JSON. */
    out: { type: 'string' },
  },
});

const lines: string[] = [];
function say(text: string): void {
  console.log(text);
  lines.push(text);
}

function tellMachine(): void {
  const git = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  const commit = git.status === 0 ? `commit ${git.stdout.trim()}` : 'of no commit';
  say(`${new Date().toISOString().slice(0, 16)}Z, ${commit}, Node ${process.version}, Linux ${release()}`);
  say(`${cpus().length} × ${cpus()[0]?.model ?? ''}; load before: ${(loadavg()[0] ?? NaN).toFixed(1)}`);
  const buffer = readFileSync('/proc/sys/net/core/rmem_max', 'utf8').trim();
  say(`largest socket buffer ${buffer} bytes; senders on ${cpus().length - 1} core(s), each server on the first`);
}

function tell(run: Run): void {
  const threads = Object.entries(run.usByThread)
    .filter(([, us]) => us >= 0.05)
    .sort(([, one], [, other]) => other - one)
    .map(([name, us]) => `${name} ${us.toFixed(1)}`);
  say(`\n${run.streams} streams, ${run.name}: ${run.packetsPerSecond.toFixed(0)} packets/s`);
  say(`  ${run.usPerReceivedPacket.toFixed(1)} µs CPU per received packet: ${threads.join(', ')}`);
  say(`  ${run.corePercent.toFixed(1)} % of a core, ${run.corePercentPerStream.toFixed(2)} % per stream`);
  say(`  ${run.baseMb.toFixed(0)} MB at rest, ${run.residentMb.toFixed(0)} MB while recording`);
  say(`  POST to connected: p50 ${run.setUpMs.p50.toFixed(0)} ms, p95 ${run.setUpMs.p95.toFixed(0)} ms`);
  say(`  ${run.packetsSent.toFixed(0)} packets sent, ${run.packetsDropped} dropped by sockets`);
  say(`  ${run.framesMissing} of ${run.framesSent} frames missing`);
  say(`  senders: ${run.sendersPercent.toFixed(0)} % of a core, at most ${run.mostLateMs.toFixed(0)} ms late`);
  for (const note of run.notes) say(`  ${note}`);
  if (run.faults.length > 0) {
    say(`  NOT VALID: ${run.faults.join('; ')}`);
    process.exitCode = 1;
  }
}

const HEADINGS = ['streams', 'server', 'µs/packet', '% core/stream', 'MB/stream', 'MB at rest'];
const MORE_HEADINGS = ['set-up p50', 'p95 ms', 'frames missing', 'drops'];

function row(run: Run, ratios: readonly string[]): string[] {
  return [
    ...[`${run.streams}`, run.name, run.usPerReceivedPacket.toFixed(1), run.corePercentPerStream.toFixed(2)],
    ...[run.megabytesPerStream.toFixed(2), run.baseMb.toFixed(0)],
    ...[run.setUpMs.p50.toFixed(0), run.setUpMs.p95.toFixed(0), `${run.framesMissing}`, `${run.packetsDropped}`],
    ...ratios,
  ];
}

/** Ours with that many streams, in each way that was asked for, and then the others. */
async function runAll(trial: Trial, others: readonly Peer[]): Promise<Run[]> {
  const runs: Run[] = [];
  const add = (run: Run): void => {
    tell(run);
    runs.push(run);
  };
  const set = Object.fromEntries(values.set.map((text) => text.split(/=(.*)/s, 2) as [string, string]));
  for (const receive of values.receive.split(','))
    for (const srtp of values.srtp.split(',')) {
      const settings = { ...set, AIRCHECK_ENGINE_RECEIVE: receive, AIRCHECK_ENGINE_SRTP: srtp };
      add(await recordWithOurs(trial, settings));
    }
  for (const peer of others) add(await recordWithPeer(trial, peer));
  return runs;
}

/** Each of ours against each other server with as many streams. */
function summary(runs: readonly Run[], others: readonly Peer[]): string {
  const isPeer = ({ name }: Run): boolean => others.some((peer) => peer.name === name);
  const ratios = (run: Run): string[] =>
    others.map(({ name }) => {
      const other = runs.find((one) => one.name === name && one.streams === run.streams);
      const ratio = run.usPerReceivedPacket / (other?.usPerReceivedPacket ?? NaN);
      return isPeer(run) ? '' : ratio.toFixed(2);
    });
  const headings = [...HEADINGS, ...MORE_HEADINGS, ...others.map(({ name }) => `of ${name}`)];
  return table([headings, ...runs.map((run) => row(run, ratios(run)))]);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const others = values.peer.map(parsePeer);
  const seconds = Number(values.seconds);
  tellMachine();
  const media = makeMedia(folder, seconds + (values.profile ? PROFILE_SECONDS : 0));
  leaveServerItsCore();
  const source = await readSource(media);
  const runs: Run[] = [];
  for (const streams of values.streams.split(',').map(Number)) {
    const asked = { atOnce: values['at-once'], profiles: values.profile };
    runs.push(...(await runAll({ media, source, streams, seconds, ...asked }, others)));
  }
  say(`\n${summary(runs, others)}`);
  rmSync(folder, { recursive: true, force: true });
  if (values.out === undefined) return;
  writeFileSync(values.out, `${lines.join('\n')}\n`);
  writeFileSync(`${values.out.replace(/\.txt$/, '')}.json`, `${JSON.stringify(runs, undefined, 2)}\n`);
}

await main();
