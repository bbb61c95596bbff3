/** Processor percent that count as much as one session: load reports lag a second behind, session counts do not. */
const PERCENT_PER_SESSION = 2;

/** Which worker each stream belongs to, and how much each worker has to do. A stream stays where its sessions and recordings are. */
export class Placement {
  private readonly workers = new Map<string, number>();
  private readonly users = new Map<string, Set<string>>();
  /** Infinity for a worker that does not run. */
  private readonly cpuPercent: number[];

  constructor(count: number) {
    this.cpuPercent = new Array<number>(count).fill(0);
  }

  reportLoad(worker: number, cpuPercent: number): void {
    this.cpuPercent[worker] = cpuPercent;
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
    this.cpuPercent[worker] = Infinity;
    return streamIds;
  }

  private leastLoaded(): number {
    const loads = this.cpuPercent.map((percent) => percent / PERCENT_PER_SESSION);
    for (const worker of this.workers.values()) loads[worker] = (loads[worker] ?? 0) + 1;
    return loads.indexOf(Math.min(...loads));
  }
}
