import { isOverstrained } from './strain.js';

/** Processor percent that count as much as one session: load reports lag a second behind, session counts do not. */
const PERCENT_PER_SESSION = 2;
/** A blip turns away the next few, and not all of a burst: streams stay where they are. */
const SESSIONS_PER_STRAINED_SECOND = 10;
/** Of an overstrained worker: more than any other has, and still less than of one that does not run. */
const OVERSTRAINED_SESSIONS = 1e6;

/** As in `worker-load`. */
interface ReportedLoad {
  readonly worker: number;
  readonly cpuPercent: number;
  readonly strainedSeconds: number;
}

/** Which worker each stream belongs to, and how much each worker has to do. A stream stays where its sessions and recordings are. */
export class Placement {
  private readonly workers = new Map<string, number>();
  private readonly users = new Map<string, Set<string>>();
  /** In sessions, beside those that are placed; Infinity for a worker that does not run. */
  private readonly loads: number[];

  constructor(count: number) {
    this.loads = new Array<number>(count).fill(0);
  }

  reportLoad({ worker, cpuPercent, strainedSeconds }: ReportedLoad): void {
    const strain = isOverstrained(strainedSeconds)
      ? OVERSTRAINED_SESSIONS
      : strainedSeconds * SESSIONS_PER_STRAINED_SECOND;
    this.loads[worker] = cpuPercent / PERCENT_PER_SESSION + strain;
  }

  /** @returns undefined for a stream that nobody holds */
  workerOf(streamId: string): number | undefined {
    return this.workers.get(streamId);
  }

  /** @returns the stream's worker, the least loaded one when it has none yet; kept until `release` of every `user` */
  hold(streamId: string, user: string): number {
    const worker = this.workers.get(streamId) ?? this.leastLoaded();
    this.workers.set(streamId, worker);
    const users = this.users.get(streamId) ?? new Set();
    this.users.set(streamId, users.add(user));
    return worker;
  }

  release(streamId: string, user: string): void {
    const users = this.users.get(streamId);
    users?.delete(user);
    if (users?.size !== 0) return;
    this.users.delete(streamId);
    this.workers.delete(streamId);
  }

  /** Forgets everything about a worker that died; it gets nothing before its next load report. @returns its streams */
  dropWorker(worker: number): string[] {
    const streamIds = [...this.workers].filter(([, its]) => its === worker).map(([streamId]) => streamId);
    for (const streamId of streamIds) {
      this.workers.delete(streamId);
      this.users.delete(streamId);
    }
    this.loads[worker] = Infinity;
    return streamIds;
  }

  private leastLoaded(): number {
    const loads = [...this.loads];
    for (const worker of this.workers.values()) loads[worker] = (loads[worker] ?? 0) + 1;
    return loads.indexOf(Math.min(...loads));
  }
}
