import fc from 'fast-check';
import { comparableParts, concatenated, fromHex, timestampOf, type SentStream, type SentUnit } from './sent-unit.js';

/** Payloads of sequence headers that libaom wrote, of two sizes. */
const SEQUENCES = [fromHex('0000000cc5036936be4010'), fromHex('0000000cc7036936be4010')];
const [SEQUENCE_HEADER, DELIMITER, METADATA, FRAME, PADDING] = [1, 2, 5, 6, 15] as const;

const body = fc.uint8Array({ minLength: 1, maxLength: 200 });
const unit = fc.record({
  isKeyframe: fc.boolean(),
  hasDelimiter: fc.boolean(),
  set: fc.constantFrom(0, 0, 1),
  metadata: fc.array(body, { maxLength: 1 }),
  frames: fc.array(body, { minLength: 1, maxLength: 3 }),
  padding: fc.array(body, { maxLength: 1 }),
  hasSizes: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
  /** For one packet after another: how many whole OBUs, and how many bytes of the next, go into it. */
  packets: fc.array(
    fc.record({
      whole: fc.integer({ min: 0, max: 4 }),
      part: fc.integer({ min: 0, max: 60 }),
      isCounted: fc.boolean(),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
});
type Unit = typeof unit extends fc.Arbitrary<infer Shape> ? Shape : never;

interface Obu {
  readonly type: number;
  /** Undefined without an extension. */
  readonly spatialLayer: number | undefined;
  readonly payload: Uint8Array;
}

export const av1Stream: SentStream = {
  units: fc
    .array(unit, { minLength: 1, maxLength: 6 })
    .map((units) => units.map((one, index) => sentUnit({ ...one, isKeyframe: one.isKeyframe || index === 0 }, index))),
  comparable: (sample) => comparableParts(obusOf(sample)),
};

function sentUnit(one: Unit, index: number): SentUnit {
  const sequence = SEQUENCES[one.set] ?? new Uint8Array();
  const isLayered = one.frames.length > 1;
  const obus: Obu[] = [
    ...(one.hasDelimiter ? [{ type: DELIMITER, spatialLayer: undefined, payload: new Uint8Array() }] : []),
    ...(one.isKeyframe ? [{ type: SEQUENCE_HEADER, spatialLayer: undefined, payload: sequence }] : []),
    ...one.metadata.map((bytes) => ({
      type: METADATA,
      spatialLayer: undefined,
      payload: concatenated([4, index], bytes),
    })),
    ...one.frames.map((bytes, layer) => {
      // show_existing_frame 0, frame_type 0 (key) or 1, show_frame 1.
      const header = one.isKeyframe && layer === 0 ? 0b0001_0000 : 0b0011_0000;
      return {
        type: FRAME,
        spatialLayer: isLayered ? layer : undefined,
        payload: concatenated([header, index, layer], bytes),
      };
    }),
    ...one.padding.map((bytes) => ({ type: PADDING, spatialLayer: undefined, payload: bytes })),
  ];
  const kept = obus.filter(({ type }) => type !== DELIMITER && type !== PADDING);
  return {
    timestamp: timestampOf(index),
    payloads: packetize(
      obus.map((obu, place) => encoded(obu, one.hasSizes[place % one.hasSizes.length] === true)),
      one,
    ),
    whole: comparableParts(kept.map((obu) => encoded(obu, false))),
    withoutBeginning: [],
    isKeyframe: one.isKeyframe,
    configured: one.isKeyframe ? [sequence] : [],
  };
}

/** AV1 bitstream specification section 5.3. */
function encoded({ type, spatialLayer, payload }: Obu, hasSize: boolean): Uint8Array {
  const header = (type << 3) | (spatialLayer === undefined ? 0 : 4) | (hasSize ? 2 : 0);
  const extension = spatialLayer === undefined ? [] : [spatialLayer << 3];
  return concatenated([header], extension, hasSize ? leb128(payload.length) : [], payload);
}

function leb128(value: number): number[] {
  return value < 0x80 ? [value] : [0x80 | (value & 0x7f), ...leb128(value >> 7)];
}

/** "RTP Payload Format For AV1", section 4.4: Z, Y, W, N; elements of which the last may do without its length. */
function packetize(obus: readonly Uint8Array[], one: Unit): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  let rest = [...obus];
  let continues = false;
  for (let turn = 0; rest.length > 0; turn++) {
    const { whole, part, isCounted } = one.packets[turn % one.packets.length] ?? {
      whole: 1,
      part: 0,
      isCounted: false,
    };
    const elements = rest.slice(0, whole);
    rest = rest.slice(whole);
    const [next] = rest;
    const cut = next === undefined ? 0 : Math.min(elements.length === 0 ? Math.max(1, part) : part, next.length);
    const isOpen = next !== undefined && cut > 0 && cut < next.length;
    if (next !== undefined && cut > 0) {
      elements.push(next.subarray(0, cut));
      rest = isOpen ? [next.subarray(cut), ...rest.slice(1)] : rest.slice(1);
    }
    const count = isCounted && elements.length <= 3 ? elements.length : 0;
    const startsSequence = turn === 0 && one.isKeyframe;
    const header = (continues ? 0x80 : 0) | (isOpen ? 0x40 : 0) | (count << 4) | (startsSequence ? 0x08 : 0);
    const isBare = (place: number): boolean => count > 0 && place === elements.length - 1;
    payloads.push(
      concatenated(
        [header],
        ...elements.map((element, place) => [...(isBare(place) ? [] : leb128(element.length)), ...element]),
      ),
    );
    continues = isOpen;
  }
  return payloads;
}

/** OBUs of a sample, without the sizes that they must have. */
function obusOf(sample: Uint8Array): Uint8Array[] {
  const obus: Uint8Array[] = [];
  for (let at = 0; at < sample.length;) {
    const first = sample[at] ?? 0;
    if ((first & 2) === 0) throw new Error('An OBU without its size.');
    const headEnd = at + ((first & 4) !== 0 ? 2 : 1);
    let [position, size] = [headEnd, 0];
    for (let shift = 0, more = true; more; shift += 7) {
      const octet = sample[position++] ?? 0;
      size += (octet & 0x7f) << shift;
      more = (octet & 0x80) !== 0;
    }
    if (position + size > sample.length) throw new Error('An OBU does not end within the sample.');
    obus.push(concatenated([first & ~2], sample.subarray(at + 1, headEnd), sample.subarray(position, position + size)));
    at = position + size;
  }
  return obus;
}
