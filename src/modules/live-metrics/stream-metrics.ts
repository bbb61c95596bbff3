import { Counter, Gauge, type Registry } from 'prom-client';
import type { SessionCloseReason } from '../../engine/index.js';
import { largestOf } from '../../shared/extremes.js';
import type { SignalingService } from '../signaling/signaling.service.js';
import { RisingCounter } from './rising-counter.js';

type Stream = ReturnType<SignalingService['streams']>[number];

const JITTER_MS = 1000;
/** Why subscribers go who did not mean to. */
const LOSSES: readonly SessionCloseReason[] = ['consent-lost', 'worker-lost', 'failed'];

/** Streams and their sessions, under the names of live777 where it has them. */
export class StreamMetrics {
  private readonly bytes: RisingCounter<object>;
  private readonly bytesOut: RisingCounter<object>;
  private readonly packets: RisingCounter<object>;
  private readonly packetsOut: RisingCounter<object>;
  private readonly lost: RisingCounter<object>;
  private readonly repaired: RisingCounter<object>;

  constructor(
    private readonly signaling: Pick<SignalingService, 'on' | 'streams' | 'findStream'>,
    registry: Registry,
  ) {
    this.bytes = RisingCounter.make(registry, 'live777_rtp_bytes_total', 'RTP bytes received and sent', ['direction']);
    this.packets = RisingCounter.make(registry, 'aircheck_rtp_packets_total', 'RTP packets received and sent', [
      'direction',
    ]);
    this.bytesOut = this.bytes.sibling();
    this.packetsOut = this.packets.sibling();
    this.lost = RisingCounter.make(registry, 'aircheck_rtp_packets_lost_total', 'RTP packets that never came');
    this.repaired = RisingCounter.make(registry, 'aircheck_rtp_packets_repaired_total', 'RTP packets that came late');
    this.addGauges(registry);
    const closed = new Counter({
      name: 'aircheck_subscribers_closed_total',
      help: 'Sessions of subscribers that are over, by why',
      labelNames: ['reason'],
      registers: [registry],
    });
    // What begins with 1 has risen for nobody who asks by how much.
    for (const reason of LOSSES) closed.inc({ reason }, 0);
    signaling.on((event) => {
      if (event.type === 'subscriber-closed') closed.inc({ reason: event.reason });
      if (event.type !== 'statistics' && event.type !== 'subscriber-closed') return;
      const stream = signaling.findStream(event.stream);
      if (stream !== undefined) this.count(stream);
    });
  }

  private addGauges(registry: Registry): void {
    this.gauge(registry, 'live777_stream', 'Streams', (streams) => streams.length);
    this.gauge(registry, 'live777_publish', 'Publishers', (streams) =>
      sum(streams.map(({ publisher }) => (publisher === undefined ? 0 : 1))),
    );
    this.gauge(registry, 'live777_subscribe', 'Subscribers', (streams) =>
      sum(streams.map(({ openSubscribers }) => openSubscribers.length)),
    );
    this.gauge(registry, 'live777_reforward', 'Sessions that push a stream to another server', (streams) =>
      sum(streams.map(({ openSubscribers }) => openSubscribers.filter(isPush).length)),
    );
    this.gauge(registry, 'aircheck_rtp_jitter_max_seconds', 'Of the track that comes most unevenly', (streams) =>
      Math.max(0, largestOf(streams.flatMap(jitters))),
    );
  }

  private gauge(registry: Registry, name: string, help: string, value: (streams: readonly Stream[]) => number): void {
    const { signaling } = this;
    const count = (): void => {
      for (const stream of signaling.streams()) this.count(stream);
    };
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        count();
        this.set(value(signaling.streams()));
      },
    });
  }

  private count(stream: Stream): void {
    this.bytes.tell(stream, stream.received.bytes, { direction: 'in' });
    this.packets.tell(stream, stream.received.packets, { direction: 'in' });
    this.bytesOut.tell(stream, stream.sent.bytes, { direction: 'out' });
    this.packetsOut.tell(stream, stream.sent.packets, { direction: 'out' });
    const { publisher } = stream;
    if (publisher === undefined) return;
    this.lost.tell(publisher, sum(publisher.statistics.map(({ packetsLost }) => packetsLost)));
    this.repaired.tell(publisher, sum(publisher.statistics.map(({ packetsRepaired }) => packetsRepaired)));
  }
}

function isPush({ cascade }: Stream['openSubscribers'][number]): boolean {
  return cascade?.targetUrl !== undefined;
}

function jitters({ publisher }: Stream): number[] {
  return (publisher?.statistics ?? []).map(({ jitterMs }) => jitterMs / JITTER_MS);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
