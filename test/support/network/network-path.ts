/** What a path does to datagrams. Percentages are of all that enter it. */
export interface PathConditions {
  readonly lossPercent: number;
  /** Mean number of datagrams that are lost in a row; 1 = each by itself. */
  readonly lossBurst: number;
  readonly duplicatePercent: number;
  /** Held back by `reorderMs`, so that later ones overtake them. */
  readonly reorderPercent: number;
  readonly reorderMs: number;
  readonly delayMs: number;
  /** At most so much more delay, another for each datagram; keeps their order. */
  readonly jitterMs: number;
  /** What the narrowest link of the path carries, Infinity for no limit: datagrams queue up in front of it. */
  readonly rateKbps: number;
  /** As much as the link carries in this time may queue up; what comes to a full queue is lost (tail drop). */
  readonly queueMs: number;
  /** Nothing gets through. */
  readonly isDown: boolean;
}

export const CLEAN: PathConditions = {
  lossPercent: 0,
  lossBurst: 1,
  duplicatePercent: 0,
  reorderPercent: 0,
  reorderMs: 15,
  delayMs: 0,
  jitterMs: 0,
  rateKbps: Infinity,
  queueMs: 200,
  isDown: false,
};

interface Travelling {
  readonly bytes: Uint8Array;
  readonly dueMs: number;
}

/**
 * One direction of a network: takes datagrams and lets them out later, twice, in another order, or not at all.
 *
 * Loss comes first, then the narrowest link with its queue, then duplication, delay with jitter, and reordering. The same
 * numbers of `random` bring the same fate to the same datagrams, but for the queue, which depends on when they come.
 */
export class NetworkPath {
  readonly counters = { entered: 0, lost: 0, overflowed: 0, duplicated: 0, reordered: 0 };
  /** Lost media by RTP payload type, which SRTP leaves in the clear. */
  private readonly lostMedia = new Map<number, number>();
  /** RTP timestamps of access units whose last packet, which has the marker, was given to this path. */
  readonly finishedTimestamps = new Set<number>();
  private conditions = CLEAN;
  private isInBurst = false;
  private lastDueMs = 0;
  /** When the last datagram in the queue will have left the narrowest link. */
  private linkFreeMs = 0;
  /** By due time, equal ones as they came. */
  private readonly travelling: Travelling[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly random: () => number,
    private readonly out: (bytes: Uint8Array) => void,
  ) {}

  /** From the next datagram on; what is not named is as on a clean path. */
  become(conditions: Partial<PathConditions>): void {
    this.conditions = { ...CLEAN, ...conditions };
    this.isInBurst = false;
    this.linkFreeMs = 0;
  }

  take(bytes: Uint8Array): void {
    this.counters.entered++;
    this.noteMarker(bytes);
    if (this.conditions.isDown || this.losesNext()) {
      this.lose(bytes);
      return;
    }
    if (!this.enterLink(bytes)) {
      this.counters.overflowed++;
      this.lose(bytes);
      return;
    }
    this.send(bytes);
    if (!this.happens(this.conditions.duplicatePercent)) return;
    this.counters.duplicated++;
    this.send(bytes);
  }

  /** Datagrams with this RTP payload type that never came out. */
  lostOf(payloadType: number): number {
    return this.lostMedia.get(payloadType) ?? 0;
  }

  close(): void {
    clearTimeout(this.timer);
    this.travelling.length = 0;
  }

  /** The model of Gilbert: bursts of a mean length, as often as it takes for the wanted loss. */
  private losesNext(): boolean {
    const { lossPercent, lossBurst } = this.conditions;
    if (lossBurst <= 1) return this.happens(lossPercent);
    const beginPercent = (100 * lossPercent) / (100 - lossPercent) / lossBurst;
    this.isInBurst = this.isInBurst ? !this.happens(100 / lossBurst) : this.happens(beginPercent);
    return this.isInBurst;
  }

  /** @returns false when the queue in front of the narrowest link is full */
  private enterLink(bytes: Uint8Array): boolean {
    const nowMs = performance.now();
    const startMs = Math.max(this.linkFreeMs, nowMs);
    if (startMs - nowMs > this.conditions.queueMs) return false;
    this.linkFreeMs = startMs + (bytes.length * 8) / this.conditions.rateKbps;
    return true;
  }

  /** RFC 3550 section 5.1; types 64 to 95 with the marker's bit would be RTCP (RFC 5761). */
  private noteMarker(bytes: Uint8Array): void {
    const [first = 0, second = 0] = bytes;
    if (first >> 6 !== 2 || second < 224) return;
    this.finishedTimestamps.add(new DataView(bytes.buffer, bytes.byteOffset).getUint32(4));
  }

  private lose(bytes: Uint8Array): void {
    this.counters.lost++;
    const [first = 0, second = 0] = bytes;
    const isMedia = first >> 6 === 2;
    const payloadType = second & 127;
    if (isMedia) this.lostMedia.set(payloadType, this.lostOf(payloadType) + 1);
  }

  private send(bytes: Uint8Array): void {
    const { delayMs, jitterMs, reorderPercent, reorderMs } = this.conditions;
    const leavesLinkMs = Math.max(this.linkFreeMs, performance.now());
    const inOrderMs = Math.max(this.lastDueMs, leavesLinkMs + delayMs + jitterMs * this.random());
    if (this.happens(reorderPercent)) {
      this.counters.reordered++;
      this.schedule(bytes, inOrderMs + reorderMs);
      return;
    }
    this.lastDueMs = inOrderMs;
    this.schedule(bytes, inOrderMs);
  }

  private schedule(bytes: Uint8Array, dueMs: number): void {
    let place = this.travelling.length;
    while (place > 0 && (this.travelling[place - 1]?.dueMs ?? 0) > dueMs) place--;
    this.travelling.splice(place, 0, { bytes, dueMs });
    this.release();
  }

  private release(): void {
    const nowMs = performance.now();
    for (let first = this.travelling[0]; first !== undefined && first.dueMs <= nowMs; first = this.travelling[0]) {
      this.travelling.shift();
      this.out(first.bytes);
    }
    clearTimeout(this.timer);
    const next = this.travelling[0];
    if (next !== undefined) this.timer = setTimeout(() => this.release(), Math.ceil(next.dueMs - nowMs));
  }

  private happens(percent: number): boolean {
    return this.random() * 100 < percent;
  }
}
