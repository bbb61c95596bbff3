import fc from 'fast-check';
import {
  comparableParts,
  concatenated,
  fromHex,
  pieces,
  timestampOf,
  type SentStream,
  type SentUnit,
} from './sent-unit.js';

/** Frame tag, start code and size of a key frame of 642x362 that libvpx wrote; the tag of an inter frame. */
const KEY = fromHex('70a9009d012a82026a01');
const INTER = fromHex('b10200');

const mode = fc.record({
  pictureIdBytes: fc.constantFrom(0, 1, 2),
  hasLayerZeroIndex: fc.boolean(),
  hasLayerOrKeyIndex: fc.boolean(),
  isNotReference: fc.boolean(),
});
type Mode = typeof mode extends fc.Arbitrary<infer Shape> ? Shape : never;

const picture = fc.record({
  isKeyframe: fc.boolean(),
  partitions: fc.array(fc.uint8Array({ minLength: 1, maxLength: 120 }), { minLength: 1, maxLength: 3 }),
  /** A frame's header is not cut. */
  size: fc.integer({ min: 12, max: 100 }),
});
type Picture = typeof picture extends fc.Arbitrary<infer Shape> ? Shape : never;

export const vp8Stream: SentStream = {
  units: fc
    .record({ mode, pictures: fc.array(picture, { minLength: 1, maxLength: 6 }) })
    .map(({ mode: how, pictures }) =>
      pictures.map((one, index) => sentUnit(how, { ...one, isKeyframe: one.isKeyframe || index === 0 }, index)),
    ),
  comparable: (sample) => comparableParts([sample]),
};

function sentUnit(how: Mode, one: Picture, index: number): SentUnit {
  const partitions = one.partitions.map((bytes, place) =>
    place === 0 ? concatenated(one.isKeyframe ? KEY : INTER, [index], bytes) : bytes,
  );
  return {
    timestamp: timestampOf(index),
    payloads: partitions.flatMap((partition, place) =>
      pieces(partition, one.size).map((part, turn) => concatenated(descriptor(how, index, place, turn === 0), part)),
    ),
    whole: comparableParts([concatenated(...partitions)]),
    withoutBeginning: [],
    isKeyframe: one.isKeyframe,
    configured: [],
  };
}

/** RFC 7741 section 4.2: X, R, N, S, PID; then I, L, T, K and what they announce. */
function descriptor(how: Mode, index: number, partition: number, isStart: boolean): number[] {
  const extension =
    (how.pictureIdBytes > 0 ? 0x80 : 0) | (how.hasLayerZeroIndex ? 0x40 : 0) | (how.hasLayerOrKeyIndex ? 0x20 : 0);
  const flags = (extension > 0 ? 0x80 : 0) | (how.isNotReference ? 0x20 : 0) | (isStart ? 0x10 : 0) | partition;
  const pictureId = how.pictureIdBytes === 2 ? [0x80 | 0x12, index] : how.pictureIdBytes === 1 ? [index] : [];
  const layers = [...(how.hasLayerZeroIndex ? [index] : []), ...(how.hasLayerOrKeyIndex ? [0x40] : [])];
  return extension > 0 ? [flags, extension, ...pictureId, ...layers] : [flags];
}
