import type { SourcePacket } from './source-packet.js';

/** The highest layers (SVC) that are sent of a source. */
export interface LayerLimit {
  readonly spatialLayer: number;
  readonly temporalLayer: number;
}

/** As many as there can be. */
export const EVERY_LAYER: LayerLimit = { spatialLayer: 7, temporalLayer: 7 };
/** Packets that were left out because no picture allowed to go over to faster layers: a key frame does. */
const MOST_HELD_BACK = 500;

/**
 * Which packets of a source with layers one viewer is sent. Down from the next picture on; up where a decoder can follow:
 * to a larger picture with a frame that refers to no other picture, to a faster one behind a picture that allows it.
 * Runs per packet: nothing is allocated.
 */
export class LayerFilter {
  /** A larger or faster picture is to be sent, and can be begun with a key frame only. */
  needsKeyframe = false;
  /** In force for the picture in hand. */
  spatialLayer = EVERY_LAYER.spatialLayer;
  temporalLayer = EVERY_LAYER.temporalLayer;
  private timestamp = -1;
  /** Of the picture in hand: it refers to no other one; something was sent of it, left out, left out though the limit allows it. */
  private isKey = false;
  private isBegun = false;
  private isThinned = false;
  private isHeldBack = false;
  /** All its frames that are sent allow faster layers behind them. */
  private mayGoFaster = false;
  private packetsHeldBack = 0;

  constructor(private limit: LayerLimit) {}

  become(limit: LayerLimit): void {
    this.limit = limit;
    this.needsKeyframe = false;
    this.packetsHeldBack = 0;
  }

  /** Eight times the spatial layer and the temporal one that a viewer is told of: a key picture begins all that is to be sent. */
  get announced(): number {
    return (this.isKey ? this.limit.spatialLayer : this.spatialLayer) * 8 + this.temporalLayer;
  }

  /** Of packets in their order; those without layers are for everybody. @returns false for what is left out */
  passes(packet: SourcePacket): boolean {
    if (!packet.isLayered) return true;
    const { spatialLayer, temporalLayer, timestamp } = packet;
    if (timestamp !== this.timestamp) this.beginPicture(timestamp);
    if (packet.startsFrame) this.beginFrame(packet);
    if (spatialLayer <= this.spatialLayer && temporalLayer <= this.temporalLayer) return true;
    this.isThinned = true;
    if (spatialLayer <= this.limit.spatialLayer && temporalLayer <= this.limit.temporalLayer) this.holdBack(packet);
    return false;
  }

  private beginPicture(timestamp: number): void {
    const { spatialLayer, temporalLayer } = this.limit;
    if (this.isKey && !this.isHeldBack) this.spatialLayer = spatialLayer;
    if (this.mayGoFaster) this.goFaster();
    this.temporalLayer = Math.min(this.temporalLayer, temporalLayer);
    this.spatialLayer = Math.min(this.spatialLayer, spatialLayer);
    this.timestamp = timestamp;
    this.isKey = false;
    this.isBegun = false;
    this.isThinned = false;
    this.isHeldBack = false;
    this.mayGoFaster = false;
  }

  /** What a decoder can begin with refers to no other picture, whatever is said of it; where the smaller sizes have stopped the first is one of the others. */
  private beginFrame({
    spatialLayer,
    temporalLayer,
    startsLayer: isSaid,
    startsKeyframe,
    allowsFaster,
  }: SourcePacket): void {
    const startsLayer = isSaid || startsKeyframe;
    const isFirst = spatialLayer === 0 || (!this.isBegun && !this.isThinned);
    if (startsLayer && isFirst) this.beginKeyPicture();
    const isNext = spatialLayer > this.spatialLayer && spatialLayer <= this.limit.spatialLayer;
    if (startsLayer && isNext && !this.isThinned) this.spatialLayer = spatialLayer;
    if (spatialLayer > this.spatialLayer || temporalLayer > this.temporalLayer) return;
    this.mayGoFaster = allowsFaster && (this.mayGoFaster || !this.isBegun);
    this.isBegun = true;
  }

  private beginKeyPicture(): void {
    this.isKey = true;
    this.needsKeyframe = false;
    this.goFaster();
  }

  private goFaster(): void {
    this.temporalLayer = this.limit.temporalLayer;
    this.packetsHeldBack = 0;
  }

  private holdBack({ spatialLayer }: SourcePacket): void {
    this.isHeldBack = true;
    this.packetsHeldBack += 1;
    if (spatialLayer > this.spatialLayer || this.packetsHeldBack > MOST_HELD_BACK) this.needsKeyframe = true;
  }
}
