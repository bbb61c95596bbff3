import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSamples } from './judges/mediabunny.js';
import { readPeriods, savePeriod } from './judges/periods.js';
import { makeMedia } from './media.js';
import { holes, places } from './network/network-scene.js';
import { seededRandom } from './network/seeded-random.js';
import {
  alteredObjects,
  brokenPromises,
  readEndOfMedia,
  readPromises,
  repeatedPromises,
  type PromisedObject,
  type ReadObject,
} from './promised-objects.js';
import { Publisher } from './publisher.js';
import { TestServer } from './server.js';
import { pause } from './wait.js';

const STREAM = 'cam';
/** When in the life of a server it is killed. */
const SHORTEST_LIFE_MS = 300;
const LONGEST_LIFE_MS = 2500;
/** So many starts are killed too, somewhere on the way. */
const KILLED_STARTS = 0.2;
const LONGEST_START_MS = 1200;
/** Short segments, and a start that costs little: it is not the start that is judged. */
const QUICK = {
  AIRCHECK_ENGINE_WORKERS: '1',
  NODE_COMPILE_CACHE: join(tmpdir(), 'aircheck-compile-cache'),
  AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1',
  AIRCHECK_RECORDER_FRAGMENT_DURATION_MS: '200',
};

/** To be made before storms that go on side by side. */
export const stormMedia = (): Promise<string> =>
  makeMedia({ seconds: 60, gopFrames: 10, size: '320x180', bitrateKbps: 200 });

export interface StormOrder {
  readonly media: string;
  readonly seed: number;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Where the bytes of objects are read, past the server; by default in its folder. */
  readonly readObject?: (server: TestServer, key: string) => Promise<Uint8Array>;
  /** Told when a time begins in which more than the server may go wrong, and when it is over and all is looked at. */
  readonly weather?: (isBad: boolean) => void;
  /** Called when the last publisher has gone, while the server still runs. @returns faults */
  readonly settle?: (server: TestServer) => Promise<string[]>;
}

interface FsckEntry {
  readonly kind: string;
}

/** What the next start would put right, so it must not be there when nothing was killed. */
const KINDS_OF_A_KILL = ['open-segment', 'view-behind'];

/** What a storm did and found. */
export interface StormReport {
  kills: number;
  killedStarts: number;
  /** Of segments that had a row before a kill, each counted at each kill. */
  rowsChecked: number;
  /** Media that was sent before a kill and is not in the recording. */
  lostMs: number[];
  /** What must not be; empty is what is wanted. */
  faults: string[];
}

/** One server folder under a real publisher, whose server is killed again and again. */
export class KillStorm implements AsyncDisposable {
  readonly report: StormReport = { kills: 0, killedStarts: 0, rowsChecked: 0, lostMs: [], faults: [] };
  private readonly random: () => number;
  private readonly readObject: ReadObject;
  private readonly readOverHttp = new Set<string>();
  private connectedAtMs = Date.now();

  private constructor(
    readonly server: TestServer,
    private readonly publisher: Publisher,
    private readonly order: StormOrder,
  ) {
    this.random = seededRandom(order.seed);
    const { readObject } = order;
    this.readObject = (key) => (readObject === undefined ? server.readObject(key) : readObject(server, key));
  }

  static async start(order: StormOrder): Promise<KillStorm> {
    const server = await TestServer.start({ env: { ...QUICK, ...order.env } });
    const { media } = order;
    const urls = [server.url(`/whip/${STREAM}`)];
    const publisher = await Publisher.start('datachannel', { urls, media, loops: 1000, reconnects: true });
    return new KillStorm(server, publisher, order);
  }

  /** Lets it record for a while, kills it, starts it again and compares. */
  async strike(): Promise<void> {
    this.order.weather?.(true);
    await pause(SHORTEST_LIFE_MS + this.random() * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS));
    const before = this.promises();
    const killedAtMs = Date.now();
    await this.server.kill();
    this.order.weather?.(false);
    const acknowledged = this.promises();
    await this.check();
    await this.startAgain();
    const now = this.promises();
    this.countLoss(killedAtMs);
    await this.publisher.move(this.server.url(`/whip/${STREAM}`));
    this.connectedAtMs = Date.now();
    this.blame(brokenPromises(before, acknowledged), brokenPromises(acknowledged, now), repeatedPromises(now));
    this.blame(await alteredObjects(now, this.readObject), await this.alteredOverHttp(now));
    this.report.kills++;
    this.report.rowsChecked += new Set(acknowledged.filter(({ isInit }) => !isInit).map(({ row }) => row)).size;
  }

  /** Ends in order. Nothing is in the recording twice or in another order, and nothing is missing but at kills. */
  async end(): Promise<void> {
    await this.judgeFrames();
    await this.publisher.end();
    this.blame((await this.order.settle?.(this.server)) ?? []);
    await this.server.terminate();
    const notes = await this.check();
    this.blame(notes.filter(({ kind }) => KINDS_OF_A_KILL.includes(kind)).map((note) => JSON.stringify(note)));
  }

  private async judgeFrames(): Promise<void> {
    for (const kind of ['video', 'audio'] as const) {
      const stored: string[] = [];
      for (const period of await readPeriods(this.server, STREAM, kind)) {
        const path = await savePeriod(period, this.server.folder, 'period');
        const samples = await readSamples(await readFile(path), []);
        stored.push(...samples.filter(({ isConcealing }) => !isConcealing).map(({ hash }) => hash));
      }
      const missing = holes(places(stored, this.publisher.sent[kind])).length;
      if (missing > this.report.kills) this.blame([`${kind} is missing in ${missing} places.`]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.publisher[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }

  /** The project's own judgement of the stopped server's data, every byte read. @returns what it says besides findings */
  private async check(): Promise<readonly FsckEntry[]> {
    const { exitCode, output } = await this.server.command('fsck', '--deep', '--json');
    if (exitCode === 2) throw new Error('fsck could not look.');
    const { findings, notes } = JSON.parse(output) as { findings: FsckEntry[]; notes: FsckEntry[] };
    if (exitCode !== 0 || findings.length > 0) this.blame([`fsck: ${String(exitCode)}, ${JSON.stringify(findings)}`]);
    return notes;
  }

  private promises(): PromisedObject[] {
    return readPromises(this.server.database);
  }

  private async startAgain(): Promise<void> {
    while (this.random() < KILLED_STARTS) {
      this.report.killedStarts++;
      await this.server.startAndKill(this.random() * LONGEST_START_MS);
    }
    await this.server.start();
  }

  /** From the end of what is committed, or from when the publisher came where nothing of it is, to the kill. */
  private countLoss(killedAtMs: number): void {
    const keptUntilMs = readEndOfMedia(this.server.database) ?? 0;
    this.report.lostMs.push(killedAtMs - Math.max(keptUntilMs, this.connectedAtMs));
  }

  private async alteredOverHttp(promises: readonly PromisedObject[]): Promise<string[]> {
    const unread = promises.filter(({ key }) => !this.readOverHttp.has(key));
    for (const { key } of unread) this.readOverHttp.add(key);
    return alteredObjects(unread, async (key) => {
      const response = await fetch(this.server.url(`/api/record/object/${key}`));
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    });
  }

  private blame(...faults: readonly string[][]): void {
    this.report.faults.push(...faults.flat());
  }
}
