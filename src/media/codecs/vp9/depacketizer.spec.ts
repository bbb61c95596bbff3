import fc from 'fast-check';
import { MemorySink } from '../memory-sink.js';
import { Vp9Depacketizer } from './depacketizer.js';

/** A key frame of 642x362 (profile 0, 8 bits): the header that libvpx wrote, then anything. */
const KEY = Uint8Array.of(...fromHex('8249834200281016960838241c18'), 1, 2, 3);
/** Inter frame: marker, shown, refreshes nothing, size of its first reference. */
const INTER = Uint8Array.of(0x86, 0, 0, 2, 8, 0, 0, 4, 5, 6);
/** Inter frame with a size of its own, 1284x724, as the first of a higher layer. */
const UPPER = fromHex('860000000281816980c001');

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

interface PacketFlags {
  readonly start?: boolean;
  readonly end?: boolean;
  readonly layer?: number;
}

/** Non-flexible mode with a picture id of 15 bits and layer indices. */
function packet(part: Uint8Array, { start = true, end = true, layer = 0 }: PacketFlags = {}): Uint8Array {
  const flags = 0xa0 | (start ? 0x08 : 0) | (end ? 0x04 : 0);
  return Uint8Array.of(flags, 0x81, 0x23, layer << 1, 7, ...part);
}

function packetsOf(frame: Uint8Array, size: number, layer = 0): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < frame.length; at += size) {
    const end = at + size >= frame.length;
    parts.push(packet(frame.subarray(at, at + size), { start: at === 0, end, layer }));
  }
  return parts;
}

class Receiver {
  readonly sink = new MemorySink();
  readonly depacketizer = new Vp9Depacketizer(this.sink);

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

  started(): this {
    this.push(packet(KEY), 0, true);
    this.sink.units.length = 0;
    return this;
  }

  get samples(): Uint8Array[] {
    return this.sink.units.map(({ bytes }) => bytes);
  }
}

describe('Vp9Depacketizer', () => {
  it('makes a sample of a frame in one packet, byte for byte', () => {
    const { sink } = new Receiver().push(packet(KEY), 9, true).push(packet(INTER), 10, true);

    expect(sink.units).toEqual([
      expect.objectContaining({ timestamp: 9, isKeyframe: true, durationTicks: 0, bytes: KEY }),
      expect.objectContaining({ timestamp: 10, isKeyframe: false, bytes: INTER }),
    ]);
  });

  it('knows size, codec string and configuration from the key frame', () => {
    const { sink } = new Receiver().push(packet(KEY), 9, true);

    expect(sink.units[0]?.parameters).toEqual({
      codecString: 'vp09.00.30.08.01.02.02.02.00',
      configuration: Uint8Array.of(1, 0, 0, 0, 0, 30, 0x82, 2, 2, 2, 0, 0),
      width: 642,
      height: 362,
      colour: { primaries: 2, transfer: 2, matrix: 2, isFullRange: false },
      reorderDepth: 0,
    });
  });

  it('puts a frame together from packets, in flexible mode too', () => {
    const frame = Uint8Array.of(...KEY, ...Array.from({ length: 3000 }, (_, index) => index & 0xff));
    const receiver = new Receiver();
    receiver.push(Uint8Array.of(0x18, ...frame.subarray(0, 1000)), 3);
    receiver.push(Uint8Array.of(0x10, ...frame.subarray(1000, 2000)), 3);
    receiver.push(Uint8Array.of(0x14, ...frame.subarray(2000)), 3, true);

    expect(receiver.samples).toEqual([frame]);
  });

  it('makes one superframe of the spatial layers of a picture, of the size of the highest', () => {
    const { sink } = new Receiver().push(packet(KEY), 1).push(packet(UPPER, { layer: 1 }), 1, true);
    const index = [0xc1, KEY.length, UPPER.length, 0xc1];

    expect(sink.units).toHaveLength(1);
    expect(sink.units[0]).toMatchObject({ isKeyframe: true, bytes: Uint8Array.of(...KEY, ...UPPER, ...index) });
    expect(sink.units[0]?.parameters).toMatchObject({ width: 1284, height: 724 });
  });

  it('writes sizes in as many bytes as the largest frame needs, little endian', () => {
    const large = Uint8Array.of(...UPPER, ...new Uint8Array(70_000 - UPPER.length));
    const receiver = new Receiver().push(packet(KEY), 1);
    const parts = packetsOf(large, 1200, 1);
    parts.forEach((part, index) => receiver.push(part, 1, index === parts.length - 1));

    const sizes = [KEY.length, 0, 0, 70_000 & 0xff, (70_000 >> 8) & 0xff, 70_000 >> 16];
    expect(receiver.samples[0]?.slice(-8)).toEqual(Uint8Array.of(0xd1, ...sizes, 0xd1));
  });

  it('gives the same parameters object while nothing changes', () => {
    const receiver = new Receiver().push(packet(KEY), 1, true).push(packet(INTER), 2, true).push(packet(KEY), 3, true);
    receiver.push(packet(KEY), 4).push(packet(UPPER, { layer: 1 }), 4, true);
    const [first, second, third, fourth] = receiver.sink.units.map(({ parameters }) => parameters);

    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(fourth).not.toBe(first);
  });

  it('keeps the size of the key picture while higher layers pause', () => {
    const receiver = new Receiver().push(packet(KEY), 1).push(packet(UPPER, { layer: 1 }), 1, true);
    receiver.push(packet(INTER), 2, true);

    expect(receiver.sink.units[1]?.parameters).toBe(receiver.sink.units[0]?.parameters);
  });

  it('tells no size that no decoder has', () => {
    const huge = Uint8Array.of(...KEY);
    huge.fill(0xff, 5, 9);

    expect(new Receiver().push(packet(huge), 1, true).sink.units[0]?.parameters).toBeUndefined();
  });

  describe('after a loss', () => {
    it('drops the picture that lost its middle and keeps the next', () => {
      const [start = KEY, , end = KEY] = packetsOf(INTER, 4);
      const receiver = new Receiver().started().push(start, 5).lost().push(end, 5, true).push(packet(INTER), 6, true);

      expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
      expect(receiver.sink.damages).toBe(1);
    });

    it('drops the picture that lost its lowest layer', () => {
      const receiver = new Receiver()
        .started()
        .lost()
        .push(packet(UPPER, { layer: 1 }), 5, true);

      expect(receiver.samples).toEqual([]);
    });

    it('keeps a picture that is whole', () => {
      const receiver = new Receiver().started().lost().push(packet(INTER), 5, true);

      expect(receiver.samples).toEqual([INTER]);
    });
  });

  it.each([
    ['a descriptor that does not end', Uint8Array.of(0x8c, 0x80)],
    ['a descriptor and nothing else', Uint8Array.of(0x0c)],
    ['the middle of a frame that never began', packet(INTER, { start: false })],
    ['bytes that are no frame', packet(Uint8Array.of(1, 2, 3))],
  ])('drops a picture with %s', (_name, payload) => {
    const receiver = new Receiver().started().push(packet(INTER), 5).push(payload, 5, true);
    receiver.push(packet(INTER), 6, true);

    expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
    expect(receiver.sink.damages).toBe(1);
  });

  it('drops a picture whose frame never ends, begins twice or has more layers than there are', () => {
    const open = packet(INTER, { end: false });
    const receiver = new Receiver().started().push(open, 5, true).push(open, 6).push(open, 6, true);
    for (let layer = 0; layer < 9; layer++) receiver.push(packet(INTER, { layer: layer & 7 }), 7, layer === 8);

    expect(receiver.samples).toEqual([]);
    expect(receiver.sink.damages).toBe(3);
  });

  it('delivers only whole pictures, whatever is lost', () => {
    const layer = (number: number): Uint8Array => Uint8Array.of(...INTER, ...new Uint8Array(30).fill(number));
    const pictures = [1, 2, 3, 4].map((number) => [layer(number), layer(number + 100)]);
    const packets = pictures.flatMap((frames, index) =>
      frames.flatMap((frame, at) =>
        packetsOf(frame, 12, at).map((payload, part, all) => {
          const marker = at === frames.length - 1 && part === all.length - 1;
          return { payload, timestamp: index + 1, marker };
        }),
      ),
    );
    const whole = new Set(pictures.map((frames) => [...frames, [0xc1, 40, 40, 0xc1]].join()));
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

  it('never throws, never reads outside and leaves nothing behind, whatever arrives', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.boolean(), fc.boolean(), fc.nat({ max: 7 }), fc.uint8Array({ maxLength: 20 }))
        .map(([start, end, layer, body]) => packet(Uint8Array.of(0x82, ...body), { start, end, layer })),
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
        expect(receiver.samples.every(({ length }) => length > 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
