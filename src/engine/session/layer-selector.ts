/** What is known of a simulcast layer. */
export interface LayerState {
  /** Place in the sender's order of preference, 0 is the best. */
  readonly rank: number;
  /** Of the picture, 0 before its first key frame and for sound. */
  readonly pixels: number;
  /** Monotonic; -Infinity before the first packet. */
  readonly lastPacketMs: number;
  /** Since when packets have come without a long pause. */
  readonly flowingSinceMs: number;
}

/** The layer in use has stopped when another one was heard so much later, */
const STOPPED_MS = 600;
/** and this for so long: all layers of a slow picture pause together, and their packets come one after another. */
const SURELY_STOPPED_MS = 100;
/** A layer whose packets pause for longer begins anew. */
export const LONGEST_PAUSE_MS = 2_000;
/** How long a better layer must have flowed to be changed to. It doubles each time that the layer stops while in use. */
const STEADY_MS = 1_000;
const LONGEST_STEADY_MS = 30_000;
/** A layer that was in use for so long is trusted as at first. */
const TRUSTED_MS = 60_000;
/** All layers of a sender begin at about the same time: until then the better one is taken at once. */
const START_MS = 1_000;

/**
 * Which of a track's simulcast layers is taken: the best that flows. Pure: time is passed in.
 *
 * Better is the larger picture, of equals and of those not yet known the one that the sender prefers (RFC 8853 section
 * 5.2). A change happens at a key frame of the layer changed to.
 */
export class LayerSelector<Layer extends LayerState> {
  private layer: Layer | undefined;
  private sinceMs = -Infinity;
  private startedMs: number | undefined;
  private stoppingSinceMs: number | undefined;
  private readonly steadyMs = new Map<Layer, number>();

  constructor(private readonly layers: readonly Layer[]) {
    if (layers.length === 1) this.layer = layers[0];
  }

  /** Undefined before the first key frame. */
  get current(): Layer | undefined {
    return this.layer;
  }

  /** A key frame of `layer` is here. @returns true when the layer is in use from now on */
  keyframe(layer: Layer, nowMs: number): boolean {
    if (layer === this.layer) return true;
    this.startedMs ??= nowMs;
    if (!this.mayTake(layer, nowMs)) return false;
    this.leave(nowMs);
    this.layer = layer;
    this.sinceMs = nowMs;
    this.stoppingSinceMs = undefined;
    return true;
  }

  /** To be called some times per second. @returns a layer whose next key frame is waited for */
  wanted(nowMs: number): Layer | undefined {
    if (this.layers.length === 1) return undefined;
    this.noteStopping(nowMs);
    let best: Layer | undefined;
    for (const layer of this.layers) {
      if (!this.isCandidate(layer, nowMs)) continue;
      if (best === undefined || isBetter(layer, best)) best = layer;
    }
    return best;
  }

  private isCandidate(layer: Layer, nowMs: number): boolean {
    if (layer === this.layer || !isFlowing(layer, nowMs)) return false;
    return layer.pixels === 0 || this.mayTake(layer, nowMs);
  }

  private mayTake(layer: Layer, nowMs: number): boolean {
    if (this.layer === undefined || this.hasStopped(nowMs)) return true;
    if (!isBetter(layer, this.layer)) return false;
    const isStart = nowMs - (this.startedMs ?? nowMs) < START_MS;
    return isStart || nowMs - layer.flowingSinceMs >= (this.steadyMs.get(layer) ?? STEADY_MS);
  }

  private hasStopped(nowMs: number): boolean {
    return this.stoppingSinceMs !== undefined && nowMs - this.stoppingSinceMs >= SURELY_STOPPED_MS;
  }

  private noteStopping(nowMs: number): void {
    const lastMs = this.layer?.lastPacketMs ?? Infinity;
    const isStopping = this.layers.some((other) => other.lastPacketMs - lastMs >= STOPPED_MS);
    this.stoppingSinceMs = isStopping ? (this.stoppingSinceMs ?? nowMs) : undefined;
  }

  /** A layer that has stopped has to flow for longer before it is taken again. */
  private leave(nowMs: number): void {
    if (this.layer === undefined || !this.hasStopped(nowMs)) return;
    const before = nowMs - this.sinceMs >= TRUSTED_MS ? STEADY_MS : (this.steadyMs.get(this.layer) ?? STEADY_MS);
    this.steadyMs.set(this.layer, Math.min(before * 2, LONGEST_STEADY_MS));
  }
}

function isBetter(one: LayerState, other: LayerState): boolean {
  const areKnown = one.pixels > 0 && other.pixels > 0;
  return areKnown && one.pixels !== other.pixels ? one.pixels > other.pixels : one.rank < other.rank;
}

function isFlowing(layer: LayerState, nowMs: number): boolean {
  return nowMs - layer.lastPacketMs < STOPPED_MS;
}
