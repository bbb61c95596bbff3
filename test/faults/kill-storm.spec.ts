import { KillStorm, stormMedia, type StormOrder, type StormReport } from '../support/kill-storm.js';
import { itWith } from '../support/tools.js';

const RUNS = Number(process.env['AIRCHECK_KILL_RUNS'] ?? 50);
const SEED = Number(process.env['AIRCHECK_KILL_SEED'] ?? Date.now() % 2 ** 32);
/** One folder does not see more kills: the time to check all of it grows with what is in it. */
const RUNS_PER_FOLDER = 25;
const LONGEST_RUN_MS = 20_000;

/** Two servers side by side: one goes on with its session after each start, the other begins a new one. */
const LANES = [
  { AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '60' },
  { AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0', AIRCHECK_RECORDER_FSYNC: 'fragment' },
] as const;

/** @returns one report for each folder */
async function runLane(lane: number, order: Omit<StormOrder, 'seed'>): Promise<StormReport[]> {
  const runs = Math.ceil((RUNS - lane) / LANES.length);
  const reports: StormReport[] = [];
  for (let done = 0; done < runs;) {
    await using storm = await KillStorm.start({ seed: SEED + lane + LANES.length * done, ...order });
    for (const end = Math.min(runs, done + RUNS_PER_FOLDER); done < end; done++) await storm.strike();
    await storm.end();
    reports.push(storm.report);
  }
  return reports;
}

function tell(reports: readonly StormReport[]): void {
  const sum = (name: 'kills' | 'killedStarts' | 'rowsChecked'): number =>
    reports.reduce((total, report) => total + report[name], 0);
  const lostMs = reports.flatMap((report) => report.lostMs).sort((a, b) => a - b);
  const at = (share: number): number => lostMs[Math.floor(share * (lostMs.length - 1))] ?? 0;
  process.stdout.write(
    `Kill storm: ${sum('kills')} kills while recording and ${sum('killedStarts')} while starting, ` +
      `${sum('rowsChecked')} rows compared, media lost per kill: half up to ${at(0.5)} ms, 95 % up to ${at(0.95)} ms, ` +
      `most ${at(1)} ms (seed ${SEED}).\n`,
  );
}

describe('a server that is killed again and again under a publisher', () => {
  itWith('ffmpeg')(
    `keeps every segment that had a row, once, as it was (${RUNS} times, seed ${SEED})`,
    async () => {
      const media = await stormMedia();
      const lanes = await Promise.all(LANES.map((env, lane) => runLane(lane, { media, env })));

      const reports = lanes.flat();
      tell(reports);
      expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
      expect(reports.reduce((sum, { kills }) => sum + kills, 0)).toBe(RUNS);
    },
    RUNS * LONGEST_RUN_MS,
  );
});
