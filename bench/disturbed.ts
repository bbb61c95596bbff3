// What recordings cost, and what they have, while something is wrong with the packets that come.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { residentMegabytes, socketDrops, threadMicroseconds } from './process-costs.ts';
import { readInfo, readMetrics, sumOf } from './recording/counters.ts';
import { readSource } from './recording/frames.ts';
import { startSenders, startServer } from './stage.ts';

/** Until all have begun and the server's code is warm. */
const SETTLE_MS = 4000;
/** Until the index has everything. */
const END_MS = 3000;

export interface Scene {
  readonly media: string;
  readonly seconds: number;
  readonly streams: number;
  readonly receive: string;
  readonly srtp: string;
  /** Of the senders, see test/support/network/sender-network.ts. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface DisturbedRun {
  /** Which implementations the server took. */
  readonly name: string;
  /** Of the server, over the packets that the media makes. */
  readonly microsecondsPerPacket: number;
  readonly percentOfCore: number;
  readonly picturesSent: number;
  readonly picturesMissing: number;
  readonly soundMissing: number;
  /** Datagrams that found a socket's buffer full. */
  readonly drops: number;
  /** Packets that were forged, malformed or came twice. */
  readonly refusedPerSecond: number;
  readonly nacksPerSecond: number;
  /** Resident at the beginning and the end of what was measured. */
  readonly megabytes: readonly [before: number, after: number];
  /** Of the worker's block, then too: slots, keystream, rings. */
  readonly mediaMegabytes: readonly [before: number, after: number];
}

interface Track {
  readonly kind: 'video' | 'audio';
  readonly framesRecorded: number;
}

async function recordedTracks(address: string): Promise<Track[]> {
  const response = await fetch(`${address}/api/v1/sessions?limit=200`);
  const page = (await response.json()) as { sessions: { completeness: { tracks: Track[] } }[] };
  return page.sessions.flatMap(({ completeness }) => completeness.tracks);
}

const framesOf = (tracks: readonly Track[], kind: Track['kind']): number =>
  tracks.filter((track) => track.kind === kind).reduce((sum, { framesRecorded }) => sum + framesRecorded, 0);

/** One server, measured while all streams are sent. */
export async function recordDisturbed(scene: Scene): Promise<DisturbedRun> {
  const { media, seconds, streams, receive, srtp, environment } = scene;
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const server = await startServer(folder, {
    AIRCHECK_ENGINE_RECEIVE: receive,
    AIRCHECK_ENGINE_SRTP: srtp,
    AIRCHECK_ENGINE_ADMISSION_CPU_PERCENT: '100',
  });
  const { address, pid } = server;
  const urls = Array.from({ length: streams }, (_, i) => `${address}/whip/cam-${i}`);
  const { ended } = await startSenders(urls, media, { repairsSound: true, spreadSeconds: 1 }, environment);
  await pause(SETTLE_MS);
  const windowMs = seconds * 1000 - 2 * SETTLE_MS;
  const [before, usedBefore, residentBefore] = [
    await readMetrics(address),
    threadMicroseconds(pid),
    residentMegabytes(pid),
  ];
  await pause(windowMs);
  const usedUs = threadMicroseconds(pid) - usedBefore;
  const [after, residentAfter, drops] = [await readMetrics(address), residentMegabytes(pid), socketDrops(pid)];
  await ended;
  await pause(END_MS);
  const tracks = await recordedTracks(address);
  const info = await readInfo(address);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  const grown = (name: string): number => ((sumOf(after, name) - sumOf(before, name)) * 1000) / windowMs;
  const mediaMegabytes = (metrics: string): number => sumOf(metrics, 'aircheck_worker_memory_used_bytes') / 2 ** 20;
  const source = await readSource(media);
  const measuredPackets = ((source.packets / source.seconds) * streams * windowMs) / 1000;
  const picturesSent = streams * source.video.length;
  return {
    name: info.engine.map(({ what, name }) => `${what}=${name}`).join(' '),
    microsecondsPerPacket: usedUs / measuredPackets,
    percentOfCore: usedUs / windowMs / 10,
    picturesSent,
    picturesMissing: picturesSent - framesOf(tracks, 'video'),
    soundMissing: streams * source.audio.length - framesOf(tracks, 'audio'),
    drops,
    refusedPerSecond: grown('aircheck_datagrams_dropped_total'),
    nacksPerSecond: grown('aircheck_nacks_sent_total'),
    megabytes: [residentBefore, residentAfter],
    mediaMegabytes: [mediaMegabytes(before), mediaMegabytes(after)],
  };
}

/** What is told of each run. */
export function linesOf(run: DisturbedRun): string[] {
  const range = ([from, to]: readonly [number, number]): string => `${from.toFixed(1)} to ${to.toFixed(1)} MB`;
  return [
    `${run.microsecondsPerPacket.toFixed(1)} µs CPU per packet of the media, ${run.percentOfCore.toFixed(1)} % of a core`,
    `${run.picturesMissing} of ${run.picturesSent} pictures and ${run.soundMissing} frames of sound missing`,
    `${run.refusedPerSecond.toFixed(0)} packets refused and ${run.nacksPerSecond.toFixed(0)} NACKs sent per second, ${run.drops} datagrams dropped by sockets`,
    `resident ${range(run.megabytes)}, of the media memory ${range(run.mediaMegabytes)}`,
  ];
}
