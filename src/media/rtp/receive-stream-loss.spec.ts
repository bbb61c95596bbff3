import fc from 'fast-check';
import type { RtpPayload } from '../codecs/codec.js';
import { MediaMemory } from '../memory.js';
import { RtpHeader } from './packet.js';
import { ReceiveStream, type PacketSink } from './receive-stream.js';

const SLOT_BYTES = 2048;
const GIVE_UP_MS = 2000;

interface Network {
  /** Chances of a hundred, for what is sent, sent again and asked for alike. */
  readonly lossPercent: number;
  readonly reorderPercent: number;
  readonly duplicatePercent: number;
  /** Packets that are lost together. */
  readonly burst: number;
  readonly delayMs: number;
  readonly seed: number;
  /** Repairs have a source of their own (RFC 4588), else they are the packets themselves once more. */
  readonly usesRtx: boolean;
}

/** Numbers that look random, the same for the same seed (Park and Miller). */
function chances(seed: number): (percent: number) => boolean {
  let state = (seed % 2_147_483_646) + 1;
  return (percent) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % 10_000 < percent * 100;
  };
}

/** A sender with a history, a network between, and the stream: a packet each 2 ms, a turn of the receiver each 10 ms. */
class Transmission implements PacketSink {
  readonly delivered: number[] = [];
  readonly repaired = new Set<number>();
  lostCount = 0;
  mostHeld = 0;
  requests = 0;
  private readonly memory = new MediaMemory(new ArrayBuffer(16 << 20));
  private readonly kept = new Set<number>();
  private readonly stream: ReceiveStream;
  private readonly header = new RtpHeader();
  private readonly happens: (percent: number) => boolean;
  private readonly arrivals = new Map<number, { number: number; isRepair: boolean }[]>();
  private readonly asked = new Map<number, number[]>();
  private burstLeft = 0;

  constructor(
    private readonly network: Network,
    mostHeld = Infinity,
  ) {
    this.happens = chances(network.seed);
    this.stream = new ReceiveStream({
      ssrc: 7,
      clockRate: 90_000,
      memory: this.memory,
      sink: this,
      releaseSlot: (slot) => {
        if (!this.kept.delete(slot)) throw new Error('A slot was given back twice.');
        this.memory.release(slot, SLOT_BYTES);
      },
      usesNack: true,
      giveUpMs: GIVE_UP_MS,
      mayHold: (count) => count <= mostHeld,
    });
  }

  get counters(): ReceiveStream {
    return this.stream;
  }

  packet(_payload: RtpPayload, extendedSequence: number, _arrivalMs: number, isRepaired: boolean): void {
    this.delivered.push(extendedSequence);
    if (isRepaired) this.repaired.add(extendedSequence);
  }

  lost(count: number): void {
    this.lostCount += count;
  }

  /** Sends `count` packets from `first` on and waits until nothing is under way. */
  run(first: number, count: number): this {
    const endMs = count * 2 + 2 * GIVE_UP_MS;
    for (let nowMs = 0; nowMs < endMs; nowMs++) {
      if (nowMs % 2 === 0 && nowMs / 2 < count) this.post(first + nowMs / 2, nowMs, false);
      for (const number of this.asked.get(nowMs) ?? []) this.post(number, nowMs, true);
      for (const { number, isRepair } of this.arrivals.get(nowMs) ?? []) this.receive(number, isRepair, nowMs);
      if (nowMs % 10 === 0) this.turn(nowMs, first);
      this.mostHeld = Math.max(this.mostHeld, this.kept.size);
    }
    this.stream.flush();
    this.stream.close();
    if (this.kept.size > 0) throw new Error('Slots were not given back.');
    return this;
  }

  private turn(nowMs: number, first: number): void {
    const { delayMs } = this.network;
    this.stream.tick(nowMs);
    const wanted: number[] = [];
    this.stream.nackList(nowMs, 2 * delayMs, wanted);
    this.requests += wanted.length;
    if (this.isLost()) return;
    const numbers = wanted.map((number) => first + ((number - first) & 0xffff));
    this.asked.set(nowMs + 1 + delayMs, numbers);
  }

  private post(number: number, nowMs: number, isRepair: boolean): void {
    const { reorderPercent, duplicatePercent, delayMs } = this.network;
    if (this.isLost()) return;
    const lateMs = this.happens(reorderPercent) ? 13 : 0;
    this.arrive(number, isRepair, nowMs + 1 + delayMs + lateMs);
    if (this.happens(duplicatePercent)) this.arrive(number, isRepair, nowMs + 4 + delayMs);
  }

  private arrive(number: number, isRepair: boolean, atMs: number): void {
    this.arrivals.set(atMs, [...(this.arrivals.get(atMs) ?? []), { number, isRepair }]);
  }

  private isLost(): boolean {
    const { lossPercent, burst } = this.network;
    if (this.burstLeft === 0 && this.happens(lossPercent / burst)) this.burstLeft = burst;
    if (this.burstLeft === 0) return false;
    this.burstLeft -= 1;
    return true;
  }

  private receive(number: number, isRepair: boolean, nowMs: number): void {
    const slot = this.memory.allocate(SLOT_BYTES);
    this.header.parse(this.memory.bytes, slot, 13);
    this.header.sequenceNumber = number & 0xffff;
    this.header.timestamp = number * 180;
    this.header.headerLength = 12;
    this.kept.add(slot);
    const isRetransmission = isRepair && this.network.usesRtx;
    if (this.stream.receive(slot, this.header, slot + 12, 1, nowMs, isRetransmission)) return;
    if (this.kept.delete(slot)) this.memory.release(slot, SLOT_BYTES);
  }
}

const still = { lossPercent: 0, reorderPercent: 0, duplicatePercent: 0, burst: 1, delayMs: 20, seed: 1, usesRtx: true };

describe('ReceiveStream over a network', () => {
  it.each([true, false])(
    'that loses a tenth, of repairs and requests too, is given everything (repairs of their own source: %s)',
    (usesRtx) => {
      const network = { ...still, lossPercent: 10, reorderPercent: 2, duplicatePercent: 1, usesRtx };
      const { delivered, counters, repaired } = new Transmission(network).run(65_000, 10_000);

      expect(delivered).toHaveLength(10_000);
      expect(counters).toMatchObject({ packetsReceived: 10_000, packetsLost: 0 });
      expect(repaired.size).toBe(counters.packetsRepaired);
      expect(repaired.size).toBeGreaterThan(800);
      expect(repaired.size).toBeLessThan(1250);
    },
  );

  it('that loses for 600 ms at a time is given everything', () => {
    const network = { ...still, lossPercent: 10, burst: 300 };
    const { delivered, counters } = new Transmission(network).run(1, 10_000);

    expect(delivered.length).toBe(10_000);
    expect(counters.packetsRepaired).toBeGreaterThan(200);
  });

  it('of a long way asks as often as answers can come, and no more', () => {
    const network = { ...still, lossPercent: 5, delayMs: 150 };
    const { delivered, requests, counters } = new Transmission(network).run(1, 10_000);

    expect(delivered.length).toBe(10_000);
    expect(requests).toBeLessThan(1.6 * counters.packetsRepaired);
  });

  it('is given each packet once at most and in order, whatever is lost, doubled and overtaken', () => {
    const networks = fc.record({
      lossPercent: fc.integer({ min: 0, max: 60 }),
      reorderPercent: fc.integer({ min: 0, max: 50 }),
      duplicatePercent: fc.integer({ min: 0, max: 50 }),
      burst: fc.constantFrom(1, 5, 40),
      delayMs: fc.constantFrom(0, 20, 200),
      seed: fc.nat(1_000_000),
      usesRtx: fc.boolean(),
    });
    fc.assert(
      fc.property(networks, fc.nat(65_535), fc.constantFrom(16, 200, Infinity), (network, first, mostHeld) => {
        const { delivered, counters, lostCount, ...transmission } = new Transmission(network, mostHeld).run(first, 600);

        for (let index = 1; index < delivered.length; index++) {
          expect(delivered[index]).toBeGreaterThan(delivered[index - 1] ?? Infinity);
        }
        expect(delivered.length).toBe(counters.packetsReceived);
        expect(delivered.length + counters.packetsLost).toBeLessThanOrEqual(600);
        expect(lostCount).toBe(counters.packetsLost);
        const [from = 0, to = -1] = [delivered[0], delivered.at(-1)];
        expect(delivered.length + counters.packetsLost).toBe(to - from + 1);
        expect(transmission.mostHeld).toBeLessThanOrEqual(Math.min(mostHeld, 600) + 1);
      }),
      { numRuns: 60 },
    );
  });
});
