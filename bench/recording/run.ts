// One run: so many streams into one server, what that cost, and what became of their frames.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { microsecondsByThread, residentMegabytes, socketDrops, threadMicroseconds } from '../process-costs.ts';
import { SenderNetwork } from '../../test/support/network/sender-network.ts';
import { startSenders, startServer, type BenchServer, type OurServer, type Senders } from '../stage.ts';
import { compareCounters, readCounters, readInfo } from './counters.ts';
import { type Costs, type Window, costs, percentile } from './figures.ts';
import { compareStream, KINDS, type Source } from './frames.ts';
import { type Peer, peers } from './peers.ts';
import { Profiler } from './profile.ts';

/** From the first frame until all send, and what is left out at the end. */
const SETTLE_MS = 4000;
/** The last begins so much later than the first: nobody's cameras make their pictures at the same time. */
const SPREAD_SECONDS = 2.02;
/** Publishers whose set-up is measured, one after another; the others come together. */
const IN_TURN = 60;
/** Of the packets of the first stream, so that it is seen what is done about that. */
const LOST_PERCENT = 1;
const INDEXED_WITHIN_MS = 30_000;
/** States of recordings that go on. */
const UNFINISHED = ['waiting', 'recording', 'interrupted', 'finalizing'];
const MOST_LATE_MS = 500;
/** Recordings that differ are told apart, so many at most. */
const MOST_DIFFERENCES = 20;
/** Of time, and then of memory. */
export const PROFILE_MS = 8000;

export interface Trial {
  readonly media: string;
  readonly source: Source;
  readonly streams: number;
  /** From the first frame on, without those of the profile. */
  readonly seconds: number;
  readonly atOnce: boolean;
  readonly profiles: boolean;
}

export interface Run extends Costs {
  readonly name: string;
  readonly streams: number;
  readonly packetsSent: number;
  readonly packetsDropped: number;
  readonly baseMb: number;
  readonly residentMb: number;
  readonly setUpMs: { readonly p50: number; readonly p95: number };
  /** Of how many pictures, and for ours of how much sound, is not in the recordings. */
  readonly framesSent: number;
  readonly framesMissing: number;
  /** Of ours, per received packet. */
  readonly usByThread: Readonly<Record<string, number>>;
  /** Of the senders, while the server was measured, in percent of a core; and how late the latest frame was sent. */
  readonly sendersPercent: number;
  readonly mostLateMs: number;
  /** Lines that say more. */
  readonly notes: readonly string[];
  /** Why the figures are not good for anything. */
  readonly faults: readonly string[];
}

type Used = ReadonlyMap<string, number>;

interface Reading {
  readonly atMs: number;
  readonly cpuUs: number;
  readonly threads: Used;
  readonly drops: number;
  readonly sendersUs: number;
}

type Measured = Omit<Run, 'name' | 'framesSent' | 'framesMissing' | 'faults'>;

/** Ours, with its defaults but ports, paths, admission mark and `settings`. */
export async function recordWithOurs(trial: Trial, settings: Readonly<Record<string, string>>): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const server = await startServer(folder, { ...settings, AIRCHECK_ENGINE_ADMISSION_CPU_PERCENT: '100' });
  const info = await readInfo(server.address);
  const before = await readCounters(server.address);
  const urls = streamNames(trial).map((stream) => `${server.address}/whip/${stream}`);
  const lookInto = (packetsPerMs: number): Promise<string[]> => profile(server, packetsPerMs);
  const measured = await measure(server, urls, trial, trial.profiles ? lookInto : undefined);
  const isIndexed = await waitForIndex(server.address);
  const { moved, still } = compareCounters(before, await readCounters(server.address));
  await server.stop();
  const lost = await compareAll(join(folder, 'data/recordings'), trial);
  rmSync(folder, { recursive: true, force: true });
  const chosen = info.engine.map(({ what, name }) => `${what}=${name}`).join(' ');
  const effective = Object.entries(info.settings).map(([key, value]) => `${key}=${value}`);
  return {
    ...measured,
    name: `aircheck ${chosen}`,
    framesSent: (trial.source.video.length + trial.source.audio.length) * trial.streams,
    framesMissing: lost.missing,
    notes: [...measured.notes, ...lost.notes, `counted: ${moved.join(', ')}`, `settings: ${effective.join(' ')}`],
    faults: [
      ...still.map((what) => `no ${what}`),
      ...(isIndexed ? [] : ['recordings were not over in time']),
      ...senderFaults(measured),
    ],
  };
}

/** Another server, its recorder on and writing to the disk. */
export async function recordWithPeer(trial: Trial, { name, program }: Peer): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const { start, path, pictures } = peers[name];
  const server = await start(program, folder);
  const streams = streamNames(trial);
  const measured = await measure(
    server,
    streams.map((stream) => `${server.address}${path(stream)}`),
    trial,
  );
  await server.stop();
  const framesSent = trial.source.video.length * trial.streams;
  const recorded = streams.reduce((sum, stream) => sum + pictures(folder, stream), 0);
  rmSync(folder, { recursive: true, force: true });
  return {
    ...{ ...measured, name, framesSent, framesMissing: framesSent - recorded },
    notes: [...measured.notes, `${recorded} of ${framesSent} pictures in its files, by ffprobe's count`],
    faults: [...(recorded === 0 ? ['nothing was recorded'] : []), ...senderFaults(measured)],
  };
}

function streamNames({ streams }: Trial): string[] {
  return Array.from({ length: streams }, (_, i) => `cam-${i}`);
}

/** Senders send for as long as the media is; what the server used is read inside of that. */
async function measure(
  server: BenchServer,
  urls: readonly string[],
  trial: Trial,
  lookInto?: (packetsPerMs: number) => Promise<string[]>,
): Promise<Measured> {
  const { media, source, streams } = trial;
  const baseMb = residentMegabytes(server.pid);
  const [first = '', ...others] = urls;
  using network = new SenderNetwork({ lostPercent: LOST_PERCENT });
  const lossy = await startSenders([first], media, { repairsSound: true }, network.environment);
  const inTurn = trial.atOnce ? 0 : Math.min(streams, IN_TURN);
  const spread = { spreadSeconds: SPREAD_SECONDS, inTurn };
  const senders = others.length === 0 ? lossy : await startSenders(others, media, spread);
  await pause(SETTLE_MS);
  const { usedByThread, ...used } = await use(server.pid, senders, trial.seconds * 1000 - 2 * SETTLE_MS);
  const packetsSent = (source.packets / source.seconds) * (used.durationMs / 1000) * streams;
  const received = packetsSent - used.packetsDropped;
  const notes = (await lookInto?.(packetsSent / used.durationMs)) ?? [];
  const mostLateMs = await senders.ended;
  await lossy.ended;
  return {
    ...{ ...costs({ ...used, streams, packetsSent, baseMb }), streams, packetsSent, baseMb, mostLateMs, notes },
    ...{ packetsDropped: used.packetsDropped, residentMb: used.residentMb, sendersPercent: used.sendersPercent },
    setUpMs: { p50: percentile(senders.setUpMs, 0.5), p95: percentile(senders.setUpMs, 0.95) },
    usByThread: Object.fromEntries([...usedByThread].map(([name, us]) => [name, us / received])),
  };
}

/** What a process, its sockets and the senders do in that time. */
async function use(
  pid: number,
  senders: Senders,
  windowMs: number,
): Promise<Omit<Window, 'streams' | 'packetsSent' | 'baseMb'> & { sendersPercent: number; usedByThread: Used }> {
  const read = (): Reading => ({
    ...{ atMs: performance.now(), cpuUs: threadMicroseconds(pid), threads: microsecondsByThread(pid) },
    ...{ drops: socketDrops(pid), sendersUs: threadMicroseconds(senders.pid) },
  });
  const before = read();
  await pause(windowMs);
  const after = read();
  const durationMs = after.atMs - before.atMs;
  return {
    durationMs,
    cpuUs: after.cpuUs - before.cpuUs,
    packetsDropped: after.drops - before.drops,
    residentMb: residentMegabytes(pid),
    sendersPercent: (after.sendersUs - before.sendersUs) / durationMs / 10,
    usedByThread: new Map([...after.threads].map(([name, us]) => [name, us - (before.threads.get(name) ?? 0)])),
  };
}

/** After the figures were taken: it slows the server down. */
async function profile(server: OurServer, packetsPerMs: number): Promise<string[]> {
  const profiler = await Profiler.attach(await server.inspectorUrl(), server.pid);
  const time = await profiler.time(PROFILE_MS, packetsPerMs);
  const memory = await profiler.memory(PROFILE_MS, packetsPerMs);
  profiler.close();
  return [...time, ...memory];
}

/** @returns whether all recordings were over and committed in time */
async function waitForIndex(address: string): Promise<boolean> {
  const isOver = async (): Promise<boolean> => {
    for (const state of UNFINISHED) {
      const response = await fetch(`${address}/api/v1/sessions?state=${state}&limit=1`);
      const { sessions } = (await response.json()) as { sessions: unknown[] };
      if (sessions.length > 0) return false;
    }
    return true;
  };
  for (const untilMs = performance.now() + INDEXED_WITHIN_MS; performance.now() < untilMs;) {
    if (await isOver()) return true;
    await pause(250);
  }
  return false;
}

/** Every recording with what was sent. */
async function compareAll(root: string, trial: Trial): Promise<{ missing: number; notes: string[] }> {
  const notes: string[] = [];
  let missing = 0;
  for (const stream of streamNames(trial)) {
    const found = await compareStream(join(root, stream), trial.source);
    for (const kind of KINDS) {
      const { missing: absent, missingAtStart, missingAtEnd, foreign } = found[kind];
      missing += absent + foreign;
      if (absent + foreign > 0)
        notes.push(
          `${stream} ${kind}: ${absent} missing (${missingAtStart} at the start, ${missingAtEnd} at the end), ${foreign} foreign`,
        );
    }
  }
  return { missing, notes: notes.slice(0, MOST_DIFFERENCES) };
}

/** A generator that does not keep up measures itself. */
function senderFaults({ mostLateMs }: Measured): string[] {
  return mostLateMs <= MOST_LATE_MS ? [] : [`senders were ${mostLateMs.toFixed(0)} ms late`];
}
