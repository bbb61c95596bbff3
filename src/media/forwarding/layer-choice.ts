/** A simulcast layer, or a layer (SVC) with those below it, that a viewer may be sent. */
export interface ViewableLayer {
  /** Undefined where there is one only. */
  readonly rid: string | undefined;
  readonly bitsPerSecond: number;
  /** Packets of it come at present. */
  readonly isFlowing: boolean;
  /** Never chosen unless it was asked for. */
  readonly isOnRequest?: boolean;
  /** The same for who is not sent the dependency descriptor. */
  readonly needsDescriptor?: boolean;
}

/** A better layer has to fit with so much to spare, */
const ROOM_FOR_BETTER = 1.2;
/** and this long after the last change. */
const SHORTEST_STAY_MS = 3_000;

/**
 * Which layer one viewer is sent: the best that flows and that the way to the viewer carries, or the one that
 * was asked for. Down at once, up with room to spare and not soon after a change; the lowest layer is never given up.
 */
export class LayerChoice<Layer extends ViewableLayer> {
  private layer: Layer | undefined;
  private changedMs = -Infinity;
  private wantedRid: string | undefined;

  /**
   * @param takesAny also of the layers that are there on request only
   * @param hasDescriptor the viewer is sent the dependency descriptor
   */
  constructor(
    private readonly takesAny = false,
    private readonly hasDescriptor = false,
  ) {}

  /** @param rid of the layer to send whatever fits, for as long as it flows; undefined to choose again */
  pin(rid: string | undefined): void {
    this.wantedRid = rid;
  }

  get pinned(): string | undefined {
    return this.wantedRid;
  }

  /**
   * To be called some times per second. A change of the answer takes effect at the layer's next key frame.
   *
   * @param layers best first
   * @param bitsPerSecond what the way carries, of which sound was taken off
   * @returns undefined when there are no layers
   */
  select(layers: readonly Layer[], bitsPerSecond: number, nowMs: number): Layer | undefined {
    const next = this.best(layers, bitsPerSecond, nowMs);
    if (next !== this.layer) this.changedMs = nowMs;
    this.layer = next;
    return next;
  }

  private best(layers: readonly Layer[], bitsPerSecond: number, nowMs: number): Layer | undefined {
    const flowing = layers.filter(({ isFlowing }) => isFlowing);
    const pinned = flowing.find(({ rid }) => rid !== undefined && rid === this.wantedRid);
    if (pinned !== undefined) return pinned;
    if (flowing.length === 0) return this.layer !== undefined && layers.includes(this.layer) ? this.layer : layers[0];
    const eligible = flowing.filter((layer) => this.takesAny || this.isFor(layer));
    const current = eligible.findIndex((layer) => layer === this.layer);
    const fits = (layer: Layer, room: number): boolean => layer.bitsPerSecond * room <= bitsPerSecond;
    const mayRise = nowMs - this.changedMs >= SHORTEST_STAY_MS;
    const found = eligible.findIndex((layer, index) => {
      if (current < 0 || index >= current) return fits(layer, 1);
      return mayRise && fits(layer, ROOM_FOR_BETTER);
    });
    return eligible[found] ?? eligible.at(-1);
  }

  private isFor({ isOnRequest, needsDescriptor }: Layer): boolean {
    return isOnRequest !== true && (this.hasDescriptor || needsDescriptor !== true);
  }
}
