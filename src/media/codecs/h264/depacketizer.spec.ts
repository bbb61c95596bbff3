import fc from 'fast-check';
import { MemorySink } from '../memory-sink.js';
import { H264Depacketizer } from './depacketizer.js';

/** Sets of one libx264 stream: Constrained Baseline 3.0, 642x362. */
const SPS = fromHex('6742c01eda0290bf88930110000003001000000303c0f162ea');
const PPS = fromHex('68ce0fc8');
/** The same with a picture of High profile. */
const HIGH_SPS = fromHex('6764001eacd940a42fe224c044000003000400000300f03c58b658');
const HIGH_PPS = fromHex('68ebe3cb22c0');
/** Slice headers begin with first_mb_in_slice 0 ('1'), slice_type 7 ('0001000') or 5 ('00110'), set 0 ('1'). */
const IDR = Uint8Array.of(0x65, 0x88, 0x84, 1, 2, 3, 4);
const P_SLICE = Uint8Array.of(0x41, 0x9a, 5, 6, 7);
/** first_mb_in_slice 1 ('010'). */
const SECOND_SLICE = Uint8Array.of(0x41, 0x46, 0x80, 9);
const SEI = Uint8Array.of(0x06, 0x05, 0x01, 0xaa, 0x80);
const AUD = Uint8Array.of(0x09, 0xf0);

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

/** Each NAL unit behind its length in four bytes. */
function sample(...units: Uint8Array[]): Uint8Array {
  return Uint8Array.from(units.flatMap((unit) => [0, 0, unit.length >> 8, unit.length & 0xff, ...unit]));
}

function stapA(...units: Uint8Array[]): Uint8Array {
  return Uint8Array.of(0x78, ...units.flatMap((unit) => [unit.length >> 8, unit.length & 0xff, ...unit]));
}

/** FU-A packets with at most `size` bytes of the NAL unit each. */
function fragments(unit: Uint8Array, size: number): Uint8Array[] {
  const header = unit[0] ?? 0;
  const parts: Uint8Array[] = [];
  for (let offset = 1; offset < unit.length; offset += size) {
    const end = Math.min(unit.length, offset + size);
    const flags = (offset === 1 ? 0x80 : 0) | (end === unit.length ? 0x40 : 0);
    parts.push(Uint8Array.of((header & 0xe0) | 28, flags | (header & 0x1f), ...unit.subarray(offset, end)));
  }
  return parts;
}

class Receiver {
  readonly sink = new MemorySink();
  readonly depacketizer: H264Depacketizer;

  constructor(format = {}) {
    this.depacketizer = new H264Depacketizer(this.sink, format);
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
    this.push(stapA(SPS, PPS), 0).push(IDR, 0, true);
    this.sink.units.length = 0;
    return this;
  }

  get samples(): Uint8Array[] {
    return this.sink.units.map(({ bytes }) => bytes);
  }
}

describe('H264Depacketizer', () => {
  it('keeps some kilobytes of picture parameter sets, however many and large they are', () => {
    const receiver = new Receiver().push(SPS, 0).push(PPS, 0);
    for (let id = 1; id < 256; id++) {
      // pic_parameter_set_id in Exp-Golomb code, seq_parameter_set_id 0, then anything.
      const bits = (id + 1).toString(2).padStart(2 * Math.floor(Math.log2(id + 1)) + 1, '0') + '1';
      const octets = bits.padEnd(24, '0').match(/.{8}/g) ?? [];
      receiver.push(Uint8Array.of(0x68, ...octets.map((octet) => parseInt(octet, 2)), ...new Uint8Array(1200)), 0);
    }
    const [unit] = receiver.push(IDR, 0, true).sink.units;

    expect(unit?.parameters?.configuration.length).toBeGreaterThan(10_000);
    expect(unit?.parameters?.configuration.length).toBeLessThan(20_000);
  });

  it('makes an access unit of single NAL unit packets, byte for byte, without the parameter sets', () => {
    const { sink } = new Receiver().push(AUD, 9).push(SPS, 9).push(PPS, 9).push(SEI, 9).push(IDR, 9, true);

    expect(sink.units).toEqual([
      expect.objectContaining({ timestamp: 9, isKeyframe: true, durationTicks: 0, bytes: sample(AUD, SEI, IDR) }),
    ]);
  });

  it('finds parameter sets and key frame inside a STAP-A', () => {
    const { sink } = new Receiver().push(stapA(SPS, PPS, IDR), 1, true);

    expect(sink.units[0]).toMatchObject({ isKeyframe: true, bytes: sample(IDR) });
    expect(sink.units[0]?.parameters).toMatchObject({ codecString: 'avc1.42C01E', width: 642, height: 362 });
  });

  it('writes the configuration record of ISO/IEC 14496-15 section 5.3.3.1', () => {
    const baseline = new Receiver().push(stapA(SPS, PPS, IDR), 1, true);
    const high = new Receiver().push(stapA(HIGH_SPS, HIGH_PPS, IDR), 1, true);

    expect(baseline.sink.units[0]?.parameters?.configuration).toEqual(
      Uint8Array.of(1, 0x42, 0xc0, 0x1e, 0xff, 0xe1, 0, SPS.length, ...SPS, 1, 0, PPS.length, ...PPS),
    );
    expect([...(high.sink.units[0]?.parameters?.configuration ?? [])].slice(-4)).toEqual([0xfd, 0xf8, 0xf8, 0]);
  });

  it('puts fragments together, whatever their size', () => {
    const unit = Uint8Array.of(0x65, 0x88, 0x84, ...Array.from({ length: 5000 }, (_, index) => index & 0xff));
    const receiver = new Receiver().push(stapA(SPS, PPS), 3);
    fragments(unit, 1000).forEach((part, index, all) => receiver.push(part, 3, index === all.length - 1));

    expect(receiver.samples).toEqual([sample(unit)]);
    expect(receiver.sink.units[0]?.isKeyframe).toBe(true);
  });

  it('keeps the slices of a picture together', () => {
    const receiver = new Receiver().started().push(P_SLICE, 5).push(SECOND_SLICE, 5, true);

    expect(receiver.samples).toEqual([sample(P_SLICE, SECOND_SLICE)]);
  });

  it('takes parameter sets that come in fragments', () => {
    const receiver = new Receiver();
    for (const part of fragments(SPS, 10)) receiver.push(part, 1);
    receiver.push(PPS, 1).push(IDR, 1, true);

    expect(receiver.sink.units[0]?.parameters?.width).toBe(642);
    expect(receiver.samples).toEqual([sample(IDR)]);
  });

  it('knows parameter sets from the offer', () => {
    const format = { 'sprop-parameter-sets': 'Z0LAHtoCkL+IkwEQAAADABAAAAMDwPFi6g==,aM4PyA==' };

    expect(new Receiver(format).push(IDR, 1, true).sink.units[0]?.parameters?.width).toBe(642);
  });

  it('takes no harm from nonsense in the offer', () => {
    const receiver = new Receiver({ 'sprop-parameter-sets': '???,Z0I=,,' }).push(IDR, 1, true);

    expect(receiver.sink.units[0]?.parameters).toBeUndefined();
  });

  it('gives the same parameters object while nothing changes, and another from the key frame with new sets on', () => {
    const receiver = new Receiver();
    receiver
      .push(stapA(SPS, PPS, IDR), 1, true)
      .push(P_SLICE, 2, true)
      .push(stapA(SPS, PPS, IDR), 3, true);
    receiver.push(stapA(HIGH_SPS, HIGH_PPS, IDR), 4, true);
    const [first, second, third, fourth] = receiver.sink.units.map(({ parameters }) => parameters);

    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(fourth).toMatchObject({ codecString: 'avc1.64001E', reorderDepth: 2 });
  });

  it('ends an access unit where the timestamp changes when no packet is marked', () => {
    const receiver = new Receiver().push(stapA(SPS, PPS, IDR), 1).push(P_SLICE, 2);
    expect(receiver.samples).toEqual([sample(IDR)]);

    receiver.depacketizer.flush();
    expect(receiver.samples).toEqual([sample(IDR), sample(P_SLICE)]);
  });

  it('gives up the last access unit at the end when its marker never came', () => {
    const receiver = new Receiver().started().push(P_SLICE, 2);
    receiver.depacketizer.flush();

    expect(receiver.samples).toEqual([]);
    expect(receiver.sink.length).toBe(0);
  });

  it('waits for the picture when a sender marks the parameter sets in front of it', () => {
    const receiver = new Receiver().push(SPS, 1, true).push(PPS, 1, true).push(SEI, 1).push(IDR, 1, true);

    expect(receiver.samples).toEqual([sample(SEI, IDR)]);
  });

  it('ignores packets of padding alone', () => {
    const receiver = new Receiver().started().push(new Uint8Array(0), 7, false).push(P_SLICE, 2, true);

    expect(receiver.samples).toEqual([sample(P_SLICE)]);
    expect(receiver.sink.damages).toBe(0);
  });

  describe('after a loss', () => {
    it('drops the access unit that lost its middle and keeps the next', () => {
      const receiver = new Receiver().started().push(P_SLICE, 5).lost().push(SECOND_SLICE, 5, true);
      receiver.push(P_SLICE, 6, true);

      expect(receiver.samples).toEqual([sample(P_SLICE)]);
      expect(receiver.sink.damages).toBe(1);
    });

    it('drops the access unit that lost its end', () => {
      const receiver = new Receiver().started().push(P_SLICE, 5).lost().push(P_SLICE, 6, true);

      expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
    });

    it('drops the access unit that lost its first slice', () => {
      const receiver = new Receiver().started().lost().push(SECOND_SLICE, 5, true).push(P_SLICE, 6, true);

      expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
      expect(receiver.sink.damages).toBe(1);
    });

    it('drops the access unit whose first fragments are missing', () => {
      const [, second = IDR, third = IDR] = fragments(Uint8Array.of(0x65, 0x88, 0x84, 1, 2, 3), 2);
      const receiver = new Receiver().started().lost().push(second, 5).push(third, 5, true);

      expect(receiver.samples).toEqual([]);
    });

    it('keeps an access unit that is whole', () => {
      const receiver = new Receiver().started().lost().push(P_SLICE, 5).push(SECOND_SLICE, 5, true);

      expect(receiver.samples).toEqual([sample(P_SLICE, SECOND_SLICE)]);
      expect(receiver.sink.damages).toBe(1);
    });
  });

  it.each([
    ['an empty STAP-A', Uint8Array.of(0x78)],
    ['a STAP-A with a unit of no bytes', Uint8Array.of(0x78, 0, 0, 0x41)],
    ['a STAP-A that promises more than it has', Uint8Array.of(0x78, 0, 9, 0x41, 1)],
    ['a STAP-A with bytes behind its last unit', Uint8Array.of(0x78, 0, 1, 0x41, 7)],
    ['a fragment without a start', Uint8Array.of(0x7c, 0x41, 1)],
    ['a fragment without content', Uint8Array.of(0x7c, 0x81)],
    ['a fragment of an aggregate', Uint8Array.of(0x7c, 0x98, 1)],
    ['an interleaved aggregate', Uint8Array.of(0x79, 0, 0, 0, 1, 0x41)],
    ['an undefined type', Uint8Array.of(0x7f, 1)],
  ])('drops an access unit with %s', (_name, payload) => {
    const receiver = new Receiver().started().push(P_SLICE, 5).push(payload, 5, true).push(P_SLICE, 6, true);

    expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
    expect(receiver.sink.damages).toBe(1);
  });

  it('drops an access unit whose fragments never end', () => {
    const [start = IDR] = fragments(IDR, 3);
    const receiver = new Receiver().started().push(start, 5, true).push(P_SLICE, 6, true);

    expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
    expect(receiver.sink.damages).toBe(1);
  });

  it('gives back what any packetizer made of any access units', () => {
    const slice = fc
      .tuple(fc.constantFrom(0x41, 0x01, 0x61), fc.uint8Array({ minLength: 1, maxLength: 300 }))
      .map(([header, body]) => Uint8Array.of(header, 0x9a, ...body));
    const pictures = fc.array(fc.array(slice, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pictures, fc.integer({ min: 10, max: 200 }), fc.boolean(), (units, size, aggregates) => {
        const receiver = new Receiver().started();
        units.forEach((slices, index) => {
          const small = slices.length > 1 && aggregates;
          const payloads = small ? [stapA(...slices)] : slices.flatMap((unit) => packetsOf(unit, size));
          payloads.forEach((payload, at) => receiver.push(payload, index + 1, at === payloads.length - 1));
        });
        expect(receiver.samples).toEqual(units.map((slices) => sample(...slices)));
      }),
    );
  });

  it('never throws, never reads outside and never delivers lengths that do not add up, whatever arrives', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.constantFrom(0x67, 0x68, 0x65, 0x41, 0x78, 0x7c), fc.uint8Array({ maxLength: 40 }))
        .map(([header, body]) => Uint8Array.of(header, ...body)),
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
