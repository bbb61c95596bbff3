import type { TransportFeedback } from '../../rtcp/packet.js';
import { BandwidthEstimator } from '../bandwidth-estimator.js';
import { LayerChoice } from '../layer-choice.js';
import { SentPackets } from '../sent-packets.js';

const PACKET_BYTES = 1_200;
const STEP_MS = 10;
const FEEDBACK_MS = 100;
/** The receiver's clock has another zero than ours. */
const CLOCK_DISTANCE_MS = 1e6;

/** Packets that may be reported anew. */
const MOST_OVERTAKEN = 200;

/** A way to a viewer with a queue in front of its narrowest place. */
export interface SimulatedWay {
  readonly bitsPerSecond: number;
  readonly delayMs: number;
  /** What waits for longer is thrown away. */
  readonly longestQueueMs: number;
  /** A part of 1 that is lost on the way, with any amount of room. */
  readonly loss: number;
  /** Of each packet, at random, up to this. */
  readonly jitterMs: number;
}

interface SimulatedLayer {
  readonly rid: string;
  readonly bitsPerSecond: number;
  readonly isFlowing: boolean;
}

/** f, h and q of a browser's camera. */
const LAYERS: readonly SimulatedLayer[] = [
  { rid: 'f', bitsPerSecond: 2_500_000, isFlowing: true },
  { rid: 'h', bitsPerSecond: 600_000, isFlowing: true },
  { rid: 'q', bitsPerSecond: 150_000, isFlowing: true },
];

/** A viewer of a simulcast stream, its way, and what is decided for it: milliseconds pass as fast as they can be computed. */
export class SimulatedViewer {
  /** Of each layer, milliseconds for which it was sent. */
  readonly shownMs: Record<string, number> = { f: 0, h: 0, q: 0 };
  changes = 0;
  private readonly sent = new SentPackets();
  private readonly estimator = new BandwidthEstimator(this.sent);
  private readonly choice = new LayerChoice<SimulatedLayer>();
  private readonly arrivals = new Map<number, number>();
  private layer = LAYERS[0];
  private nowMs = 0;
  private bytesSent = 0;
  private owedBytes = 0;
  private freeMs = 0;
  private readonly reported = new Set<number>();
  private state: number;

  constructor(
    public way: SimulatedWay,
    seed = 1,
  ) {
    this.state = (seed % 2_147_483_646) + 1;
  }

  get rid(): string | undefined {
    return this.layer?.rid;
  }

  run(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (; this.nowMs < endMs; this.nowMs += STEP_MS) {
      this.send();
      if (this.nowMs % FEEDBACK_MS === 0) this.decide();
    }
  }

  private send(): void {
    this.owedBytes += ((this.layer?.bitsPerSecond ?? 0) * STEP_MS) / 8_000;
    for (; this.owedBytes >= PACKET_BYTES; this.owedBytes -= PACKET_BYTES) this.sendPacket();
    if (this.layer !== undefined) this.shownMs[this.layer.rid] = (this.shownMs[this.layer.rid] ?? 0) + STEP_MS;
  }

  private sendPacket(): void {
    const { bitsPerSecond, delayMs, longestQueueMs, loss, jitterMs } = this.way;
    const number = this.sent.newest + 1;
    this.sent.sent(PACKET_BYTES, this.nowMs);
    this.bytesSent += PACKET_BYTES;
    const startMs = Math.max(this.nowMs, this.freeMs);
    if (startMs - this.nowMs > longestQueueMs || this.random() < loss) return;
    this.freeMs = startMs + (PACKET_BYTES * 8_000) / bitsPerSecond;
    this.arrivals.set(number, this.freeMs + delayMs + this.random() * jitterMs);
  }

  private decide(): void {
    const feedback = this.report();
    if (feedback !== undefined) this.estimator.feedback(feedback, this.nowMs);
    this.estimator.tick(this.nowMs, this.bytesSent);
    const next = this.choice.select(LAYERS, this.estimator.bitsPerSecond, this.nowMs);
    if (next !== this.layer) this.changes += 1;
    this.layer = next;
  }

  /** From the first packet that is new by now to the last that is there, and what is missing between. */
  private report(): TransportFeedback | undefined {
    const { delayMs } = this.way;
    const isThere = (number: number): boolean => (this.arrivals.get(number) ?? Infinity) + delayMs <= this.nowMs;
    const there = [...this.arrivals.keys()].filter(isThere);
    const fresh = there.filter((number) => !this.reported.has(number));
    if (fresh.length === 0) return undefined;
    const first = Math.min(...fresh);
    const arrivalsMs: number[] = [];
    for (let number = first; number <= Math.max(...there); number++) {
      arrivalsMs.push(isThere(number) ? (this.arrivals.get(number) ?? 0) + CLOCK_DISTANCE_MS : NaN);
      if (isThere(number)) this.reported.add(number);
    }
    for (const number of there) if (number < first - MOST_OVERTAKEN) this.forget(number);
    return { type: 'transport-feedback', baseSequence: first & 0xffff, arrivalsMs };
  }

  private forget(number: number): void {
    this.arrivals.delete(number);
    this.reported.delete(number);
  }

  /** Numbers that look random, the same for the same seed (Park and Miller). */
  private random(): number {
    this.state = (this.state * 48_271) % 2_147_483_647;
    return this.state / 2_147_483_647;
  }
}
