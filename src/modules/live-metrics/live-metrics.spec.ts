import { Registry } from 'prom-client';
import type { EngineEvent } from '../../engine/index.js';
import type { IndexEvent } from '../index/ports/index-event.js';
import type { SignalingEvent } from '../signaling/ports/signaling-event.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import { EngineMetrics } from './engine-metrics.js';
import { RecordingMetrics } from './recording-metrics.js';
import { StreamMetrics } from './stream-metrics.js';
import { dropsOf } from './udp-metrics.js';

class Events<T> {
  private listener: (event: T) => void = () => undefined;

  readonly on = (listener: (event: T) => void): (() => void) => {
    this.listener = listener;
    return () => undefined;
  };

  tell(event: T): void {
    this.listener(event);
  }
}

async function shown(registry: Registry, name: string): Promise<string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(name));
}

const counters = (nacksSent: number): EngineEvent => ({
  type: 'worker-counters',
  worker: 0,
  nacksSent,
  keyframesRequested: 0,
  packetsRepeated: 4,
  sendsFailed: 1,
  handshakes: 1,
  handshakesFailed: 0,
  dataMessagesReceived: 0,
  dataMessagesSent: 0,
  dataMessagesDropped: 0,
  dataSessionsEnded: 0,
  syncs: 2,
  syncMs: 500,
});

it('a counter of a worker goes on when another one takes its place', async () => {
  const registry = new Registry();
  const engine = new Events<EngineEvent>();
  new EngineMetrics(engine, [], registry);

  for (const nacksSent of [3, 5]) engine.tell(counters(nacksSent));
  engine.tell({ type: 'worker-lost', worker: 0, streamIds: [] });
  engine.tell(counters(2));

  expect(await shown(registry, 'aircheck_nacks_sent_total')).toEqual(['aircheck_nacks_sent_total 7']);
  expect(await shown(registry, 'aircheck_fsync_seconds_sum')).toEqual(['aircheck_fsync_seconds_sum 1']);
});

it('counts subscribers by why they went', async () => {
  const registry = new Registry();
  const signaling = new Events<SignalingEvent>();
  new StreamMetrics({ on: signaling.on, streams: () => [], findStream: () => undefined }, registry);

  for (const reason of ['requested', 'consent-lost', 'consent-lost'] as const) {
    signaling.tell({ type: 'subscriber-closed', stream: parseStreamName('cam'), sessionId: 's', reason });
  }

  expect(await shown(registry, 'aircheck_subscribers_closed_total')).toEqual([
    'aircheck_subscribers_closed_total{reason="consent-lost"} 2',
    'aircheck_subscribers_closed_total{reason="worker-lost"} 0',
    'aircheck_subscribers_closed_total{reason="failed"} 0',
    'aircheck_subscribers_closed_total{reason="requested"} 1',
  ]);
});

it('the age of the last segment is that of streams that should have a newer one', async () => {
  const registry = new Registry();
  const [engine, index] = [new Events<EngineEvent>(), new Events<IndexEvent>()];
  let nowMs = 0;
  const stream = { name: 'cam', isRecording: true, publisher: { state: 'connected' } };
  new RecordingMetrics(
    {
      engine,
      indexEvents: index,
      signaling: { streams: () => [stream] as never },
      clock: { epochMs: () => nowMs, monotonicMs: () => nowMs },
    },
    registry,
  );

  await shown(registry, 'aircheck');
  nowMs = 4000;
  index.tell({ type: 'segment-committed', stream: 'cam', segment: { sizeBytes: 7 } as never });
  nowMs = 9000;
  expect(await shown(registry, 'aircheck_last_segment_age_')).toEqual([
    'aircheck_last_segment_age_seconds{stream="cam"} 5',
    'aircheck_last_segment_age_max_seconds 5',
  ]);
  expect(await shown(registry, 'aircheck_segment_bytes_total')).toEqual(['aircheck_segment_bytes_total 7']);

  stream.publisher.state = 'disconnected';
  expect(await shown(registry, 'aircheck_last_segment_age_')).toEqual(['aircheck_last_segment_age_max_seconds 0']);
});

it('a gap that grows is one gap', async () => {
  const registry = new Registry();
  const engine = new Events<EngineEvent>();
  const quiet = { on: () => () => undefined };
  const clock = { epochMs: () => 0, monotonicMs: () => 0 };
  new RecordingMetrics({ engine, indexEvents: quiet, signaling: { streams: () => [] }, clock }, registry);

  for (const [startMs, durationMs] of [
    [1000, 20],
    [1000, 40],
    [5000, 20],
  ] as const) {
    const gap = { kind: 'video', startMs, durationMs, cause: 'loss' } as const;
    engine.tell({ type: 'gap-recorded', recordingSessionId: 's1', gap });
  }

  expect(await shown(registry, 'aircheck_recording_gaps_total')).toEqual([
    'aircheck_recording_gaps_total{cause="loss"} 2',
  ]);
});

it('reads what the kernel dropped for the media ports alone', () => {
  const table = [
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
    '  100: 00000000:1E61 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 12',
    '  101: 0100007F:1E61 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 2 2 0000000000000000 3',
    '  102: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 3 2 0000000000000000 900',
    '  103: 00000000000000000000000000000000:1E61 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 4 2 0000000000000000 5',
  ].join('\n');

  expect(dropsOf(table, new Set([7777]))).toBe(20);
  expect(dropsOf(table, new Set([9]))).toBeUndefined();
});
