import fc from 'fast-check';
import { MemorySink } from '../memory-sink.js';
import { Av1Depacketizer } from './depacketizer.js';

/** OBUs as they travel: without sizes. Sequence header that libaom wrote for 642x362. */
const SEQUENCE = fromHex('080000000cc5036936be4010');
const WIDER = fromHex('080000000cc7036936be4010');
const DELIMITER = Uint8Array.of(0x10);
/** Frames: show_existing_frame 0, frame_type 0 (key) or 1, show_frame 1. */
const KEY = Uint8Array.of(0x30, 0b0001_0000, 1, 2, 3);
const INTER = Uint8Array.of(0x30, 0b0011_0000, 4, 5, 6);
/** The same with an extension: spatial layer 1. */
const UPPER = Uint8Array.of(0x34, 0x08, 0b0011_0000, 7, 8, 9);
const METADATA = Uint8Array.of(0x28, 4, 1, 0x80);
const PADDING = Uint8Array.of(0x78, 0, 0);

/** Bits of the aggregation header. */
const Z = 0x80;
const Y = 0x40;
const N = 0x08;

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

/** OBUs below 128 bytes as samples hold them: with obu_size. */
function sample(...units: Uint8Array[]): Uint8Array {
  return Uint8Array.from(
    units.flatMap(([first = 0, ...rest]) => {
      const extension = (first & 4) !== 0 ? rest.splice(0, 1) : [];
      return [first | 2, ...extension, rest.length, ...rest];
    }),
  );
}

/** A packet of whole elements, each with its length (W = 0). */
function packet(flags: number, ...elements: Uint8Array[]): Uint8Array {
  return Uint8Array.of(flags, ...elements.flatMap((element) => [element.length, ...element]));
}

/** A packet of up to three elements, the last without length. */
function counted(flags: number, ...elements: Uint8Array[]): Uint8Array {
  const [last = DELIMITER, ...others] = [...elements].reverse();
  return Uint8Array.of(
    flags | (elements.length << 4),
    ...others.reverse().flatMap((element) => [element.length, ...element]),
    ...last,
  );
}

/** One OBU over packets of at most `size` bytes of it. */
function fragments(unit: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < unit.length; at += size) {
    const flags = (at > 0 ? Z : 0) | (at + size < unit.length ? Y : 0);
    parts.push(counted(flags, unit.subarray(at, at + size)));
  }
  return parts;
}

/** Obu sizes in as few bytes as they need, so that both forms compare. @returns undefined when OBUs do not add up */
function obusOf(bytes: Uint8Array): number[][] | undefined {
  const obus: number[][] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    if ((first & 2) === 0) return undefined;
    let position = at + ((first & 4) !== 0 ? 2 : 1);
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const octet = bytes[position++] ?? 0;
      size += (octet & 0x7f) << shift;
      more = (octet & 0x80) !== 0;
    }
    obus.push([...bytes.subarray(at, at + ((first & 4) !== 0 ? 2 : 1)), ...bytes.subarray(position, position + size)]);
    at = position + size;
    if (at > bytes.length) return undefined;
  }
  return obus;
}

class Receiver {
  readonly sink = new MemorySink();
  readonly depacketizer = new Av1Depacketizer(this.sink);

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
    this.push(counted(N, SEQUENCE, KEY), 0, true);
    this.sink.units.length = 0;
    return this;
  }

  get samples(): Uint8Array[] {
    return this.sink.units.map(({ bytes }) => bytes);
  }
}

describe('Av1Depacketizer', () => {
  it('puts a temporal delimiter in front of samples with spatial layers, whether the sender does or not', () => {
    const layered = fromHex('080003010cc5036936be4010');
    const receiver = new Receiver().push(packet(N, layered, KEY), 1, true);
    receiver.push(packet(0, INTER, UPPER), 2, true).push(packet(0, DELIMITER, INTER), 3, true);
    receiver.push(packet(N, layered, KEY), 4, true);

    const [, second, third, fourth] = receiver.samples;
    expect(second).toEqual(Uint8Array.of(0x12, 0, ...sample(INTER, UPPER)));
    expect(third).toEqual(Uint8Array.of(0x12, 0, ...sample(INTER)));
    expect(fourth).toEqual(Uint8Array.of(0x12, 0, ...sample(layered, KEY)));
  });

  it('gives every OBU of a temporal unit its size', () => {
    const { sink } = new Receiver()
      .push(counted(N, SEQUENCE, METADATA, KEY), 9, true)
      .push(counted(0, INTER), 10, true);

    expect(sink.units).toEqual([
      expect.objectContaining({ timestamp: 9, isKeyframe: true, bytes: sample(SEQUENCE, METADATA, KEY) }),
      expect.objectContaining({ timestamp: 10, isKeyframe: false, bytes: sample(INTER) }),
    ]);
  });

  it('knows size and codec string from the sequence header', () => {
    const { sink } = new Receiver().push(counted(N, SEQUENCE, KEY), 9, true);

    expect(sink.units[0]?.parameters).toMatchObject({
      ...{ codecString: 'av01.0.01M.08.0.110.02.02.02.0', width: 642, height: 362, reorderDepth: 0 },
    });
  });

  it('reads elements with a length each, and with a size of their own', () => {
    const receiver = new Receiver().push(packet(N, SEQUENCE, sample(METADATA), sample(KEY)), 9, true);

    expect(receiver.samples).toEqual([sample(SEQUENCE, METADATA, KEY)]);
  });

  it('leaves out temporal delimiters and padding', () => {
    const receiver = new Receiver().push(packet(N, DELIMITER, SEQUENCE, KEY, PADDING), 9, true);

    expect(receiver.samples).toEqual([sample(SEQUENCE, KEY)]);
  });

  it.each([1, 2, 3, 7, 100])('puts together an OBU in parts of %i bytes', (size) => {
    const receiver = new Receiver().push(counted(N, SEQUENCE), 1);
    const frame = Uint8Array.of(...UPPER, ...Array.from({ length: 300 }, (_, index) => index & 0xff));
    receiver.push(counted(0, KEY), 1);
    fragments(frame, size).forEach((part, index, all) => receiver.push(part, 1, index === all.length - 1));

    expect(obusOf(receiver.samples[0] ?? frame)?.[2]?.slice(2)).toEqual([...frame.subarray(2)]);
    expect(receiver.sink.units[0]?.isKeyframe).toBe(true);
  });

  it('reads a sequence header that comes in parts', () => {
    const receiver = new Receiver();
    for (const part of fragments(SEQUENCE, 4)) receiver.push(part, 1);
    receiver.push(counted(0, KEY), 1, true);

    expect(receiver.sink.units[0]?.parameters?.width).toBe(642);
  });

  it('begins an element behind the end of another in the same packet', () => {
    const [first, second] = [KEY.subarray(0, 3), KEY.subarray(3)];
    const receiver = new Receiver().push(counted(N | Y, SEQUENCE, first), 1).push(counted(Z, second, UPPER), 1, true);

    expect(obusOf(receiver.samples[0] ?? KEY)).toEqual(
      [SEQUENCE, KEY, UPPER].map(([first = 0, ...rest]) => [first | 2, ...rest]),
    );
  });

  it('keeps all layers of a picture in one sample', () => {
    const { sink } = new Receiver().push(counted(N, SEQUENCE, KEY), 1).push(counted(0, UPPER), 1, true);

    expect(sink.units).toHaveLength(1);
    expect(sink.units[0]).toMatchObject({ isKeyframe: true, bytes: sample(SEQUENCE, KEY, UPPER) });
  });

  it('takes for a key frame only one that is shown and has its sequence header', () => {
    const hidden = Uint8Array.of(0x30, 0, 1);
    const receiver = new Receiver().push(counted(N, SEQUENCE, hidden), 1, true).push(counted(0, KEY), 2, true);
    receiver.push(counted(0, SEQUENCE, INTER), 3, true);

    expect(receiver.sink.units.map(({ isKeyframe }) => isKeyframe)).toEqual([false, false, false]);
  });

  it('gives the same parameters object while nothing changes', () => {
    const receiver = new Receiver().push(counted(N, SEQUENCE, KEY), 1, true).push(counted(0, INTER), 2, true);
    receiver.push(counted(N, SEQUENCE, KEY), 3, true).push(counted(N, WIDER, KEY), 4, true);
    const [first, second, third, fourth] = receiver.sink.units.map(({ parameters }) => parameters);

    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(fourth).not.toBe(first);
  });

  describe('after a loss', () => {
    it('drops the temporal unit that lost its middle and keeps the next', () => {
      const [start = KEY, , end = KEY] = fragments(INTER, 2);
      const receiver = new Receiver().started().push(start, 5).lost().push(end, 5, true);
      receiver.push(counted(0, INTER), 6, true);

      expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
      expect(receiver.sink.damages).toBe(1);
    });

    it('drops a temporal unit that does not show where it begins', () => {
      const receiver = new Receiver()
        .started()
        .lost()
        .push(counted(0, INTER), 5, true)
        .push(counted(0, INTER), 6, true);

      expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
      expect(receiver.sink.damages).toBe(1);
    });

    it.each([
      ['a coded video sequence', counted(N, METADATA, SEQUENCE, KEY)],
      ['a sequence header', counted(0, SEQUENCE, KEY)],
      ['a temporal delimiter', packet(0, DELIMITER, INTER)],
    ])('keeps a temporal unit that begins with %s', (_name, payload) => {
      expect(new Receiver().started().lost().push(payload, 5, true).samples).toHaveLength(1);
    });
  });

  it.each([
    ['no element', Uint8Array.of(0)],
    ['an element that promises more than it has', Uint8Array.of(0, 9, 0x30, 1)],
    ['fewer elements than it says', Uint8Array.of(0x20, 2, 0x30, 1)],
    ['a length without end', Uint8Array.of(0, 0x80)],
    ['an empty element', Uint8Array.of(0, 0)],
    ['the rest of an OBU that never began', counted(Z, INTER)],
    ['an OBU that says another size', counted(0, Uint8Array.of(0x32, 9, 0x30, 1))],
    ['an OBU with a forbidden bit', counted(0, Uint8Array.of(0xb0, 0x30, 1))],
  ])('drops a temporal unit with %s', (_name, payload) => {
    const receiver = new Receiver().started().push(counted(0, INTER), 5).push(payload, 5, true);
    receiver.push(counted(0, INTER), 6, true);

    expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
    expect(receiver.sink.damages).toBe(1);
  });

  it('drops a temporal unit whose last OBU does not end', () => {
    const [start = KEY] = fragments(INTER, 3);
    const receiver = new Receiver().started().push(start, 5, true).push(counted(0, INTER), 6, true);

    expect(receiver.sink.units.map(({ timestamp }) => timestamp)).toEqual([6]);
    expect(receiver.sink.damages).toBe(1);
  });

  it('delivers only whole temporal units, whatever is lost', () => {
    const frame = (number: number): Uint8Array => Uint8Array.of(...INTER, ...new Uint8Array(30).fill(number));
    const pictures = [1, 2, 3, 4].map((number) => [frame(number), frame(number + 100)]);
    const packets = pictures.flatMap((frames, index) =>
      frames.flatMap((unit, at) =>
        fragments(unit, 12).map((payload, part, all) => {
          const marker = at === frames.length - 1 && part === all.length - 1;
          return { payload, timestamp: index + 1, marker };
        }),
      ),
    );
    const whole = new Set(pictures.map((frames) => obusOf(sample(...frames))?.join()));
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
          expect(receiver.samples.every((bytes) => whole.has(obusOf(bytes)?.join()))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never throws, never reads outside and never delivers sizes that do not add up, whatever arrives', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(
          fc.constantFrom(0x10, 0x90, 0x50, 0xd0),
          fc.constantFrom(0x08, 0x30, 0x34, 0x32),
          fc.uint8Array({ maxLength: 20 }),
        )
        .map(([flags, header, body]) => Uint8Array.of(flags, header, ...body)),
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
        expect(receiver.samples.every((bytes) => obusOf(bytes) !== undefined)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
