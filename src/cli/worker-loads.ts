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

  /** @returns the load of all workers that were heard of, undefined when the event says nothing of it */
  hear(event: EngineEvent): Omit<NodeLoad, 'liveStreams' | 'isOverloaded'> | undefined {
    if (event.type === 'worker-load') this.loads.set(event.worker, event);
    else if (event.type === 'worker-lost') this.loads.set(event.worker, IDLE);
    else return undefined;
    const loads = [...this.loads.values()];
    return {
      workers: loads.length,
      cpuPercent: Math.round(Math.max(...loads.map(({ cpuPercent }) => cpuPercent))),
      sessions: loads.reduce((sum, { sessions }) => sum + sessions, 0),
    };
  }
}
