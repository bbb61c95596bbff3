import fc from 'fast-check';
import { MemorySink } from '../memory-sink.js';
import { Vp8Depacketizer } from './depacketizer.js';

/** A key frame of 642x362: the header that libvpx wrote, then anything. */
const KEY = Uint8Array.of(0x70, 0xa9, 0x00, 0x9d, 0x01, 0x2a, 0x82, 0x02, 0x6a, 0x01, 1, 2, 3, 4, 5, 6);
const INTER = Uint8Array.of(0xb1, 0x02, 0, 7, 8, 9);

/** Picture id of 15 bits, TL0PICIDX and TID, as Chromium sends them. */
function extended(part: Uint8Array, isStart: boolean): Uint8Array {
  return Uint8Array.of(isStart ? 0x90 : 0x80, 0xe0, 0x81, 0x23, 7, 0x20, ...part);
}

class Receiver {
  readonly sink = new MemorySink();
  readonly depacketizer = new Vp8Depacketizer(this.sink);

  /** One packet, in the middle of other bytes as in a datagram slot. */
  push(payload: Uint8Array, timestamp: number, marker = false): this {
    const bytes = Uint8Array.of(0xde, 0xad, ...payload, 0xbe, 0xef);
    this.depacketizer.push({ bytes, offset: 2, length: payload.length, timestamp, marker });
    return this;
  }

  lost(): this {
    this.depacketizer.lost();
    return this;
  }
}

describe('Vp8Depacketizer', () => {
  it('puts the packets of a picture together', () => {
    const { sink } = new Receiver()
      .push(extended(KEY.subarray(0, 12), true), 100)
      .push(extended(KEY.subarray(12), false), 100, true)
      .push(extended(INTER, true), 3100, true);

    expect(sink.units.map(({ bytes }) => bytes)).toEqual([KEY, INTER]);
    expect(sink.units.map(({ timestamp, isKeyframe }) => [timestamp, isKeyframe])).toEqual([
      [100, true],
      [3100, false],
    ]);
    expect(sink.damages).toBe(0);
  });

  it('reads the size of a key frame without how it is to be scaled', () => {
    const scaled = Uint8Array.from(KEY);
    scaled[7] = 0x42;
    const { sink } = new Receiver().push(Uint8Array.of(0x10, ...scaled), 1, true);

    expect(sink.units[0]?.parameters).toMatchObject({ codecString: 'vp8', width: 642, height: 362 });
  });

  it('keeps its parameters as long as the size is the same', () => {
    const smaller = Uint8Array.from(KEY);
    smaller[6] = 0x80;
    const { sink } = new Receiver()
      .push(Uint8Array.of(0x10, ...KEY), 1, true)
      .push(Uint8Array.of(0x10, ...KEY), 2, true)
      .push(Uint8Array.of(0x10, ...smaller), 3, true);

    const [first, second, third] = sink.units;
    expect(second?.parameters).toBe(first?.parameters);
    expect(third?.parameters?.width).toBe(640);
  });

  it.each([
    ['the first byte alone', [0x10], []],
    ['a short picture id', [0x90, 0x80, 0x23], []],
    ['a long picture id', [0x90, 0x80, 0x81, 0x23], []],
    ['an index of the lowest layer and of the layer', [0x90, 0x60, 7, 0x40], []],
    ['an index of key frames', [0x90, 0x10, 0x01], []],
    ['later partitions of their own', [0x10], [0x11]],
  ])('reads behind a descriptor with %s', (_name, descriptor, next) => {
    const receiver = new Receiver().push(Uint8Array.of(...descriptor, ...KEY), 1, next.length === 0);
    if (next.length > 0) receiver.push(Uint8Array.of(...next, 9), 1, true);

    expect(receiver.sink.units[0]?.bytes).toEqual(Uint8Array.from(next.length > 0 ? [...KEY, 9] : KEY));
  });

  it.each([
    ['a descriptor without end', [0x90, 0x80, 0x81]],
    ['a descriptor alone', [0x10]],
    ['no beginning', [0x00, ...KEY]],
    ['a later partition first', [0x11, ...KEY]],
    ['a key frame without its start code', [0x10, 0x10, 0x79, 0x01, 0, 0, 0, 0x82, 0x02, 0x6a, 0x01]],
    ['a key frame that ends in its header', [0x10, ...KEY.subarray(0, 9)]],
    ['a key frame of no width', [0x10, ...KEY.subarray(0, 6), 0, 0, 0x6a, 0x01]],
  ])('drops a picture with %s', (_name, payload) => {
    const { sink } = new Receiver().push(Uint8Array.from(payload), 1, true).push(extended(KEY, true), 2, true);

    expect(sink.units.map(({ timestamp }) => timestamp)).toEqual([2]);
    expect(sink.damages).toBe(1);
  });

  it('drops a picture that has lost packets, and goes on with the next', () => {
    const { sink } = new Receiver()
      .push(extended(KEY, true), 1)
      .lost()
      .push(extended(INTER, false), 1, true)
      .push(extended(INTER, true), 2, true);

    expect(sink.units.map(({ timestamp }) => timestamp)).toEqual([2]);
    expect(sink.damages).toBe(1);
  });

  it('never throws, and gives only pictures that begin with their header', () => {
    const payloads = fc.array(fc.tuple(fc.uint8Array({ maxLength: 24 }), fc.nat(3), fc.boolean()));
    fc.assert(
      fc.property(payloads, (packets) => {
        const receiver = new Receiver();
        for (const [payload, timestamp, marker] of packets) receiver.push(payload, timestamp, marker);
        receiver.depacketizer.flush();
        for (const { bytes, isKeyframe } of receiver.sink.units) {
          expect(isKeyframe).toBe(((bytes[0] ?? 1) & 1) === 0);
          if (isKeyframe) expect([...bytes.subarray(3, 6)]).toEqual([0x9d, 0x01, 0x2a]);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
