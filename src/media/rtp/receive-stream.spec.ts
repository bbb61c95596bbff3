import fc from 'fast-check';
import type { RtpPayload } from '../codecs/codec.js';
import { MediaMemory } from '../memory.js';
import { RtpHeader } from './packet.js';
import { ReceiveStream, type PacketSink } from './receive-stream.js';

const SLOT_BYTES = 2048;
const GIVE_UP_MS = 400;
const TURN_MS = 10;
/** Content of a packet that nothing can begin with. */
const MIDDLE = 0xff;

/** What a sink heard, as one list: sequence numbers of packets, and `lost n`. */
class Recorder implements PacketSink {
  readonly heard: (number | string)[] = [];
  readonly arrivals: number[] = [];
  readonly repaired: number[] = [];
  readonly payloads: { readonly timestamp: number; readonly marker: boolean; readonly content: number[] }[] = [];

  packet(payload: RtpPayload, extendedSequence: number, arrivalMs: number, isRepaired: boolean): void {
    if (isRepaired) this.repaired.push(extendedSequence);
    const { bytes, offset, length, timestamp, marker } = payload;
    this.heard.push(extendedSequence);
    this.arrivals.push(arrivalMs);
    this.payloads.push({ timestamp, marker, content: [...bytes.subarray(offset, offset + length)] });
  }

  lost(count: number): void {
    this.heard.push(`lost ${count}`);
  }

  get lostCount(): number {
    return this.heard.reduce<number>((sum, item) => sum + (typeof item === 'string' ? Number(item.slice(5)) : 0), 0);
  }
}

/** A stream with the receive loop's part: a slot for each packet, given back at once or by the ring. */
class Bench {
  readonly memory: MediaMemory;
  readonly sink = new Recorder();
  readonly keptSlots = new Set<number>();
  readonly stream: ReceiveStream;
  private readonly header = new RtpHeader();
  nowMs = 1000;

  /** @param options mostHeld: slots that the stream may keep */
  constructor(options: { usesNack?: boolean; mostHeld?: number; giveUpMs?: number; memoryMib?: number } = {}) {
    this.memory = new MediaMemory(new ArrayBuffer((options.memoryMib ?? 4) << 20));
    this.stream = new ReceiveStream({
      ssrc: 7,
      clockRate: 90_000,
      memory: this.memory,
      sink: this.sink,
      releaseSlot: (slot) => {
        if (!this.keptSlots.delete(slot)) throw new Error('A slot was given back twice.');
        this.memory.release(slot, SLOT_BYTES);
      },
      usesNack: options.usesNack ?? true,
      giveUpMs: options.giveUpMs ?? GIVE_UP_MS,
      mayHold: (count) => count <= (options.mostHeld ?? Infinity),
      begins: (bytes, offset) => bytes[offset] !== MIDDLE,
    });
  }

  /** @returns true when the slot was kept */
  receive(
    sequenceNumber: number,
    isRetransmission = false,
    payload: readonly number[] = [sequenceNumber & 255],
  ): boolean {
    const slot = this.memory.allocate(SLOT_BYTES);
    const { bytes, view } = this.memory;
    view.setUint16(slot, 0x80e0);
    view.setUint16(slot + 2, sequenceNumber & 0xffff);
    view.setUint32(slot + 4, sequenceNumber * 90);
    view.setUint32(slot + 8, 7);
    bytes.set(payload, slot + 12);
    this.header.parse(bytes, slot, 12 + payload.length);
    this.keptSlots.add(slot);
    const isKept = this.stream.receive(slot, this.header, slot + 12, payload.length, this.nowMs, isRetransmission);
    if (isKept) return true;
    if (this.keptSlots.delete(slot)) this.memory.release(slot, SLOT_BYTES);
    return false;
  }

  receiveAll(...sequenceNumbers: number[]): void {
    for (const sequenceNumber of sequenceNumbers) this.receive(sequenceNumber);
  }

  /** Past the hold of the very first packets. */
  begin(sequenceNumber: number): void {
    this.receive(sequenceNumber);
    this.pass(20);
  }

  pass(milliseconds: number): void {
    const endMs = this.nowMs + milliseconds;
    while (this.nowMs < endMs) {
      this.nowMs = Math.min(endMs, this.nowMs + TURN_MS);
      this.stream.tick(this.nowMs);
    }
  }

  /** The thread has no turn meanwhile. */
  standStill(milliseconds: number): void {
    this.nowMs += milliseconds;
  }

  nackList(roundTripMs = 50): number[] {
    const out: number[] = [];
    this.stream.nackList(this.nowMs, roundTripMs, out);
    return out;
  }
}

function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start + index);
}

describe('ReceiveStream, in order', () => {
  it('delivers at once, keeps no slot, and hands on payload, timestamp and marker', () => {
    const bench = new Bench();
    bench.begin(10);

    expect(bench.receive(11, false, [1, 2, 3])).toBe(false);
    expect(bench.sink.heard).toEqual([10, 11]);
    expect(bench.sink.payloads[1]).toEqual({ timestamp: 990, marker: true, content: [1, 2, 3] });
    expect(bench.keptSlots.size).toBe(0);
  });

  it('goes on over the wrap at 65535, again and again', () => {
    const bench = new Bench();
    bench.begin(65_534);
    const numbers = range(65_535, 3 * 65_536);
    for (const number of numbers) bench.receive(number);

    expect(bench.sink.heard).toEqual([65_534, ...numbers]);
  });

  it('lets empty packets fill their place without delivering them', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(2, false, []);
    bench.receive(3);

    expect(bench.sink.heard).toEqual([1, 3]);
    expect(bench.stream.packetsLost).toBe(0);
  });
});

describe('ReceiveStream, the very first packets', () => {
  it('waits 20 ms for packets that the first one has overtaken', () => {
    const bench = new Bench();
    bench.receiveAll(12, 10, 11, 13);
    expect(bench.sink.heard).toEqual([]);

    bench.pass(20);

    expect(bench.sink.heard).toEqual([10, 11, 12, 13]);
    expect(bench.stream).toMatchObject({ packetsLost: 0, packetsLate: 0, packetsReceived: 4 });
  });

  it('ends the wait with the first packet after it, without a tick', () => {
    const bench = new Bench();
    bench.receiveAll(12, 11);
    bench.nowMs += 20;
    bench.receive(13);

    expect(bench.sink.heard).toEqual([11, 12, 13]);
  });

  it('asks for those before a first one that nothing can begin with, and waits for them', () => {
    const bench = new Bench();
    for (const number of [2, 3, 4]) bench.receive(number, false, [MIDDLE]);
    expect(bench.nackList(40)).toEqual([65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 0, 1]);
    bench.pass(40);
    expect(bench.nackList(40)).toEqual([]);
    bench.pass(10);
    expect(bench.nackList(40)).toHaveLength(8);
    bench.receive(1, true, [MIDDLE]);
    bench.receive(0, true, [1]);
    bench.pass(20);

    expect(bench.sink.heard).toEqual([0, 1, 2, 3, 4]);
    expect(bench.nackList(40)).toEqual([]);
  });

  it('does not wait for ever where there was nothing before, nor ask who cannot answer', () => {
    const bench = new Bench();
    bench.receive(7, false, [MIDDLE]);
    bench.pass(490);
    expect(bench.sink.heard).toEqual([]);
    bench.pass(10);
    expect(bench.sink.heard).toEqual([7]);

    const other = new Bench({ usesNack: false });
    other.receive(7, false, [MIDDLE]);
    expect(other.nackList()).toEqual([]);
    other.pass(20);
    expect(other.sink.heard).toEqual([7]);
  });

  it('takes packets from before a wrap', () => {
    const bench = new Bench();
    bench.receiveAll(0, 65_535, 1);
    bench.pass(20);

    expect(bench.sink.heard).toEqual([-1, 0, 1]);
    expect(bench.stream.reportBlock(bench.nowMs)).toMatchObject({ cumulativeLost: 0, fractionLost: 0 });
  });

  it('asks for what is missing between them once the wait is over', () => {
    const bench = new Bench();
    bench.receiveAll(12, 10);
    expect(bench.nackList()).toEqual([]);
    bench.pass(20);

    expect(bench.sink.heard).toEqual([10]);
    expect(bench.nackList()).toEqual([11]);
  });

  it('counts an older packet as late after the wait', () => {
    const bench = new Bench();
    bench.begin(12);
    bench.receive(11);

    expect(bench.sink.heard).toEqual([12]);
    expect(bench.stream.packetsLate).toBe(1);
  });

  it('does not start with a retransmission', () => {
    const bench = new Bench();

    expect(bench.receive(5, true)).toBe(false);
    bench.begin(10);
    expect(bench.sink.heard).toEqual([10]);
    expect(bench.stream.reportBlock(0)).toMatchObject({ extendedHighestSequence: 10 });
  });

  it('reports nothing before them', () => {
    expect(new Bench().stream.reportBlock(0)).toBeUndefined();
  });
});

describe('ReceiveStream, out of order', () => {
  it('holds early packets in their slots and gives these back after delivery', () => {
    const bench = new Bench();
    bench.begin(1);

    expect(bench.receive(3)).toBe(true);
    expect(bench.receive(4)).toBe(true);
    expect(bench.keptSlots.size).toBe(2);
    expect(bench.receive(2)).toBe(false);
    expect(bench.sink.heard).toEqual([1, 2, 3, 4]);
    expect(bench.keptSlots.size).toBe(0);
    expect(bench.stream).toMatchObject({ packetsReceived: 4, packetsLost: 0, packetsRepaired: 0 });
  });

  it('tells when each packet came, however long it was held', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.nowMs = 2000;
    bench.receive(3);
    bench.nowMs = 2300;
    bench.receive(2);

    expect(bench.sink.arrivals).toEqual([1000, 2300, 2000]);
  });

  it('drops duplicates, of held and of delivered packets', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receiveAll(3, 3, 1, 2, 2, 3);

    expect(bench.sink.heard).toEqual([1, 2, 3]);
    expect(bench.stream).toMatchObject({ duplicates: 4, packetsLate: 0, packetsReceived: 3 });
  });
});

describe('ReceiveStream, loss', () => {
  it('gives a gap up after its time, and goes on with what came after it', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receiveAll(4, 5, 8);
    bench.pass(GIVE_UP_MS - 1);
    expect(bench.sink.heard).toEqual([1]);

    bench.pass(1);

    expect(bench.sink.heard).toEqual([1, 'lost 2', 4, 5, 'lost 2', 8]);
    expect(bench.stream.packetsLost).toBe(4);
    expect(bench.keptSlots.size).toBe(0);
  });

  it('gives each gap its own time', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(3);
    bench.pass(200);
    bench.receive(5);
    bench.pass(200);
    expect(bench.sink.heard).toEqual([1, 'lost 1', 3]);

    bench.pass(200);

    expect(bench.sink.heard).toEqual([1, 'lost 1', 3, 'lost 1', 5]);
  });

  it('counts what comes after it was given up as late, then as duplicate', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(3);
    bench.pass(GIVE_UP_MS);
    bench.receiveAll(2, 2);

    expect(bench.sink.heard).toEqual([1, 'lost 1', 3]);
    expect(bench.stream).toMatchObject({ packetsLate: 1, duplicates: 1, packetsLost: 1 });
  });

  it('gives the oldest gap up when what came after it needs more slots than it may hold', () => {
    const bench = new Bench({ mostHeld: 100 });
    bench.begin(0);
    bench.receiveAll(...range(2, 100));
    expect(bench.sink.heard).toEqual([0]);

    bench.receive(102);

    expect(bench.sink.heard).toEqual([0, 'lost 1', ...range(2, 101)]);
    expect(bench.keptSlots.size).toBe(0);
  });

  it('keeps the younger gaps then', () => {
    const bench = new Bench({ mostHeld: 100 });
    bench.begin(0);
    bench.receiveAll(...range(2, 50), ...range(53, 50), 104);

    expect(bench.sink.heard).toEqual([0, 'lost 1', ...range(2, 50)]);
    bench.receiveAll(52, 103);
    expect(bench.sink.heard.at(-1)).toBe(104);
    expect(bench.stream.packetsLost).toBe(1);
  });

  it('waits two seconds at 20 Mbit/s, and holds no more than 8192 packets at any rate', () => {
    const bench = new Bench({ giveUpMs: 2000, memoryMib: 32 });
    bench.begin(0);
    let number = 1;
    const flow = (perMs: number, milliseconds: number): void => {
      for (let ms = 0; ms < milliseconds; ms++) {
        for (let count = 0; count < perMs; count++) bench.receive(number++);
        bench.pass(1);
      }
    };
    flow(2, 1000);
    const missing = number++;
    flow(2, 1999);
    expect(bench.sink.heard.at(-1)).toBe(missing - 1);
    bench.receive(missing, true);
    expect(bench.sink.heard).toEqual(range(0, number));

    number++;
    flow(5, 1700);

    expect(bench.sink.heard).toContain('lost 1');
    expect(bench.keptSlots.size).toBe(0);
  });

  it('delivers everything that is held when it is flushed, and goes on after it', () => {
    const bench = new Bench();
    bench.receiveAll(1, 3, 6);
    bench.stream.flush();
    bench.receive(7);

    expect(bench.sink.heard).toEqual([1, 'lost 1', 3, 'lost 2', 6, 7]);
  });
});

describe('ReceiveStream, requests', () => {
  it('asks 5 ms after a packet was missed, again after a round trip, then more and more rarely', () => {
    const bench = new Bench();
    bench.begin(65_534);
    bench.receive(65_537);
    expect(bench.nackList()).toEqual([]);
    bench.nowMs += 5;
    expect(bench.nackList(40)).toEqual([65_535, 0]);
    const requests: number[] = [];
    for (let waited = 1; waited < 10_000; waited++) {
      bench.nowMs += 1;
      if (bench.nackList(40).length === 2) requests.push(waited);
    }

    expect(requests).toEqual([50, 100, 175, 288, 457, 711, 1091, 1591, 2091, 2591, 3091, 3591, 4091, 4591, 5091]);
  });

  it('asks again within half a second, however long the round trip was measured to be', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(3);
    bench.nowMs += 5;
    expect(bench.nackList(4300)).toEqual([2]);
    bench.nowMs += 490;
    expect(bench.nackList(4300)).toEqual([]);
    bench.nowMs += 10;
    expect(bench.nackList(4300)).toEqual([2]);
  });

  it('gives up on nothing in a time in which it had no turn', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(3);
    bench.pass(10);
    expect(bench.nackList()).toEqual([2]);
    bench.standStill(10 * GIVE_UP_MS);
    bench.receive(5);
    bench.pass(10);
    expect(bench.sink.lostCount).toBe(0);
    expect(bench.nackList()).toEqual([2, 4]);
    bench.receive(2, true);
    expect(bench.sink.heard).toEqual([1, 2, 3]);
    bench.standStill(10 * GIVE_UP_MS);
    bench.pass(GIVE_UP_MS);
    bench.pass(10 * GIVE_UP_MS);

    expect(bench.sink.heard).toEqual([1, 2, 3, 'lost 1', 5]);
  });

  it('does not repeat a request within 20 ms, however short the round trip', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(3);
    bench.nowMs += 5;
    expect(bench.nackList(1)).toEqual([2]);
    bench.nowMs += 10;
    expect(bench.nackList(1)).toEqual([]);
    bench.nowMs += 10;
    expect(bench.nackList(1)).toEqual([2]);
  });

  it('asks in bounded portions, oldest first', () => {
    const bench = new Bench();
    bench.begin(0);
    bench.receive(301);
    bench.nowMs += 5;

    expect(bench.nackList()).toEqual(range(1, 128));
    expect(bench.nackList()).toEqual(range(129, 128));
    expect(bench.nackList()).toEqual(range(257, 44));
    expect(bench.nackList()).toEqual([]);
  });

  it('counts repairs by retransmission, and by the same source after a request', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(4);
    bench.nowMs += 5;
    bench.nackList();
    bench.receive(3);
    bench.receive(2, true);

    expect(bench.sink.heard).toEqual([1, 2, 3, 4]);
    expect(bench.stream).toMatchObject({ packetsRepaired: 2, packetsReceived: 4, packetsLost: 0 });
    expect(bench.stream.bytesReceived).toBe(3 * 13);
  });

  it('says of each packet whether it was repaired', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receiveAll(4, 5);
    bench.nowMs += 5;
    bench.nackList();
    bench.receive(3);
    bench.receive(2);

    expect(bench.sink.repaired).toEqual([2, 3]);
  });

  it('takes a packet that comes by itself for late where repairs have a source of their own', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(4);
    bench.nowMs += 5;
    bench.nackList();
    bench.receive(2, true);
    bench.receive(3);

    expect(bench.sink.repaired).toEqual([2]);
    expect(bench.stream.packetsRepaired).toBe(1);
  });

  it('waits for an answer as long as answers have taken, where that is longer than the round trip', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(3);
    bench.nowMs += 5;
    bench.nackList();
    bench.nowMs += 180;
    bench.receive(2, true);
    bench.receive(5);
    bench.nowMs += 5;
    expect(bench.nackList()).toEqual([4]);
    bench.nowMs += 220;
    expect(bench.nackList()).toEqual([]);
    bench.nowMs += 10;

    expect(bench.nackList()).toEqual([4]);
  });

  it('asks a sender that does not answer for no more than what has been saved up, and half of what comes', () => {
    const bench = new Bench({ giveUpMs: 2000 });
    bench.begin(0);
    let number = 1;
    let asked = 0;
    for (let ms = 0; ms < 10_000; ms++) {
      if (ms % 2 === 0) bench.receive(number);
      number += 1;
      bench.pass(1);
      asked += bench.nackList(10).length;
    }

    expect(asked).toBeGreaterThan(2000);
    expect(asked).toBeLessThan(512 + 10 * 50 + 5000 / 2);
  });

  it('asks for nothing where retransmission was not agreed on', () => {
    const bench = new Bench({ usesNack: false });
    bench.begin(1);
    bench.receive(3);
    bench.nowMs += 100;

    expect(bench.nackList()).toEqual([]);
  });
});

describe('ReceiveStream, jumps of the sequence', () => {
  it('believes a jump ahead when a second packet follows on it, and counts the loss', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(3);
    expect(bench.receive(2000)).toBe(true);
    expect(bench.sink.heard).toEqual([1]);

    bench.receive(2001);

    expect(bench.sink.heard).toEqual([1, 'lost 1', 3, 'lost 1996', 2000, 2001]);
    expect(bench.stream.packetsLost).toBe(1997);
    expect(bench.keptSlots.size).toBe(0);
  });

  it('believes a restart further back, with extended numbers that still grow', () => {
    const bench = new Bench();
    bench.begin(10_000);
    bench.receiveAll(5, 6, 7);

    expect(bench.sink.heard).toEqual([10_000, 'lost 0', 65_541, 65_542, 65_543]);
    expect(bench.stream.packetsLost).toBe(0);
    expect(bench.stream.reportBlock(bench.nowMs)).toMatchObject({ cumulativeLost: 0, fractionLost: 0 });
  });

  it('believes a single packet when nothing else comes', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receive(3000);
    bench.pass(GIVE_UP_MS);

    expect(bench.sink.heard).toEqual([1, 'lost 2998', 3000]);
    expect(bench.keptSlots.size).toBe(0);
  });

  it('takes a jump ahead for a restart where the sender has another time too', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receiveAll(20_000, 20_001);

    expect(bench.sink.heard).toEqual([1, 'lost 0', 20_000, 20_001]);
    expect(bench.stream.packetsLost).toBe(0);
  });

  it('drops a single packet from elsewhere when the stream goes on without it', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receiveAll(3000, 2, 3);
    bench.pass(GIVE_UP_MS);

    expect(bench.sink.heard).toEqual([1, 2, 3]);
    expect(bench.stream.packetsLate).toBe(1);
    expect(bench.keptSlots.size).toBe(0);
  });

  it('holds one packet from elsewhere at a time', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receiveAll(3000, 9000, 20_000);

    expect(bench.keptSlots.size).toBe(1);
    bench.receive(20_001);
    expect(bench.sink.heard.slice(-2)).toEqual([20_000, 20_001]);
  });

  it('never follows a retransmission', () => {
    const bench = new Bench();
    bench.begin(1);

    expect(bench.receive(3000, true)).toBe(false);
    expect(bench.receive(3001, true)).toBe(false);
    expect(bench.stream.packetsLate).toBe(2);
  });
});

describe('ReceiveStream, reports', () => {
  it('counts loss since the last report and in all (RFC 3550 appendix A.3), repairs as lost', () => {
    const bench = new Bench();
    bench.begin(65_530);
    bench.receiveAll(...range(65_531, 5), 65_538, 65_539);
    bench.receive(65_536, true);

    expect(bench.stream.reportBlock(bench.nowMs)).toMatchObject({
      ssrc: 7,
      fractionLost: Math.floor((2 * 256) / 10),
      cumulativeLost: 2,
      extendedHighestSequence: 65_539,
    });
    bench.receiveAll(65_540, 65_541);
    expect(bench.stream.reportBlock(bench.nowMs)).toMatchObject({ fractionLost: 0, cumulativeLost: 2 });
  });

  it('measures jitter (RFC 3550 appendix A.8)', () => {
    const bench = new Bench();
    bench.begin(0);
    for (let number = 1; number < 200; number++) {
      bench.nowMs = 1000 + number + (number % 2 === 0 ? 0 : 4);
      bench.receive(number);
    }

    expect(bench.stream.jitterMs).toBeCloseTo(4, 1);
    expect(bench.stream.reportBlock(bench.nowMs)?.jitterTicks).toBeGreaterThan(350);
  });

  it('gives the last sender report back with the time since', () => {
    const bench = new Bench();
    bench.begin(1);
    expect(bench.stream.reportBlock(5000)).toMatchObject({ lastSenderReport: 0, delaySinceLastSenderReport: 0 });
    bench.stream.senderReported(0xfedcba98, 5000);

    expect(bench.stream.reportBlock(5500)).toMatchObject({
      lastSenderReport: 0xfedcba98,
      delaySinceLastSenderReport: 32_768,
    });
  });
});

describe('ReceiveStream, its end', () => {
  it('gives every slot back once, and takes nothing more', () => {
    const bench = new Bench();
    bench.begin(1);
    bench.receiveAll(3, 5, 6, 3000);
    bench.stream.close();
    bench.stream.close();

    expect(bench.keptSlots.size).toBe(0);
    expect(bench.receive(2)).toBe(false);
    bench.pass(10_000);
    expect(bench.sink.heard).toEqual([1]);
  });

  it('works in an exhausted memory', () => {
    const memory = new MediaMemory(new ArrayBuffer(128));
    const sink = new Recorder();
    const options = { ssrc: 1, clockRate: 90_000, usesNack: true, giveUpMs: 100 };
    const slots = { releaseSlot: () => undefined, mayHold: () => true };
    const stream = new ReceiveStream({ ...options, ...slots, memory, sink });
    const header = new RtpHeader();
    for (const sequenceNumber of [2, 1, 4, 3]) {
      header.sequenceNumber = sequenceNumber;
      stream.receive(sequenceNumber, header, 0, 1, 0, false);
    }
    stream.flush();
    stream.close();

    expect(sink.heard).toEqual([1, 2, 3, 4]);
  });
});

describe('ReceiveStream, properties', () => {
  it('delivers everything in order when a network of bounded reordering and duplication loses nothing', () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.array(fc.nat(30), { minLength: 1, maxLength: 400 }), (start, delays) => {
        const bench = new Bench();
        const arrivals = delays.flatMap((delay, index) => [
          { number: start + index, at: index + delay },
          ...(delay % 5 === 0 ? [{ number: start + index, at: index + delay + 7 }] : []),
        ]);
        arrivals.sort((a, b) => a.at - b.at);
        for (const { number } of arrivals.slice(0, 80)) bench.receive(number);
        bench.pass(20);
        for (const { number } of arrivals.slice(80)) bench.receive(number);
        bench.stream.flush();

        const first = Number(bench.sink.heard[0]);
        expect(first & 0xffff).toBe(start);
        expect(bench.sink.heard).toEqual(range(first, delays.length));
        expect(bench.keptSlots.size).toBe(0);
      }),
    );
  });

  it('keeps its books whatever comes: order, slots, sums', () => {
    const action = fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: -40, max: 40 }).map((step) => ({ step, isRetransmission: false })) },
      { weight: 4, arbitrary: fc.integer({ min: -40, max: 10 }).map((step) => ({ step, isRetransmission: true })) },
      {
        weight: 2,
        arbitrary: fc.integer({ min: -40_000, max: 40_000 }).map((step) => ({ step, isRetransmission: false })),
      },
      { weight: 3, arbitrary: fc.constantFrom(1, 10, 50, 500).map((waitMs) => ({ waitMs })) },
    );
    fc.assert(
      fc.property(fc.nat(65_535), fc.array(action, { maxLength: 300 }), (start, actions) => {
        const bench = new Bench();
        let number = start + 200_000;
        for (const step of actions) {
          if ('waitMs' in step) bench.pass(step.waitMs);
          else bench.receive((number += step.step), step.isRetransmission);
          expect(bench.nackList().length).toBeLessThanOrEqual(128);
          expect(bench.keptSlots.size).toBeLessThanOrEqual(513);
        }
        const { packetsReceived, packetsLost } = bench.stream;
        bench.stream.flush();
        bench.stream.close();

        const delivered = bench.sink.heard.filter((item) => typeof item === 'number');
        expect(delivered).toEqual([...new Set(delivered)].sort((a, b) => a - b));
        expect(delivered.length).toBe(packetsReceived);
        expect(bench.stream.packetsLost).toBeGreaterThanOrEqual(packetsLost);
        expect(bench.sink.lostCount).toBeGreaterThanOrEqual(bench.stream.packetsLost);
        expect(bench.keptSlots.size).toBe(0);
      }),
    );
  });
});
