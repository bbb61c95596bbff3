import type { EngineEvent } from '../engine/index.js';
import { workerLoad } from '../modules/signaling/testing/worker-load.js';
import { WorkerLoads } from './worker-loads.js';

function load(worker: number, cpuPercent: number, sessions: number): EngineEvent {
  return workerLoad({ worker, cpuPercent, sessions });
}

describe('WorkerLoads', () => {
  it('are the busiest core and all sessions', () => {
    const loads = new WorkerLoads();
    const after = (event: EngineEvent): unknown => loads.hear(event) && loads.all;

    expect(after(load(0, 12.5, 3))).toEqual({ workers: 1, cpuPercent: 13, sessions: 3 });
    expect(after(load(1, 40, 4))).toEqual({ workers: 2, cpuPercent: 40, sessions: 7 });
    expect(after(load(1, 5, 1))).toEqual({ workers: 2, cpuPercent: 13, sessions: 4 });
  });

  it('forget what a lost worker carried until it is back', () => {
    const loads = new WorkerLoads();
    loads.hear(load(0, 10, 2));
    loads.hear(load(1, 90, 5));

    expect(loads.hear({ type: 'worker-lost', worker: 1, streamIds: [] })).toBe(true);
    expect(loads.all).toEqual({ workers: 2, cpuPercent: 10, sessions: 2 });
  });

  it('are nothing before anything was heard of them, and other events say nothing', () => {
    const loads = new WorkerLoads();

    expect(loads.hear({ type: 'stream-statistics', streamId: 'cam', tracks: [] })).toBe(false);
    expect(loads.all).toEqual({ workers: 0, cpuPercent: 0, sessions: 0 });
  });
});
