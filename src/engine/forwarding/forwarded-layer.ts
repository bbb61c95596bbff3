import type { ViewableLayer } from '../../media/forwarding/layer-choice.js';
import { EVERY_LAYER, type LayerLimit } from '../../media/forwarding/layer-filter.js';
import type { PacketSource } from '../../media/forwarding/packet-source.js';
import { RateMeter } from '../../media/forwarding/rate-meter.js';
import type { LayerReceiver } from '../session/layer-receiver.js';

/** What has not been heard for so long does not flow. */
const SILENCE_MS = 1_000;

/** Packets that a viewer may be sent. */
export interface OfferedLayer extends ViewableLayer {
  readonly source: PacketSource;
  /** What is sent of the source. */
  readonly limit: LayerLimit;
}

/** A layer of a track, or all there is of it, as viewers may be sent it. */
export class ForwardedLayer implements OfferedLayer {
  readonly limit = EVERY_LAYER;
  bitsPerSecond = 0;
  isFlowing = false;
  private readonly meter = new RateMeter();

  constructor(
    readonly layer: LayerReceiver,
    readonly source: PacketSource,
  ) {}

  get rid(): string | undefined {
    return this.layer.rid;
  }

  /** To be called some times per second. */
  tick(nowMs: number): void {
    this.bitsPerSecond = this.meter.read(this.source.bytesReceived, nowMs);
    this.isFlowing = nowMs - this.layer.lastPacketMs < SILENCE_MS;
  }
}

/** Best first: the larger picture, of equals and of those not yet known the one that the sender prefers. */
export function byQuality(one: ForwardedLayer, other: ForwardedLayer): number {
  const areKnown = one.layer.pixels > 0 && other.layer.pixels > 0;
  const larger = areKnown ? other.layer.pixels - one.layer.pixels : 0;
  return larger === 0 ? one.layer.rank - other.layer.rank : larger;
}
