import type { EngineEvent } from '../../../engine/index.js';

type WorkerLoad = Extract<EngineEvent, { type: 'worker-load' }>;

/** What an idle worker tells, but for `load`. */
export function workerLoad(load: Partial<WorkerLoad>): WorkerLoad {
  return {
    type: 'worker-load',
    worker: 0,
    cpuPercent: 0,
    sessions: 0,
    packetsReceived: 0,
    packetsDropped: 0,
    packetsSent: 0,
    memoryUsedBytes: 0,
    loopLagMs: 0,
    receiveDrops: 0,
    strainedSeconds: 0,
    ...load,
  };
}
