import fc from 'fast-check';
import {
  comparableParts,
  concatenated,
  fromHex,
  pieces,
  timestampOf,
  uint16,
  type SentStream,
  type SentUnit,
} from './sent-unit.js';

/** How a codec of NAL units is written and packetized. */
interface NalCodec {
  readonly headerBytes: number;
  readonly delimiter: Uint8Array;
  readonly information: Uint8Array;
  readonly filler: Uint8Array;
  /** Parameter sets of two streams. */
  readonly sets: readonly (readonly Uint8Array[])[];
  slice(isKeyframe: boolean, isFirst: boolean): Uint8Array;
  aggregate(units: readonly Uint8Array[]): Uint8Array;
  fragments(unit: Uint8Array, size: number): Uint8Array[];
}

const withLength = (unit: Uint8Array): number[] => [...uint16(unit.length), ...unit];

/** RFC 6184: STAP-A in section 5.7.1, FU-A in section 5.8. */
const H264: NalCodec = {
  headerBytes: 1,
  delimiter: Uint8Array.of(0x09, 0xf0),
  information: Uint8Array.of(0x06, 0x05, 0x01),
  filler: Uint8Array.of(0x0c, 0xff),
  sets: [
    [fromHex('6742c01eda0290bf88930110000003001000000303c0f162ea'), fromHex('68ce0fc8')],
    [fromHex('6764001eacd940a42fe224c044000003000400000300f03c58b658'), fromHex('68ebe3cb22c0')],
  ],
  // first_mb_in_slice 0 or 1, slice_type 7 (I) or 5 (P), pic_parameter_set_id 0: ISO/IEC 14496-10 section 7.3.3.
  slice: (isKeyframe, isFirst) =>
    Uint8Array.of(isKeyframe ? 0x65 : 0x41, ...(isFirst ? [isKeyframe ? 0x88 : 0x9a, 0x80] : [0x42, 0x20])),
  // F is the OR of those of the units and NRI the greatest.
  aggregate: (units) =>
    concatenated([Math.max(...units.map(([first = 0]) => first & 0x60)) | 24], ...units.map(withLength)),
  fragments(unit, size) {
    const [first = 0] = unit;
    const parts = pieces(unit.subarray(1), size);
    return parts.map((part, index) => {
      const start = index === 0 ? 0x80 : 0;
      const end = index === parts.length - 1 ? 0x40 : 0;
      return concatenated([(first & 0xe0) | 28, start | end | (first & 0x1f)], part);
    });
  },
};

/** RFC 7798: aggregation packets in section 4.4.2, fragmentation units in section 4.4.3. */
const H265: NalCodec = {
  headerBytes: 2,
  delimiter: Uint8Array.of(0x46, 0x01, 0x50),
  information: Uint8Array.of(0x4e, 0x01, 0x05),
  filler: Uint8Array.of(0x4c, 0x01, 0xff),
  sets: [
    [
      fromHex('40010c01ffff01600000030090000003000003003f959409'),
      fromHex('42010101600000030090000003000003003fa005120171c926595964932bc05a020000030002000003003c10'),
      fromHex('4401c172b44240'),
    ],
    [
      fromHex('40010c01ffff02200000030090000003000003003f959409'),
      fromHex('42010102200000030090000003000003003fa005220171c448d965654a4e178235010101040000030004000003007820'),
      fromHex('4401c073c189'),
    ],
  ],
  // first_slice_segment_in_pic_flag, for IRAP no_output_of_prior_pics_flag, slice_pic_parameter_set_id 0: section 7.3.6.1.
  slice: (isKeyframe, isFirst) =>
    Uint8Array.of(isKeyframe ? 0x26 : 0x02, 0x01, (isFirst ? 0x80 : 0) | (isKeyframe ? 0x20 : 0x40)),
  aggregate: (units) => concatenated([48 << 1, 0x01], ...units.map(withLength)),
  fragments(unit, size) {
    const [first = 0, second = 0] = unit;
    const parts = pieces(unit.subarray(2), size);
    return parts.map((part, index) => {
      const start = index === 0 ? 0x80 : 0;
      const end = index === parts.length - 1 ? 0x40 : 0;
      return concatenated([(first & 0x81) | (49 << 1), second, start | end | (first >> 1)], part);
    });
  },
};

const body = fc.uint8Array({ minLength: 1, maxLength: 120 });
const picture = fc.record({
  isKeyframe: fc.boolean(),
  hasDelimiter: fc.boolean(),
  set: fc.constantFrom(0, 0, 1),
  information: fc.array(body, { maxLength: 2 }),
  slices: fc.array(body, { minLength: 1, maxLength: 3 }),
  filler: fc.array(body, { maxLength: 1 }),
  /** For one unit after another: alone, in fragments of so many bytes (a slice header is not cut), or together with so many others. */
  shapes: fc.array(
    fc.oneof(
      fc.constant({ size: 0, together: 0 }),
      fc.integer({ min: 8, max: 60 }).map((size) => ({ size, together: 0 })),
      fc.integer({ min: 1, max: 4 }).map((together) => ({ size: 0, together })),
    ),
    { minLength: 1, maxLength: 5 },
  ),
});
type Picture = typeof picture extends fc.Arbitrary<infer Shape> ? Shape : never;

/** Sets come with every key frame, or once and never change. */
const stream = fc.record({
  repeatsSets: fc.boolean(),
  pictures: fc.array(picture, { minLength: 1, maxLength: 6 }),
});

export const h264Stream = nalStream(H264);
export const h265Stream = nalStream(H265);

function nalStream(codec: NalCodec): SentStream {
  return {
    units: stream.map(({ repeatsSets, pictures }) => {
      let sets = codec.sets[0] ?? [];
      return pictures.map((one, index) => {
        const isKeyframe = one.isKeyframe || index === 0;
        if (isKeyframe && repeatsSets) sets = codec.sets[one.set] ?? [];
        const hasSets = index === 0 || (repeatsSets && isKeyframe);
        return sentUnit(codec, { ...one, isKeyframe }, index, sets, hasSets);
      });
    }),
    comparable: (sample) => comparableParts(unitsOf(sample)),
  };
}

function sentUnit(
  codec: NalCodec,
  one: Picture,
  index: number,
  sets: readonly Uint8Array[],
  hasSets: boolean,
): SentUnit {
  const { isKeyframe, hasDelimiter, information, slices, filler, shapes } = one;
  const front = [
    ...(hasDelimiter ? [codec.delimiter] : []),
    ...information.map((bytes) => concatenated(codec.information, [index], bytes)),
  ];
  const rest = [
    ...slices.map((bytes, slice) => concatenated(codec.slice(isKeyframe, slice === 0), [index, slice], bytes)),
    ...filler.map((bytes) => concatenated(codec.filler, [index], bytes)),
  ];
  const places = hasDelimiter ? 1 : 0;
  const units = [...front.slice(0, places), ...(hasSets ? sets : []), ...front.slice(places), ...rest];
  return {
    timestamp: timestampOf(index),
    payloads: packetize(codec, units, shapes),
    whole: comparableParts([...front, ...rest]),
    withoutBeginning: front.map((_, missing) => comparableParts([...front.slice(missing + 1), ...rest])),
    isKeyframe,
    configured: isKeyframe ? sets : [],
  };
}

function packetize(codec: NalCodec, units: readonly Uint8Array[], shapes: Picture['shapes']): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < units.length; turn++) {
    const { size, together } = shapes[turn % shapes.length] ?? { size: 0, together: 0 };
    const some = units.slice(at, at + Math.max(1, together));
    const [unit = new Uint8Array()] = some;
    at += some.length;
    // A unit in a single fragment is not allowed.
    const isFragmented = size > 0 && unit.length - codec.headerBytes > size;
    if (together > 0) payloads.push(codec.aggregate(some));
    else payloads.push(...(isFragmented ? codec.fragments(unit, size) : [unit]));
  }
  return payloads;
}

/** NAL units behind lengths in four bytes, ISO/IEC 14496-15 section 5.3.2. */
function unitsOf(sample: Uint8Array): Uint8Array[] {
  const view = new DataView(sample.buffer, sample.byteOffset, sample.length);
  const units: Uint8Array[] = [];
  for (let at = 0; at < sample.length;) {
    const end = at + 4 + view.getUint32(at);
    if (end > sample.length) throw new Error('A NAL unit does not end within the sample.');
    units.push(sample.subarray(at + 4, end));
    at = end;
  }
  return units;
}
