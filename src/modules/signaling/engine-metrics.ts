import { Gauge, type Registry } from 'prom-client';
import type { Engine, EngineEvent } from '../../engine/index.js';
import type { Implementation } from '../../platform/info/implementations.js';

type WorkerLoad = Extract<EngineEvent, { type: 'worker-load' }>;

const WORKER_METRICS: readonly { readonly name: string; readonly help: string; readonly of: keyof WorkerLoad }[] = [
  {
    name: 'aircheck_engine_cpu_percent',
    help: 'Of a core, mean of five seconds, without handshakes',
    of: 'cpuPercent',
  },
  { name: 'aircheck_engine_packets_received', help: 'Datagrams since the worker started', of: 'packetsReceived' },
  { name: 'aircheck_engine_packets_dropped', help: 'Datagrams that were of no use', of: 'packetsDropped' },
  { name: 'aircheck_engine_packets_sent', help: 'Datagrams since the worker started', of: 'packetsSent' },
  { name: 'aircheck_engine_memory_used_bytes', help: 'Of the media memory, at most so far', of: 'memoryUsedBytes' },
];

/** Shows what each media worker carries, and what it runs with. */
export function showEngineMetrics(
  engine: Engine,
  implementations: readonly Implementation[],
  registry: Registry,
): void {
  const gauges = WORKER_METRICS.map(({ name, help, of }) => ({
    of,
    gauge: new Gauge({ name, help, labelNames: ['worker'], registers: [registry] }),
  }));
  engine.on((event) => {
    if (event.type !== 'worker-load') return;
    for (const { of, gauge } of gauges) gauge.set({ worker: event.worker }, Number(event[of]));
  });
  const chosen = new Gauge({
    name: 'aircheck_engine_implementation',
    help: '1 for what a worker runs with',
    labelNames: ['worker', 'what', 'name'],
    registers: [registry],
  });
  for (const { worker, what, name } of implementations) chosen.set({ worker, what, name }, 1);
}
