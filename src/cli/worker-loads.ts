import type { EngineEvent } from '../engine/index.js';
import type { NodeLoad } from '../modules/index/nodes/node.service.js';

interface WorkerLoad {
  readonly cpuPercent: number;
  readonly sessions: number;
}

const IDLE: WorkerLoad = { cpuPercent: 0, sessions: 0 };

/** What the server carries, from what each of its workers tells. */
export class WorkerLoads {
  private readonly loads = new Map<number, WorkerLoad>();

  /** @returns whether the event says anything of it */
  hear(event: EngineEvent): boolean {
    if (event.type === 'worker-load') this.loads.set(event.worker, event);
    else if (event.type === 'worker-lost') this.loads.set(event.worker, IDLE);
    else return false;
    return true;
  }

  /** Of all workers that were heard of. */
  get all(): Pick<NodeLoad, 'workers' | 'cpuPercent' | 'sessions'> {
    const loads = [...this.loads.values()];
    return {
      workers: loads.length,
      cpuPercent: Math.round(Math.max(0, ...loads.map(({ cpuPercent }) => cpuPercent))),
      sessions: loads.reduce((sum, { sessions }) => sum + sessions, 0),
    };
  }
}
