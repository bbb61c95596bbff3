// Whether the built server stays as it is, hour after hour: publishers come and go, change their resolution, lose packets and die, and
// every recording is judged. npm run soak -- [--minutes 10] [--streams 50] ; a line per minute, a verdict, and 1 where something is wrong.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDescriptors, residentMegabytes, threadMicroseconds } from './process-costs.ts';
import { readMetric } from './recording/counters.ts';
import { readSource } from './recording/frames.ts';
import { judge } from './soak/judge.ts';
import { descriptorsLeft, faultOf, growth, type Finished, type Sample, type TurnKind } from './soak/verdict.ts';
import { SenderNetwork } from '../test/support/network/sender-network.ts';
import { leaveServerItsCore, makeMedia, startSenders, startServer, type OurServer } from './stage.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, streams: { type: 'string', default: '50' } },
});
/** Publishers that come and go together: one process. */
const GROUP = 5;
const MEDIA_SECONDS = 10;
const SAMPLE_MS = 10_000;
const MINUTE_MS = 60_000;
/** What files follow each other in a turn: pictures change their size between them. */
const PROGRAMMES = [[0, 1], [1, 0, 1], [0], [1, 0]] as const;
/** Of turns, in turn. */
const KINDS: readonly TurnKind[] = ['goodbye', 'lossy', 'goodbye', 'killed'];
const LOST_PERCENT = 2;

interface Media {
  readonly path: string;
  readonly frames: number;
}

const pause = (durationMs: number): Promise<void> => new Promise((done) => setTimeout(done, durationMs));

class Soak {
  readonly finished: Finished[] = [];
  readonly faults: string[] = [];
  live = 0;
  private turns = 0;
  private readonly judging = new Set<Promise<void>>();
  private readonly endsAtMs: number;
  private readonly server: OurServer;
  private readonly media: readonly Media[];
  private readonly network: SenderNetwork;

  constructor(server: OurServer, media: readonly Media[], network: SenderNetwork, minutes: number) {
    this.network = network;
    this.server = server;
    this.media = media;
    this.endsAtMs = performance.now() + minutes * MINUTE_MS;
  }

  get isOver(): boolean {
    return performance.now() >= this.endsAtMs;
  }

  /** So many streams at a time, until the end; then the judges are waited for. */
  async run(streams: number): Promise<void> {
    const groups = Array.from({ length: Math.ceil(streams / GROUP) }, (_, index) =>
      this.publish(Math.min(GROUP, streams - index * GROUP), index),
    );
    await Promise.all(groups);
    await Promise.all(this.judging);
  }

  /** One group after another in one place. */
  private async publish(size: number, place: number): Promise<void> {
    await pause((place % 10) * 1000);
    while (!this.isOver) await this.takeTurn(size);
  }

  private async takeTurn(size: number): Promise<void> {
    const turn = this.turns++;
    const kind = KINDS[turn % KINDS.length] ?? 'goodbye';
    const programme = (PROGRAMMES[(turn >> 2) % PROGRAMMES.length] ?? [0]).map((index) => this.media[index]);
    const parts = programme.filter((part) => part !== undefined);
    const loops = 1 + (turn % 3);
    const streams = Array.from({ length: size }, (_, index) => `soak-${turn}-${index}`);
    const senders = await startSenders(
      streams.map((stream) => `${this.server.address}/whip/${stream}`),
      parts.map(({ path }) => path),
      { loops, repairsSound: true },
      kind === 'lossy' ? this.network.environment : {},
    );
    this.live += size;
    if (kind === 'killed')
      setTimeout(() => process.kill(senders.pid, 'SIGKILL'), parts.length * loops * 700 * MEDIA_SECONDS);
    await senders.ended;
    this.live -= size;
    const framesSent = kind === 'killed' ? undefined : loops * parts.reduce((sum, { frames }) => sum + frames, 0);
    for (const stream of streams) this.judge({ stream, kind, framesSent });
  }

  private judge(turn: Pick<Finished, 'stream' | 'kind' | 'framesSent'>): void {
    const judging = judge(this.server.address, turn).then(
      (finished) => {
        this.finished.push(finished);
        this.faults.push(...[faultOf(finished) ?? []].flat());
      },
      (error: unknown) => void this.faults.push(`${turn.stream} (${turn.kind}): ${String(error)}`),
    );
    this.judging.add(judging);
    void judging.finally(() => this.judging.delete(judging));
  }
}

async function sample(server: OurServer, soak: Soak, samples: Sample[]): Promise<void> {
  const received = (): Promise<number> => readMetric(server.address, 'aircheck_datagrams_received_total');
  const perLine = MINUTE_MS / SAMPLE_MS;
  while (!soak.isOver) {
    const [packets, us] = [await received(), threadMicroseconds(server.pid)];
    await pause(SAMPLE_MS);
    const [usedUs, came] = [threadMicroseconds(server.pid) - us, (await received()) - packets];
    // Nobody has connected yet.
    if (came === 0) continue;
    const facts = { residentMb: residentMegabytes(server.pid), descriptors: openDescriptors(server.pid) };
    samples.push({ ...facts, usPerPacket: usedUs / came });
    if (samples.length % perLine === 0) tell(soak, samples.slice(-perLine), samples.length / perLine);
  }
}

function tell({ live, finished, faults }: Soak, samples: readonly Sample[], minute: number): void {
  const most = (of: keyof Sample): string => Math.max(...samples.map((one) => one[of])).toFixed(0);
  const cost = samples.reduce((sum, { usPerPacket }) => sum + usPerPacket, 0) / samples.length;
  const drift = Math.max(
    0,
    ...finished.filter(({ kind }) => kind === 'goodbye').map(({ driftMs }) => Math.abs(driftMs)),
  );
  console.log(
    `minute ${minute}: ${live} streams, at most ${most('residentMb')} MB and ${most('descriptors')} descriptors, ${cost.toFixed(1)} µs per packet; ` +
      `${finished.length} recordings over, sound moved by ${drift.toFixed(0)} ms at most, ${faults.length} faults`,
  );
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-soak-'));
  const media: Media[] = [];
  for (const shape of [{}, { size: '640x360', bitrateKbps: 800 }]) {
    const path = makeMedia(folder, MEDIA_SECONDS, shape);
    const { video, audio } = await readSource(path);
    media.push({ path, frames: video.length + audio.length });
  }
  leaveServerItsCore();
  const server = await startServer(folder, {
    AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '5',
    AIRCHECK_ENGINE_ADMISSION_CPU_PERCENT: '100',
  });
  using network = new SenderNetwork({ lostPercent: LOST_PERCENT });
  const before = openDescriptors(server.pid);
  const soak = new Soak(server, media, network, Number(values.minutes));
  const samples: Sample[] = [];
  await Promise.all([soak.run(Number(values.streams)), sample(server, soak, samples)]);
  const after = openDescriptors(server.pid);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  const faults = [...soak.faults, ...growth(samples), ...descriptorsLeft(before, after)];
  for (const fault of faults) console.log(fault);
  const kinds = KINDS.filter((kind, index) => KINDS.indexOf(kind) === index).map(
    (kind) => `${soak.finished.filter((one) => one.kind === kind).length} ${kind}`,
  );
  console.log(
    `${soak.finished.length} recordings (${kinds.join(', ')}), descriptors ${before} before and ${after} after`,
  );
  console.log(faults.length === 0 ? 'WHOLE AND STEADY' : `${faults.length} FAULTS`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

await main();
