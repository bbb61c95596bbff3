import type { BitReader } from '../bit-reader.js';

/** Template ids are counted modulo this. */
const TEMPLATE_IDS = 64;
/** A packet has three bits for either number (AV1 bitstream, section 5.3.3), of which the spatial one uses two. */
const HIGHEST_LAYER = 7;
const LAYER_COUNT = HIGHEST_LAYER + 1;
const SWITCH = 2;
const NOT_PRESENT = 0;

/** What many frames have in common: AV1 payload format, appendix A.8.2, "template_dependency_structure". */
interface FrameTemplate {
  readonly spatialLayer: number;
  readonly temporalLayer: number;
  readonly allowsFaster: boolean;
  /** How far back the farthest frame is that frames like this refer to; 0 where they refer to none. */
  readonly farthestReference: number;
}

/** Of a decode target: the highest layers in it. */
interface DecodeTarget {
  spatialLayer: number;
  temporalLayer: number;
}

type Layers = readonly [spatialLayer: number, temporalLayer: number];

/** Which frames there can be, as a key frame's first packet says it. */
export class TemplateStructure {
  private constructor(
    private readonly firstId: number,
    private readonly templates: readonly FrameTemplate[],
    private readonly targets: readonly DecodeTarget[],
    /** By eight times the highest spatial layer and the highest temporal one: a bit for each target that needs no other layers. */
    readonly targetsWithin: Uint32Array,
  ) {}

  /** @param reader at its beginning; afterwards at its end. @returns undefined where it does not end within the bytes */
  static read(reader: BitReader): TemplateStructure | undefined {
    const firstId = reader.bits(6);
    const targetCount = reader.bits(5) + 1;
    const layers = readLayers(reader);
    if (layers.some((layer) => Math.max(...layer) > HIGHEST_LAYER)) return undefined;
    const indications = layers.map(() => readIndications(reader, targetCount));
    const references = layers.map(() => readReferences(reader));
    if (!reader.isOverrun) skipChains(reader, layers.length, targetCount);
    if (reader.flag()) reader.bits(32 * ((layers.at(-1)?.[0] ?? 0) + 1));
    if (reader.isOverrun) return undefined;
    const targets = targetsOf(layers, indications, targetCount);
    const templates = layers.map(([spatialLayer, temporalLayer], index): FrameTemplate => {
      const allowsFaster = switchesAll(indications[index] ?? [], targets, spatialLayer, temporalLayer);
      return { spatialLayer, temporalLayer, allowsFaster, farthestReference: references[index] ?? 0 };
    });
    return new TemplateStructure(firstId, templates, targets, targetsWithinLayers(targets));
  }

  get targetCount(): number {
    return this.targets.length;
  }

  /** @returns undefined for an id that is not described */
  find(id: number): FrameTemplate | undefined {
    return this.templates[(id + TEMPLATE_IDS - this.firstId) % TEMPLATE_IDS];
  }

  /** @returns whether a frame with these indications of its own allows to go on with faster layers */
  allowsFaster({ spatialLayer, temporalLayer }: FrameTemplate, indications: readonly number[]): boolean {
    return switchesAll(indications, this.targets, spatialLayer, temporalLayer);
  }
}

/** One for each decode target. */
export function readIndications(reader: BitReader, targetCount: number): number[] {
  const indications: number[] = [];
  for (let target = 0; target < targetCount; target++) indications.push(reader.bits(2));
  return indications;
}

function readLayers(reader: BitReader): Layers[] {
  const layers: Layers[] = [];
  let [spatial, temporal] = [0, 0];
  let step: number;
  do {
    layers.push([spatial, temporal]);
    step = reader.bits(2);
    if (step === 1) temporal += 1;
    if (step === 2) [spatial, temporal] = [spatial + 1, 0];
  } while (step !== 3 && !reader.isOverrun && layers.length < TEMPLATE_IDS);
  return layers;
}

/** @returns the farthest */
function readReferences(reader: BitReader): number {
  let farthest = 0;
  while (reader.flag()) farthest = Math.max(farthest, reader.bits(4) + 1);
  return farthest;
}

function skipChains(reader: BitReader, templateCount: number, targetCount: number): void {
  const chainCount = readBelow(reader, targetCount + 1);
  if (chainCount === 0) return;
  for (let target = 0; target < targetCount; target++) readBelow(reader, chainCount);
  for (let template = 0; template < templateCount && !reader.isOverrun; template++) reader.bits(4 * chainCount);
}

/** ns(n) of the AV1 bitstream, section 4.10.7. */
function readBelow(reader: BitReader, count: number): number {
  const width = 32 - Math.clz32(count);
  const short = 2 ** width - count;
  const value = reader.bits(width - 1);
  return value < short ? value : value * 2 - short + reader.bit();
}

/** Plain loops: whoever publishes may send a structure with every packet. */
function targetsOf(layers: readonly Layers[], indications: readonly number[][], count: number): DecodeTarget[] {
  const targets: DecodeTarget[] = [];
  for (let target = 0; target < count; target++) {
    let [highestSpatial, highestTemporal] = [0, 0];
    for (let index = 0; index < layers.length; index++) {
      if (indications[index]?.[target] === NOT_PRESENT) continue;
      const [spatialLayer, temporalLayer] = layers[index] ?? [0, 0];
      if (spatialLayer > highestSpatial) highestSpatial = spatialLayer;
      if (temporalLayer > highestTemporal) highestTemporal = temporalLayer;
    }
    targets.push({ spatialLayer: highestSpatial, temporalLayer: highestTemporal });
  }
  return targets;
}

function targetsWithinLayers(targets: readonly DecodeTarget[]): Uint32Array {
  const within = new Uint32Array(LAYER_COUNT * LAYER_COUNT);
  for (const [index, { spatialLayer, temporalLayer }] of targets.entries()) {
    const cell = spatialLayer * LAYER_COUNT + temporalLayer;
    within[cell] = (within[cell] ?? 0) | (1 << index);
  }
  for (let cell = 0; cell < within.length; cell++) {
    const slower = cell % LAYER_COUNT === 0 ? 0 : (within[cell - 1] ?? 0);
    within[cell] = (within[cell] ?? 0) | slower | (within[cell - LAYER_COUNT] ?? 0);
  }
  return within;
}

/** The faster targets of the frame's own spatial layer can be gone over to with it. */
function switchesAll(
  indications: readonly number[],
  targets: readonly DecodeTarget[],
  spatialLayer: number,
  temporalLayer: number,
): boolean {
  return targets.every((target, index) => {
    const isFaster = target.spatialLayer === spatialLayer && target.temporalLayer > temporalLayer;
    return !isFaster || indications[index] === SWITCH;
  });
}
