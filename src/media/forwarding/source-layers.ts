import type { LayerReader } from '../codecs/codec.js';
import type { RtpHeader } from '../rtp/packet.js';
import { isForwardable } from './dependency-descriptor.js';
import type { SourcePacket } from './source-packet.js';

/** Of either kind: three bits on the wire. */
export const LAYER_COUNT = 8;

/** Layers of either kind that come. */
export interface LayerRange {
  readonly lowest: number;
  readonly highest: number;
}

/** The layers (SVC) of one source: what each packet belongs to, and how much comes of which. Runs per packet: nothing is allocated. */
export class SourceLayers {
  private readonly bytes = new Float64Array(LAYER_COUNT * LAYER_COUNT);
  private readonly heardMs = new Float64Array(LAYER_COUNT * LAYER_COUNT).fill(-Infinity);

  /** @param descriptorId of the dependency descriptor; undefined where none was agreed on, or the codec needs none */
  constructor(
    private readonly reader: LayerReader,
    private readonly descriptorId: number | undefined,
  ) {}

  /** Layers are told by a header extension that not every viewer is sent. */
  get isDescribedApart(): boolean {
    return this.descriptorId !== undefined;
  }

  /** @param offset of the packet whose header this is */
  read(packet: SourcePacket, header: RtpHeader, offset: number, nowMs: number): void {
    const { descriptorId } = this;
    const isDescribed = descriptorId !== undefined && header.readExtension(packet.bytes, offset, descriptorId);
    const length = isDescribed ? header.extensionLength : 0;
    packet.targetMaskAt = 0;
    packet.descriptorOffset = header.extensionStart;
    packet.descriptorLength = isForwardable(length) ? length : 0;
    this.reader.read(packet, header.extensionStart, length);
    if (!packet.isLayered) return;
    const cell = packet.spatialLayer * LAYER_COUNT + packet.temporalLayer;
    this.bytes[cell] = (this.bytes[cell] ?? 0) + packet.payloadLength;
    this.heardMs[cell] = nowMs;
  }

  /** @returns payload bytes that ever came of this layer and of those below it */
  bytesUpTo(spatialLayer: number, temporalLayer: number): number {
    let sum = 0;
    for (let spatial = 0; spatial <= spatialLayer; spatial++)
      for (let temporal = 0; temporal <= temporalLayer; temporal++)
        sum += this.bytes[spatial * LAYER_COUNT + temporal] ?? 0;
    return sum;
  }

  /** @returns the spatial layers that were heard since then; none: lowest above highest */
  spatialRange(sinceMs: number): LayerRange {
    return this.range(sinceMs, (cell) => Math.floor(cell / LAYER_COUNT));
  }

  /** @returns the temporal layers that were heard since then; none: lowest above highest */
  temporalRange(sinceMs: number): LayerRange {
    return this.range(sinceMs, (cell) => cell % LAYER_COUNT);
  }

  private range(sinceMs: number, layerOf: (cell: number) => number): LayerRange {
    let [lowest, highest] = [LAYER_COUNT, -1];
    for (const [cell, heardMs] of this.heardMs.entries()) {
      if (heardMs < sinceMs) continue;
      lowest = Math.min(lowest, layerOf(cell));
      highest = Math.max(highest, layerOf(cell));
    }
    return { lowest, highest };
  }
}
