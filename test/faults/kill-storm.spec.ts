import { BucketProxy, type BucketFault } from '../support/bucket/bucket-proxy.js';
import { BucketScene, readAnywhere } from '../support/bucket/bucket-scene.js';
import { KillStorm, stormMedia, type StormOrder, type StormReport } from '../support/kill-storm.js';
import { seededRandom } from '../support/network/seeded-random.js';
import { S3Server } from '../support/s3-server.js';
import { itWith } from '../support/tools.js';

// A lost row is found by chance: a second run would forget it.
jest.retryTimes(0);

const RUNS = Number(process.env['AIRCHECK_KILL_RUNS'] ?? 50);
const SEED = Number(process.env['AIRCHECK_KILL_SEED'] ?? Date.now() % 2 ** 32);
/** So many of them with a bucket. */
const BUCKET_RUNS = Math.floor(RUNS * 0.4);
/** One folder does not see more kills: the time to check all of it grows with what is in it. */
const RUNS_PER_FOLDER = 25;
const LONGEST_RUN_MS = 20_000;
/** For folders and stores to begin and to end. */
const BEGIN_AND_END_MS = 120_000;
/** Five fragments of 200 ms, what is on the way to them, and what a machine with two such servers takes. */
const MOST_LOST_MS = 3000;

/** Of two servers side by side one goes on with its session after each start, the other begins a new one. */
const LANES = [
  { AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '60' },
  { AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0', AIRCHECK_RECORDER_FSYNC: 'fragment' },
] as const;

const MOODS: readonly BucketFault[] = [
  'internal-error',
  'slow-down',
  'reset',
  'lost-answer',
  'lie-nothing',
  'lie-byte',
];
const MOODY_SHARE = 0.3;

/** A storm over one folder. */
type Folder = (order: Omit<StormOrder, 'media'>, runs: number) => Promise<StormReport>;

/** @returns one report for each folder */
async function inLanes(runs: number, folder: Folder): Promise<StormReport[]> {
  const lane = async (env: StormOrder['env'], place: number): Promise<StormReport[]> => {
    const reports: StormReport[] = [];
    for (let left = Math.ceil((runs - place) / LANES.length); left > 0; left -= RUNS_PER_FOLDER) {
      const seed = SEED + place + LANES.length * left;
      reports.push(await folder({ seed, env }, Math.min(left, RUNS_PER_FOLDER)));
    }
    return reports;
  };
  return (await Promise.all(LANES.map(lane))).flat();
}

async function storm(order: StormOrder, runs: number): Promise<StormReport> {
  await using server = await KillStorm.start(order);
  for (let run = 0; run < runs; run++) await server.strike();
  await server.end();
  return server.report;
}

async function stormOverBucket(order: StormOrder, runs: number): Promise<StormReport> {
  await using store = await S3Server.start();
  await using proxy = await BucketProxy.start(store);
  const random = seededRandom(order.seed);
  const mood = (): BucketFault | undefined =>
    random() < MOODY_SHARE ? MOODS[Math.floor(random() * MOODS.length)] : undefined;
  const bucket: StormOrder = {
    ...order,
    // What is stored goes at once: nothing hides that it was not.
    env: { ...order.env, ...store.settings(proxy.endpoint), AIRCHECK_RECORDER_SPOOL_KEEP_HOURS: '0' },
    readObject: (server, key) => readAnywhere(store, server, key),
    weather: (isBad) => {
      proxy.become(isBad ? mood : undefined);
    },
    settle: async (server) => {
      const scene = new BucketScene(store, proxy, server);
      await scene.drained();
      return scene.alteredInBucket();
    },
  };
  return await storm(bucket, runs);
}

function tell(where: string, reports: readonly StormReport[]): void {
  const sum = (name: 'kills' | 'killedStarts' | 'rowsChecked'): number =>
    reports.reduce((total, report) => total + report[name], 0);
  const lostMs = reports.flatMap((report) => report.lostMs).sort((a, b) => a - b);
  const at = (share: number): number => lostMs[Math.floor(share * (lostMs.length - 1))] ?? 0;
  process.stdout.write(
    `Kill storm, ${where}: ${sum('kills')} kills while recording and ${sum('killedStarts')} while starting, ` +
      `${sum('rowsChecked')} rows compared, media lost per kill: half up to ${at(0.5)} ms, 95 % up to ${at(0.95)} ms, ` +
      `most ${at(1)} ms (seed ${SEED}).\n`,
  );
}

function expectNoFaults(reports: readonly StormReport[], runs: number): void {
  expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
  expect(reports.reduce((sum, { kills }) => sum + kills, 0)).toBe(runs);
  expect(Math.max(...reports.flatMap(({ lostMs }) => lostMs))).toBeLessThan(MOST_LOST_MS);
}

describe('a server that is killed again and again under a publisher', () => {
  const title = (runs: number): string => `keeps every segment that had a row, once, as it was (${runs} times)`;

  itWith('ffmpeg')(
    `${title(RUNS - BUCKET_RUNS)} in a folder`,
    async () => {
      const media = await stormMedia();
      const runs = RUNS - BUCKET_RUNS;

      const reports = await inLanes(runs, (order, share) => storm({ ...order, media }, share));

      tell('folder', reports);
      expectNoFaults(reports, runs);
    },
    RUNS * LONGEST_RUN_MS + BEGIN_AND_END_MS,
  );

  itWith('ffmpeg', 'minio')(
    `${title(BUCKET_RUNS)} while it uploads to a bucket that is not always well`,
    async () => {
      const media = await stormMedia();

      const reports = await inLanes(BUCKET_RUNS, (order, share) => stormOverBucket({ ...order, media }, share));

      tell('bucket', reports);
      expectNoFaults(reports, BUCKET_RUNS);
    },
    RUNS * LONGEST_RUN_MS + BEGIN_AND_END_MS,
  );
});
