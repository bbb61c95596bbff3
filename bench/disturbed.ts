// What recordings cost, and what they have, while something is wrong with the packets that come.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residentMegabytes, socketDrops, threadMicroseconds } from './process-costs.ts';
import { startSenders, startServer } from './stage.ts';

const PACKET_PAYLOAD_BYTES = 1200;
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

const pause = (durationMs: number): Promise<void> => new Promise((done) => setTimeout(done, durationMs));

/** Sizes of the frames of a track. */
function frameSizes(mediaPath: string, track: 'v' | 'a'): number[] {
  const probe = ['-v', 'error', '-select_streams', track, '-show_entries', 'packet=size', '-of', 'csv=p=0', mediaPath];
  return execFileSync('ffprobe', probe, { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((size) => Number.parseInt(size, 10));
}

class Metrics {
  private readonly lines: readonly string[];

  private constructor(text: string) {
    this.lines = text.split('\n');
  }

  static async read(address: string): Promise<Metrics> {
    return new Metrics(await (await fetch(`${address}/metrics`)).text());
  }

  /** Summed over labels; 0 when it is absent. */
  get(name: string): number {
    const found = this.lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }
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
    await Metrics.read(address),
    threadMicroseconds(pid),
    residentMegabytes(pid),
  ];
  await pause(windowMs);
  const usedUs = threadMicroseconds(pid) - usedBefore;
  const [after, residentAfter, drops] = [await Metrics.read(address), residentMegabytes(pid), socketDrops(pid)];
  await ended;
  await pause(END_MS);
  const tracks = await recordedTracks(address);
  const info = (await (await fetch(`${address}/api/info`)).json()) as { engine: { what: string; name: string }[] };
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  const grown = (name: string): number => ((after.get(name) - before.get(name)) * 1000) / windowMs;
  const mediaMegabytes = (metrics: Metrics): number => metrics.get('aircheck_engine_memory_used_bytes') / 2 ** 20;
  const [pictures, sound] = [frameSizes(media, 'v'), frameSizes(media, 'a')];
  const packets = pictures.reduce((sum, size) => sum + Math.ceil(size / PACKET_PAYLOAD_BYTES), sound.length);
  const measuredPackets = ((packets / seconds) * streams * windowMs) / 1000;
  const picturesSent = streams * pictures.length;
  return {
    name: info.engine.map(({ what, name }) => `${what}=${name}`).join(' '),
    microsecondsPerPacket: usedUs / measuredPackets,
    percentOfCore: usedUs / windowMs / 10,
    picturesSent,
    picturesMissing: picturesSent - framesOf(tracks, 'video'),
    soundMissing: streams * sound.length - framesOf(tracks, 'audio'),
    drops,
    refusedPerSecond: grown('aircheck_engine_packets_dropped'),
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
