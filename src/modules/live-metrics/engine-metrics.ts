import { Gauge, type Registry } from 'prom-client';
import type { Engine, EngineEvent } from '../../engine/index.js';
import type { Implementation } from '../../platform/info/implementations.js';
import { RisingCounter } from './rising-counter.js';

type Load = Extract<EngineEvent, { type: 'worker-load' }>;
type Counters = Extract<EngineEvent, { type: 'worker-counters' }>;

const MS = 1000;
const PERCENT = 100;

/** What the engine's workers tell of themselves, and what each runs with. */
export class EngineMetrics {
  private readonly gauges: readonly [Gauge, (load: Load) => number][];
  private readonly loadTotals: readonly [RisingCounter<string>, (load: Load) => number][];
  private readonly totals: readonly [RisingCounter<string>, (counters: Counters) => number][];

  constructor(engine: Pick<Engine, 'on'>, implementations: readonly Implementation[], registry: Registry) {
    const gauge = (name: string, help: string): Gauge =>
      new Gauge({ name, help, labelNames: ['worker'], registers: [registry] });
    const total = (name: string, help: string): RisingCounter<string> => RisingCounter.make(registry, name, help);
    this.gauges = [
      [gauge('aircheck_worker_cpu_ratio', 'Of a core, without handshakes'), ({ cpuPercent }) => cpuPercent / PERCENT],
      [gauge('aircheck_worker_sessions', 'Peer connections'), ({ sessions }) => sessions],
      [gauge('aircheck_worker_memory_used_bytes', 'For media'), ({ memoryUsedBytes }) => memoryUsedBytes],
      [gauge('aircheck_worker_loop_lag_seconds', 'The longest of the last second'), ({ loopLagMs }) => loopLagMs / MS],
      [
        gauge('aircheck_worker_strained_seconds', 'Of the last five: late, or with datagrams dropped; 3 are too many'),
        ({ strainedSeconds }) => strainedSeconds,
      ],
    ];
    this.loadTotals = [
      [total('aircheck_datagrams_received_total', 'On the media ports'), ({ packetsReceived }) => packetsReceived],
      [total('aircheck_datagrams_dropped_total', 'Of nobody, or hostile'), ({ packetsDropped }) => packetsDropped],
      [total('aircheck_datagrams_sent_total', 'From the media ports'), ({ packetsSent }) => packetsSent],
      [
        total('aircheck_worker_receive_drops_total', "That the kernel dropped from the workers' sockets"),
        ({ receiveDrops }) => receiveDrops,
      ],
    ];
    this.totals = [
      [total('aircheck_nacks_sent_total', 'Requests for lost packets'), ({ nacksSent }) => nacksSent],
      [total('aircheck_plis_sent_total', 'Requests for key frames'), ({ keyframesRequested }) => keyframesRequested],
      [
        total('aircheck_rtp_packets_repeated_total', 'To subscribers, who had lost them'),
        ({ packetsRepeated }) => packetsRepeated,
      ],
      [total('aircheck_datagrams_unsent_total', 'That the system did not take'), ({ sendsFailed }) => sendsFailed],
      [total('aircheck_dtls_handshakes_total', 'That made keys'), ({ handshakes }) => handshakes],
      [total('aircheck_dtls_handshakes_failed_total', 'That failed'), ({ handshakesFailed }) => handshakesFailed],
      [total('aircheck_data_messages_received_total', 'On data channels'), (all) => all.dataMessagesReceived],
      [total('aircheck_data_messages_sent_total', 'On data channels'), (all) => all.dataMessagesSent],
      [
        total('aircheck_data_messages_dropped_total', 'Too many of a sender, or more than a receiver could take'),
        (all) => all.dataMessagesDropped,
      ],
      [
        total('aircheck_data_sessions_ended_total', 'That lost their data channels: floods, broken rules, no answer'),
        (all) => all.dataSessionsEnded,
      ],
      [total('aircheck_fsync_seconds_count', 'Files forced to the disk'), ({ syncs }) => syncs],
      [total('aircheck_fsync_seconds_sum', 'Time that it took'), ({ syncMs }) => syncMs / MS],
    ];
    engine.on((event) => {
      this.hear(event);
    });
    const chosen = new Gauge({
      name: 'aircheck_engine_implementation',
      help: '1 for what a worker runs with',
      labelNames: ['worker', 'what', 'name'],
      registers: [registry],
    });
    for (const { worker, what, name } of implementations) chosen.set({ worker, what, name }, 1);
  }

  private hear(event: EngineEvent): void {
    if (event.type === 'worker-load') this.hearLoad(event);
    else if (event.type === 'worker-counters') this.hearCounters(event);
    else if (event.type === 'worker-lost') this.forget(String(event.worker));
  }

  private hearLoad(load: Load): void {
    const worker = String(load.worker);
    for (const [gauge, value] of this.gauges) gauge.set({ worker }, value(load));
    for (const [counter, value] of this.loadTotals) counter.tell(worker, value(load));
  }

  private hearCounters(counters: Counters): void {
    const worker = String(counters.worker);
    for (const [counter, value] of this.totals) counter.tell(worker, value(counters));
  }

  /** The one that takes its place counts from nothing. */
  private forget(worker: string): void {
    for (const [gauge] of this.gauges) gauge.remove({ worker });
    for (const [counter] of [...this.loadTotals, ...this.totals]) counter.forget(worker);
  }
}
