import { LayerFilter, type LayerLimit } from './layer-filter.js';
import type { SourcePacket } from './source-packet.js';

/** Packets that are known; a power of two. A source takes none that is so late. */
const MOST_PACKETS = 1024;
const MASK = MOST_PACKETS - 1;
const MARKED = 1;
const EMPTY = 2;
/** Above the two: the layers that the viewer was told of. */
const LAYERS_SHIFT = 2;
const NO_LAYERS = -1;

/**
 * The layers that are left out of a piece of a viewer's stream, and the row of numbers without holes that the others get:
 * who left some out on purpose is not asked for them.
 *
 * A packet that is missing keeps its number. When it comes and turns out to be one to leave out, the number is sent with
 * nothing in it. Runs per packet: nothing is allocated.
 */
export class Thinning {
  /** Of the packet that was taken last: its number, counted as the source's are, less those that were left out. */
  number = 0;
  isMarked = false;
  /** Only the number is sent. */
  isEmpty = false;
  private layers = NO_LAYERS;
  private readonly filter: LayerFilter;
  private highest: number;
  private leftOut = 0;
  /** By source number: how many were left out before, and the layers in force. */
  private readonly leftOutBefore = new Uint32Array(MOST_PACKETS);
  private readonly layersOf = new Uint8Array(MOST_PACKETS);
  /** By number, both counted from `start`: the source's number, and how it was sent. */
  private readonly numbers = new Uint32Array(MOST_PACKETS);
  private readonly sources = new Uint32Array(MOST_PACKETS);
  private readonly flags = new Uint8Array(MOST_PACKETS);

  /** @param start extended number of the source up to which nothing is left out */
  constructor(
    limit: LayerLimit,
    private readonly start: number,
  ) {
    this.filter = new LayerFilter(limit);
    this.highest = start;
  }

  /** A higher layer is to be sent, and can be begun with a key frame only. */
  get needsKeyframe(): boolean {
    return this.filter.needsKeyframe;
  }

  limit(limit: LayerLimit): void {
    this.filter.become(limit);
  }

  /**
   * Which decode targets of the dependency descriptor the viewer is sent, a bit each: said with each frame, as any other packet may be lost.
   * @param packet that was taken last
   * @returns 0 where there is nothing to say
   */
  targetsOf({ targetMaskAt, activeTargets, targetsWithin }: SourcePacket): number {
    if (this.layers === NO_LAYERS || targetMaskAt === 0) return 0;
    return ((targetsWithin?.[this.layers] ?? 0) & activeTargets) >>> 0;
  }

  /** @returns how many numbers a packet that comes now is behind its source's */
  get distance(): number {
    return this.leftOut;
  }

  /** @returns false for a packet that is left out; else the fields above say how it is sent */
  take(packet: SourcePacket): boolean {
    const { sequence } = packet;
    if (sequence <= this.start) return this.send(packet, 0, NO_LAYERS, false, false);
    if (sequence <= this.highest) return this.takeLate(packet);
    this.miss(sequence);
    this.highest = sequence;
    if (!this.filter.passes(packet)) {
      this.leftOut += 1;
      return false;
    }
    const isLast = packet.isLayered && packet.endsFrame && packet.spatialLayer === this.filter.spatialLayer;
    return this.send(packet, this.leftOut, this.filter.announced, isLast, false);
  }

  /** @param number as `number` was. @returns that of the source, -1 for one that is not known any more */
  sourceOf(number: number): number {
    if (number <= this.start) return number;
    const at = number & MASK;
    return this.numbers[at] === number - this.start ? this.start + (this.sources[at] ?? 0) : -1;
  }

  /** A packet that was sent is taken from the history to be sent again: says how it was. @param number of those that `sourceOf` knows */
  takeAgain({ marker }: SourcePacket, number: number): void {
    const flags = number <= this.start ? (marker ? MARKED : 0) : (this.flags[number & MASK] ?? 0);
    this.number = number;
    this.layers = number <= this.start ? NO_LAYERS : flags >> LAYERS_SHIFT;
    this.isMarked = (flags & MARKED) !== 0;
    this.isEmpty = (flags & EMPTY) !== 0;
  }

  /** Those between the highest and this one have numbers in case they come. */
  private miss(sequence: number): void {
    const layers = this.filter.spatialLayer * 8 + this.filter.temporalLayer;
    for (let missing = Math.max(this.highest + 1, sequence - MOST_PACKETS); missing < sequence; missing++) {
      this.leftOutBefore[missing & MASK] = this.leftOut;
      this.layersOf[missing & MASK] = layers;
    }
  }

  /** What was in force when it was missed is in force for it. */
  private takeLate(packet: SourcePacket): boolean {
    const { sequence, isLayered, spatialLayer, temporalLayer, endsFrame } = packet;
    if (this.highest - sequence >= MOST_PACKETS) return false;
    const layers = this.layersOf[sequence & MASK] ?? 0;
    const isAbove = isLayered && (spatialLayer > layers >> 3 || temporalLayer > (layers & 7));
    const isLast = isLayered && endsFrame && spatialLayer === layers >> 3;
    return this.send(packet, this.leftOutBefore[sequence & MASK] ?? 0, layers, isLast, isAbove);
  }

  private send(
    { sequence, marker }: SourcePacket,
    leftOut: number,
    layers: number,
    isLast: boolean,
    isEmpty: boolean,
  ): boolean {
    const number = sequence - leftOut;
    this.number = number;
    this.layers = layers;
    this.isEmpty = isEmpty;
    this.isMarked = (marker || isLast) && !isEmpty;
    if (number <= this.start) return true;
    const at = number & MASK;
    this.numbers[at] = number - this.start;
    this.sources[at] = sequence - this.start;
    this.flags[at] = (this.isMarked ? MARKED : 0) | (isEmpty ? EMPTY : 0) | (layers << LAYERS_SHIFT);
    return true;
  }
}
