import { encodeNack, encodePictureLossIndication, encodeReceiverReport } from '../../media/rtcp/encode.js';
import { encodeBitrateEstimate } from '../../media/rtcp/encode-estimate.js';
import type { TimerWheel } from '../timer-wheel.js';
import type { LayerReceiver } from './layer-receiver.js';
import type { MediaReceiver } from './media-receiver.js';
import { threadCounters } from '../thread-counters.js';

const REPORT_INTERVAL_MS = 1_000;
const FEEDBACK_INTERVAL_MS = 100;
const TICK_INTERVAL_MS = 10;
/** Until one was measured. */
const ASSUMED_ROUND_TRIP_MS = 60;
/** Feedback packets per interval: more would mean thousands of packets in a tenth of a second. */
const MOST_FEEDBACK_PACKETS = 8;

export interface RtcpSchedulerOptions {
  readonly wheel: TimerWheel;
  readonly media: MediaReceiver;
  /** What the sender is told that the way carries; undefined: nothing. */
  readonly mostBitsPerSecond: number | undefined;
  /** Ours, and our canonical name: random, the same for the whole session. */
  readonly ssrc: number;
  readonly canonicalName: string;
  /** Of the path to the sender: a packet is asked for again after it. Undefined while unknown. */
  readonly roundTripMs: () => number | undefined;
  /** Media that had waited for others could not be coped with. */
  readonly failed: (error: unknown) => void;
  /** Takes sealed packets. */
  readonly send: (datagram: Uint8Array) => void;
}

/**
 * What a receiver tells its sender (RFC 3550, RFC 4585): reports each second, lost packets on every tick, transport-wide
 * feedback each 100 ms, and requests for key frames. Silent while paused.
 */
export class RtcpScheduler {
  private readonly ends: (() => void)[];
  private readonly lost: number[] = [];
  private isPaused = false;

  constructor(private readonly options: RtcpSchedulerOptions) {
    const { wheel } = options;
    this.ends = [
      wheel.every(TICK_INTERVAL_MS, (nowMs) => this.tick(nowMs)),
      wheel.every(FEEDBACK_INTERVAL_MS, () => this.unlessPaused(() => this.sendTransportFeedback())),
      wheel.every(REPORT_INTERVAL_MS, (nowMs) => this.unlessPaused(() => this.sendReport(nowMs))),
    ];
  }

  /** Nobody listens at present. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(): void {
    for (const end of this.ends) end();
  }

  private unlessPaused(action: () => void): void {
    if (!this.isPaused) action();
  }

  private tick(nowMs: number): void {
    const { media } = this.options;
    try {
      for (const track of media.tracks) track.tick(nowMs);
    } catch (error) {
      this.options.failed(error);
      return;
    }
    if (this.isPaused) return;
    this.sendNacks(nowMs);
    for (const layer of media.layers) this.requestKeyframe(layer, nowMs);
  }

  private requestKeyframe({ ssrc, track, keyframes }: LayerReceiver, nowMs: number): void {
    if (ssrc === undefined || track.kind !== 'video' || !track.feedback.pli || !keyframes.isDue(nowMs)) return;
    threadCounters.keyframesRequested += 1;
    this.send(encodePictureLossIndication(this.options.ssrc, ssrc));
  }

  private sendNacks(nowMs: number): void {
    const roundTripMs = this.options.roundTripMs() ?? ASSUMED_ROUND_TRIP_MS;
    for (const layer of this.options.media.layers) {
      if (layer.ssrc === undefined) continue;
      layer.nackList(nowMs, roundTripMs, this.lost);
      if (this.lost.length === 0) continue;
      threadCounters.nacksSent += 1;
      this.send(encodeNack(this.options.ssrc, layer.ssrc, this.lost));
      this.lost.length = 0;
    }
  }

  private sendTransportFeedback(): void {
    const { media, ssrc } = this.options;
    const mediaSsrc = media.layers.find((layer) => layer.ssrc !== undefined)?.ssrc ?? 0;
    for (let left = MOST_FEEDBACK_PACKETS; left > 0; left -= 1) {
      const packet = media.feedback?.build(ssrc, mediaSsrc);
      if (packet === undefined) return;
      this.send(packet);
    }
  }

  private sendReport(nowMs: number): void {
    const { media, ssrc, canonicalName } = this.options;
    const blocks = media.layers.map((layer) => layer.reportBlock(nowMs)).filter((block) => block !== undefined);
    this.send(encodeReceiverReport(ssrc, blocks, canonicalName));
    this.sendEstimate();
  }

  private sendEstimate(): void {
    const { media, ssrc, mostBitsPerSecond } = this.options;
    const sources = media.layers.flatMap((layer) => layer.ssrc ?? []);
    if (mostBitsPerSecond !== undefined && sources.length > 0)
      this.send(encodeBitrateEstimate(ssrc, mostBitsPerSecond, sources));
  }

  private send(packet: Uint8Array): void {
    this.options.send(this.options.media.seal(packet));
  }
}
