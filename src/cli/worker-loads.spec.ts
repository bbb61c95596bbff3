import type { EngineEvent } from '../engine/index.js';
import { workerLoad } from '../modules/signaling/testing/worker-load.js';
import { WorkerLoads } from './worker-loads.js';

function load(worker: number, cpuPercent: number, sessions: number): EngineEvent {
  return workerLoad({ worker, cpuPercent, sessions });
}

describe('WorkerLoads', () => {
  it('tells the busiest core and all sessions', () => {
    const loads = new WorkerLoads();

    expect(loads.hear(load(0, 12.5, 3))).toEqual({ workers: 1, cpuPercent: 13, sessions: 3 });
    expect(loads.hear(load(1, 40, 4))).toEqual({ workers: 2, cpuPercent: 40, sessions: 7 });
    expect(loads.hear(load(1, 5, 1))).toEqual({ workers: 2, cpuPercent: 13, sessions: 4 });
  });

  it('forgets what a lost worker carried until it is back', () => {
    const loads = new WorkerLoads();
    loads.hear(load(0, 10, 2));
    loads.hear(load(1, 90, 5));

    expect(loads.hear({ type: 'worker-lost', worker: 1, streamIds: [] })).toEqual({
      workers: 2,
      cpuPercent: 10,
      sessions: 2,
    });
  });

  it('has nothing to say of other events', () => {
    const event: EngineEvent = { type: 'stream-statistics', streamId: 'cam', tracks: [] };

    expect(new WorkerLoads().hear(event)).toBeUndefined();
  });
});
