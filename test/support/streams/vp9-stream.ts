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

/** Uncompressed headers: of a key frame of 642x362 that libvpx wrote, of a shown inter frame with the size of its first reference. */
const KEY = fromHex('8249834200281016960838241c18');
const INTER = fromHex('86000002080000');
/** Ends every frame: not what a superframe index ends with. */
const LAST = 0x01;

const mode = fc.record({
  isFlexible: fc.boolean(),
  pictureIdBytes: fc.constantFrom(0, 1, 2),
  hasLayerIndices: fc.boolean(),
  isNotReference: fc.boolean(),
});
type Mode = typeof mode extends fc.Arbitrary<infer Shape> ? Shape : never;

const picture = fc.record({
  isKeyframe: fc.boolean(),
  frames: fc.array(fc.uint8Array({ maxLength: 150 }), { minLength: 1, maxLength: 3 }),
  references: fc.integer({ min: 1, max: 3 }),
  structure: fc.constantFrom('none', 'plain', 'sizes', 'group'),
  /** A frame's header is not cut. */
  size: fc.integer({ min: 16, max: 200 }),
});
type Picture = typeof picture extends fc.Arbitrary<infer Shape> ? Shape : never;

export const vp9Stream: SentStream = {
  units: fc
    .record({ mode, pictures: fc.array(picture, { minLength: 1, maxLength: 6 }) })
    .map(({ mode: how, pictures }) =>
      pictures.map((one, index) => sentUnit(how, { ...one, isKeyframe: one.isKeyframe || index === 0 }, index)),
    ),
  comparable: (sample) => comparableParts(framesOf(sample)),
};

function sentUnit(how: Mode, one: Picture, index: number): SentUnit {
  const frames = one.frames.map((bytes, layer) =>
    concatenated(one.isKeyframe && layer === 0 ? KEY : INTER, [index, layer], bytes, [LAST]),
  );
  return {
    timestamp: timestampOf(index),
    payloads: frames.flatMap((frame, layer) => packetize(how, one, index, frame, layer)),
    whole: comparableParts(frames),
    withoutBeginning: [],
    isKeyframe: one.isKeyframe,
    configured: [],
  };
}

function packetize(how: Mode, one: Picture, index: number, frame: Uint8Array, layer: number): Uint8Array[] {
  const parts = pieces(frame, one.size);
  return parts.map((part, place) => {
    const isFirst = place === 0;
    const isLast = place === parts.length - 1;
    return concatenated(descriptor(how, one, index, layer, isFirst, isLast), part);
  });
}

/** RFC 9628 section 4.2. */
function descriptor(
  how: Mode,
  one: Picture,
  index: number,
  layer: number,
  isFirst: boolean,
  isLast: boolean,
): Uint8Array {
  const hasLayers = how.hasLayerIndices || one.frames.length > 1;
  const isPredicted = !one.isKeyframe;
  const structure = one.isKeyframe && isFirst && layer === 0 ? one.structure : 'none';
  const flags =
    (how.pictureIdBytes > 0 ? 0x80 : 0) |
    (isPredicted ? 0x40 : 0) |
    (hasLayers ? 0x20 : 0) |
    (how.isFlexible ? 0x10 : 0) |
    (isFirst ? 0x08 : 0) |
    (isLast ? 0x04 : 0) |
    (structure === 'none' ? 0 : 0x02) |
    (how.isNotReference ? 0x01 : 0);
  const pictureId = how.pictureIdBytes === 2 ? [0x80 | 0x12, index] : how.pictureIdBytes === 1 ? [index] : [];
  const indices = [(layer << 1) | (layer > 0 ? 1 : 0), ...(how.isFlexible ? [] : [index])];
  const references = Array.from(
    { length: one.references },
    (_, place) => (place + 1) * 2 + (place + 1 < one.references ? 1 : 0),
  );
  return concatenated(
    [flags],
    pictureId,
    hasLayers ? indices : [],
    isPredicted && how.isFlexible ? references : [],
    scalabilityStructure(structure, one.frames.length),
  );
}

/** Section 4.2.1: N_S, Y, G, then sizes, then a group of two pictures of which the second has one reference. */
function scalabilityStructure(kind: string, layers: number): number[] {
  if (kind === 'none') return [];
  const flags = ((layers - 1) << 5) | (kind === 'sizes' ? 0x10 : 0) | (kind === 'group' ? 0x08 : 0);
  const sizes = Array.from({ length: layers }, (_, layer) => [1, layer, 0, 180]).flat();
  return [flags, ...(kind === 'sizes' ? sizes : []), ...(kind === 'group' ? [2, 0x00, 0x24, 1] : [])];
}

/** VP9 bitstream specification, annex B: the sizes of the frames, between two equal bytes at the end. */
function framesOf(sample: Uint8Array): Uint8Array[] {
  const marker = sample.at(-1) ?? 0;
  if ((marker & 0xe0) !== 0xc0) return [sample];
  const count = (marker & 7) + 1;
  const sizeBytes = ((marker >> 3) & 3) + 1;
  const start = sample.length - 2 - count * sizeBytes;
  if (sample[start] !== marker) throw new Error('The index has no beginning.');
  const frames: Uint8Array[] = [];
  let at = 0;
  for (let frame = 0; frame < count; frame++) {
    let size = 0;
    for (let octet = sizeBytes - 1; octet >= 0; octet--)
      size = size * 256 + (sample[start + 1 + frame * sizeBytes + octet] ?? 0);
    frames.push(sample.subarray(at, at + size));
    at += size;
  }
  if (at !== start) throw new Error('The frames of the index do not add up.');
  return frames;
}
