import fc from 'fast-check';
import { MemorySink } from '../memory-sink.js';
import { H265Depacketizer } from './depacketizer.js';

/** Sets of one libx265 stream: Main, 642x362, B-frames. */
const VPS = fromHex('40010c01ffff01600000030090000003000003003f959409');
const SPS = fromHex('42010101600000030090000003000003003fa005120171c926595964932bc05a020000030002000003003c10');
const PPS = fromHex('4401c172b44240');
/** The same of Main 10 with 16:11 pixels. */
const MAIN_10 = [
  fromHex('40010c01ffff02200000030090000003000003003f959409'),
  fromHex('42010102200000030090000003000003003fa005220171c448d965654a4e178235010101040000030004000003007820'),
  fromHex('4401c073c189'),
];
/** Slice headers: first_slice_segment_in_pic_flag, of IRAP pictures no_output_of_prior_pics_flag, set 0 ('1'). */
const IDR = Uint8Array.of(0x26, 0x01, 0b1010_0000, 1, 2, 3, 4);
const CRA = Uint8Array.of(0x2a, 0x01, 0b1010_0000, 5, 6, 7, 8);
const TRAIL = Uint8Array.of(0x02, 0x01, 0b1100_0000, 9, 10, 11);
const SECOND_SLICE = Uint8Array.of(0x02, 0x01, 0b0110_0000, 12, 13);
const SEI = Uint8Array.of(0x4e, 0x01, 0x05, 0x01, 0xaa, 0x80);
const AUD = Uint8Array.of(0x46, 0x01, 0x10);

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

/** Each NAL unit behind its length in four bytes. */
function sample(...units: Uint8Array[]): Uint8Array {
  return Uint8Array.from(units.flatMap((unit) => [0, 0, unit.length >> 8, unit.length & 0xff, ...unit]));
}

/** AP: payload header of type 48, then 16-bit lengths and NAL units. */
function aggregate(...units: Uint8Array[]): Uint8Array {
  return Uint8Array.of(0x60, 0x01, ...units.flatMap((unit) => [unit.length >> 8, unit.length & 0xff, ...unit]));
}

/** FU packets with at most `size` bytes of the NAL unit each: payload header of type 49, start, end and type. */
function fragments(unit: Uint8Array, size: number): Uint8Array[] {
  const [first = 0, second = 0] = unit;
  const parts: Uint8Array[] = [];
  for (let offset = 2; offset < unit.length; offset += size) {
    const end = Math.min(unit.length, offset + size);
    const flags = (offset === 2 ? 0x80 : 0) | (end === unit.length ? 0x40 : 0);
    const head = [(first & 0x81) | (49 << 1), second, flags | ((first >> 1) & 0x3f)];
    parts.push(Uint8Array.of(...head, ...unit.subarray(offset, end)));
  }
  return parts;
}

class Receiver {
  readonly sink = new MemorySink();
  readonly depacketizer: H265Depacketizer;

  constructor(format = {}) {
    this.depacketizer = new H265Depacketizer(this.sink, format);
  }

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

  /** A first key frame, so that the parameters are known. */
  started(): this {
    this.push(aggregate(VPS, SPS, PPS), 0).push(IDR, 0, true);
    this.sink.units.length = 0;
    return this;
  }

  get samples(): Uint8Array[] {
    return this.sink.units.map(({ bytes }) => bytes);
  }
}

describe('H265Depacketizer', () => {
  it('makes an access unit of single NAL unit packets, byte for byte, without the parameter sets', () => {
    const receiver = new Receiver();
    for (const unit of [AUD, VPS, SPS, PPS, SEI]) receiver.push(unit, 9);
    receiver.push(IDR, 9, true);

    expect(receiver.sink.units).toEqual([
      expect.objectContaining({ timestamp: 9, isKeyframe: true, durationTicks: 0, bytes: sample(AUD, SEI, IDR) }),
    ]);
  });

  it('finds parameter sets and key frame inside an aggregate', () => {
    const { sink } = new Receiver().push(aggregate(VPS, SPS, PPS, IDR), 1, true);

    expect(sink.units[0]).toMatchObject({ isKeyframe: true, bytes: sample(IDR) });
    expect(sink.units[0]?.parameters).toMatchObject({
      ...{ codecString: 'hvc1.1.6.L63.90', width: 642, height: 362, reorderDepth: 2 },
    });
  });

  it('writes the configuration record of ISO/IEC 14496-15 section 8.3.2.1', () => {
    const { sink } = new Receiver().push(aggregate(VPS, SPS, PPS, IDR), 1, true);
    const array = (type: number, unit: Uint8Array): number[] => [0x80 | type, 0, 1, 0, unit.length, ...unit];

    expect(sink.units[0]?.parameters?.configuration).toEqual(
      Uint8Array.of(
        ...[1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 63],
        ...[0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0b0000_1111, 3],
        ...[...array(32, VPS), ...array(33, SPS), ...array(34, PPS)],
      ),
    );
  });

  it('takes every IRAP picture for a key frame', () => {
    const { sink } = new Receiver().started().push(CRA, 1, true).push(TRAIL, 2, true);

    expect(sink.units.map(({ isKeyframe }) => isKeyframe)).toEqual([true, false]);
  });

  it('puts fragments together, whatever their size', () => {
    const unit = Uint8Array.of(...IDR, ...Array.from({ length: 5000 }, (_, index) => index & 0xff));
    const receiver = new Receiver().push(aggregate(VPS, SPS, PPS), 3);
    fragments(unit, 1000).forEach((part, index, all) => receiver.push(part, 3, index === all.length - 1));

    expect(receiver.samples).toEqual([sample(unit)]);
    expect(receiver.sink.units[0]?.isKeyframe).toBe(true);
  });

  it('keeps the slices of a picture together, and the header bits of temporal layers', () => {
    const layered = Uint8Array.of(0x02, 0x03, 0b0110_0000, ...Array.from({ length: 30 }, (_, index) => index));
    const receiver = new Receiver().started().push(TRAIL, 5);
    fragments(layered, 10).forEach((part, index, all) => receiver.push(part, 5, index === all.length - 1));

    expect(receiver.samples).toEqual([sample(TRAIL, layered)]);
  });

  it('takes parameter sets that come in fragments', () => {
    const receiver = new Receiver().push(VPS, 1);
    for (const part of fragments(SPS, 10)) receiver.push(part, 1);
    receiver.push(PPS, 1).push(IDR, 1, true);

    expect(receiver.sink.units[0]?.parameters?.width).toBe(642);
    expect(receiver.samples).toEqual([sample(IDR)]);
  });

  it('knows parameter sets from the offer', () => {
    const base64 = (unit: Uint8Array): string => btoa(String.fromCharCode(...unit));
    const format = { 'sprop-vps': base64(VPS), 'sprop-sps': base64(SPS), 'sprop-pps': base64(PPS) };

    expect(new Receiver(format).push(IDR, 1, true).sink.units[0]?.parameters?.width).toBe(642);
  });

  it('tells no parameters while one of the three sets is missing', () => {
    expect(new Receiver().push(aggregate(SPS, PPS, IDR), 1, true).sink.units[0]?.parameters).toBeUndefined();
    expect(new Receiver().push(aggregate(VPS, PPS, IDR), 1, true).sink.units[0]?.parameters).toBeUndefined();
    expect(new Receiver().push(aggregate(VPS, SPS, IDR), 1, true).sink.units[0]?.parameters).toBeUndefined();
  });

  it('gives the same parameters object while nothing changes, and another from the key frame with new sets on', () => {
    const receiver = new Receiver().push(aggregate(VPS, SPS, PPS, IDR), 1, true).push(TRAIL, 2, true);
    receiver.push(aggregate(VPS, SPS, PPS, IDR), 3, true).push(aggregate(...MAIN_10, IDR), 4, true);
    const [first, second, third, fourth] = receiver.sink.units.map(({ parameters }) => parameters);

    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(fourth).toMatchObject({ codecString: 'hvc1.2.4.L63.90' });
  });

  describe('after a loss', () => {
    it('drops the access unit that lost its middle and keeps the next', () => {
      const receiver = new Receiver().started().push(TRAIL, 5).lost().push(SECOND_SLICE, 5, true);
      receiver.push(TRAIL, 6, true);

      expect(receiver.samples).toEqual([sample(TRAIL)]);
      expect(receiver.sink.damages).toBe(1);
    });

    it('drops the access unit that lost its first slice', () => {
      const receiver = new Receiver().started().lost().push(SECOND_SLICE, 5, true).push(TRAIL, 6, true);

      expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
    });

    it('keeps an access unit that is whole', () => {
      const receiver = new Receiver().started().lost().push(TRAIL, 5).push(SECOND_SLICE, 5, true);

      expect(receiver.samples).toEqual([sample(TRAIL, SECOND_SLICE)]);
    });
  });

  it.each([
    ['half a payload header', Uint8Array.of(0x60)],
    ['an empty aggregate', Uint8Array.of(0x60, 0x01)],
    ['an aggregate with half a header', Uint8Array.of(0x60, 0x01, 0, 1, 0x02)],
    ['an aggregate that promises more than it has', Uint8Array.of(0x60, 0x01, 0, 9, 0x02, 1)],
    ['an aggregate in an aggregate', Uint8Array.of(0x60, 0x01, 0, 3, 0x60, 0x01, 1)],
    ['a fragment without a start', Uint8Array.of(0x62, 0x01, 0x41, 1)],
    ['a fragment without content', Uint8Array.of(0x62, 0x01, 0x81)],
    ['a fragment of an aggregate', Uint8Array.of(0x62, 0x01, 0xb0, 1)],
    ['content information (PACI)', Uint8Array.of(0x64, 0x01, 0, 0, 1)],
  ])('drops an access unit with %s', (_name, payload) => {
    const receiver = new Receiver().started().push(TRAIL, 5).push(payload, 5, true).push(TRAIL, 6, true);

    expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
    expect(receiver.sink.damages).toBe(1);
  });

  it('gives back what any packetizer made of any access units', () => {
    const slice = fc
      .tuple(fc.constantFrom(0x02, 0x00, 0x2a), fc.uint8Array({ minLength: 1, maxLength: 300 }))
      .map(([header, body]) => Uint8Array.of(header, 0x01, 0b1010_0000, ...body));
    const pictures = fc.array(fc.array(slice, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pictures, fc.integer({ min: 10, max: 200 }), fc.boolean(), (units, size, aggregates) => {
        const receiver = new Receiver().started();
        units.forEach((slices, index) => {
          const payloads = aggregates ? [aggregate(...slices)] : slices.flatMap((unit) => packetsOf(unit, size));
          payloads.forEach((payload, at) => receiver.push(payload, index + 1, at === payloads.length - 1));
        });
        expect(receiver.samples).toEqual(units.map((slices) => sample(...slices)));
      }),
    );
  });

  it('delivers only whole access units, whatever is lost', () => {
    const pictures = [1, 2, 3, 4, 5].map((number) => [
      Uint8Array.of(...TRAIL, ...new Uint8Array(40).fill(number)),
      Uint8Array.of(...SECOND_SLICE, ...new Uint8Array(25).fill(number)),
    ]);
    const packets = pictures.flatMap((units, index) =>
      units.flatMap((unit, at) =>
        fragments(unit, 15).map((payload, part, all) => {
          const marker = at === units.length - 1 && part === all.length - 1;
          return { payload, timestamp: index + 1, marker };
        }),
      ),
    );
    const whole = new Set(pictures.map((units) => sample(...units).join()));
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: packets.length, maxLength: packets.length }),
        (arrives: boolean[]) => {
          const receiver = new Receiver().started();
          packets.forEach(({ payload, timestamp, marker }, index) => {
            if (arrives[index] === false) return;
            if (index > 0 && arrives[index - 1] === false) receiver.lost();
            receiver.push(payload, timestamp, marker);
          });
          expect(receiver.samples.every((bytes) => whole.has(bytes.join()))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never throws, never reads outside and never delivers lengths that do not add up, whatever arrives', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.constantFrom(0x40, 0x42, 0x44, 0x26, 0x02, 0x60, 0x62), fc.uint8Array({ maxLength: 40 }))
        .map(([header, body]) => Uint8Array.of(header, 1, ...body)),
    );
    const step = fc.record({
      payload,
      timestamp: fc.integer({ min: 0, max: 3 }),
      marker: fc.boolean(),
      lost: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const receiver = new Receiver();
        for (const { payload: bytes, timestamp, marker, lost } of steps) {
          if (lost) receiver.lost();
          receiver.push(bytes, timestamp, marker);
        }
        receiver.depacketizer.flush();
        expect(receiver.sink.length).toBe(0);
        expect(receiver.samples.every(isLengthPrefixed)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

function packetsOf(unit: Uint8Array, size: number): Uint8Array[] {
  return unit.length <= size ? [unit] : fragments(unit, size);
}

function isLengthPrefixed(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer);
  let offset = 0;
  while (offset + 4 < bytes.length) {
    const length = view.getUint32(offset);
    if (length === 0) return false;
    offset += 4 + length;
  }
  return offset === bytes.length && offset > 0;
}
