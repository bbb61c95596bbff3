import { EVERY_LAYER, type LayerLimit } from '../../media/forwarding/layer-filter.js';
import type { PacketSource } from '../../media/forwarding/packet-source.js';
import { RateMeter } from '../../media/forwarding/rate-meter.js';
import type { LayerRange, SourceLayers } from '../../media/forwarding/source-layers.js';
import type { OfferedLayer } from './forwarded-layer.js';

/** What has not been heard for so long is not there: the lowest of three temporal layers comes some times per second. */
const SILENCE_MS = 2_000;

/**
 * One source up to one of its layers (SVC): `S1T2` is two spatial layers with three temporal ones, as in `L2T3`.
 *
 * Chromium shows nothing of AV1 in several sizes without the descriptor that tells them apart: who is not sent that one gets
 * the smallest, unless a larger one is asked for.
 */
class ScalableLayer implements OfferedLayer {
  readonly rid: string;
  readonly isFlowing = true;
  bitsPerSecond = 0;
  limit = EVERY_LAYER;
  isOnRequest = false;
  needsDescriptor = false;
  private readonly meter = new RateMeter();

  constructor(
    readonly source: PacketSource,
    private readonly own: LayerLimit,
  ) {
    this.rid = `S${String(own.spatialLayer)}T${String(own.temporalLayer)}`;
  }

  tick(layers: SourceLayers, spatial: LayerRange, temporal: LayerRange, nowMs: number): void {
    const { spatialLayer, temporalLayer } = this.own;
    const isAll = spatialLayer === spatial.highest && temporalLayer === temporal.highest;
    this.limit = isAll ? EVERY_LAYER : this.own;
    const isSlow = temporalLayer < temporal.highest - 1;
    const isLarger = spatialLayer > spatial.lowest;
    this.isOnRequest = isLarger && isSlow;
    this.needsDescriptor = isLarger && layers.isDescribedApart;
    this.bitsPerSecond = this.meter.read(layers.bytesUpTo(spatialLayer, temporalLayer), nowMs);
  }
}

/** What viewers can be sent of a source with layers: each of its pictures' sizes at each of its rates. */
export class ScalableLayers {
  private readonly known = new Map<string, ScalableLayer>();

  constructor(
    private readonly source: PacketSource,
    private readonly layers: SourceLayers,
  ) {}

  /**
   * To be called some times per second.
   * @returns best first: larger, then faster pictures; empty while there is nothing to choose from, and never one of which nothing comes
   */
  tick(nowMs: number): ScalableLayer[] {
    const { layers } = this;
    const spatial = layers.spatialRange(nowMs - SILENCE_MS);
    const temporal = layers.temporalRange(nowMs - SILENCE_MS);
    const found: ScalableLayer[] = [];
    for (let spatialLayer = spatial.highest; spatialLayer >= spatial.lowest; spatialLayer--)
      for (let temporalLayer = temporal.highest; temporalLayer >= temporal.lowest; temporalLayer--)
        found.push(this.layerOf({ spatialLayer, temporalLayer }));
    if (found.length < 2) return [];
    for (const layer of found) layer.tick(layers, spatial, temporal, nowMs);
    return found;
  }

  private layerOf(limit: LayerLimit): ScalableLayer {
    const key = `${String(limit.spatialLayer)} ${String(limit.temporalLayer)}`;
    const layer = this.known.get(key) ?? new ScalableLayer(this.source, limit);
    this.known.set(key, layer);
    return layer;
  }
}
