import type { AccessUnitFacts } from '../../media/codecs/codec.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import type { TrackStatistics } from '../protocol.js';
import { LayerReceiver, type LayerIdentity, type TrackEnvironment } from './layer-receiver.js';
import { LayerSelector } from './layer-selector.js';
import type { RecordingTarget } from '../recording/recording-target.js';
import { TrackMeter } from './track-meter.js';

/** One track of a publisher: all layers of it are received, one at a time is of use. */
export class TrackReceiver {
  /** One without simulcast. */
  readonly layers: readonly LayerReceiver[];
  private readonly selector: LayerSelector<LayerReceiver>;
  private readonly meter = new TrackMeter();
  private frames = 0;
  /** The layer that was in use before, until it is open for recording again. */
  private left: LayerReceiver | undefined;
  private nowMs = 0;

  /** @throws {RangeError} for a codec that is not in the list */
  constructor(
    readonly track: NegotiatedTrack,
    environment: TrackEnvironment,
  ) {
    const listener = {
      finished: (layer: LayerReceiver, facts: AccessUnitFacts) => this.finished(layer, facts),
      damaged: (layer: LayerReceiver) => this.damaged(layer),
    };
    this.layers = identitiesOf(track).map((identity) => new LayerReceiver(track, identity, environment, listener));
    this.selector = new LayerSelector(this.layers);
  }

  /** The layer that is of use at present; undefined before the first key frame of simulcast. */
  get currentLayer(): LayerReceiver | undefined {
    return this.selector.current;
  }

  get isVideo(): boolean {
    return this.track.kind === 'video';
  }

  /** From the next access unit on everything goes into `target`; undefined for nowhere. */
  recordInto(target: RecordingTarget | undefined): void {
    for (const layer of this.layers) layer.recordInto(target);
  }

  /** Whoever watches or records has use for a key frame, now and again until one comes. */
  requestKeyframe(): void {
    this.selector.current?.keyframes.want();
  }

  /** The sender begins: normally with a key frame. */
  expectKeyframe(nowMs: number): void {
    for (const layer of this.layers) layer.keyframes.expect(nowMs);
  }

  tick(nowMs: number): void {
    this.nowMs = nowMs;
    this.left?.reopen();
    this.left = undefined;
    for (const layer of this.layers) layer.tick(nowMs);
    this.selector.wanted(nowMs)?.keyframes.want();
  }

  flush(): void {
    for (const layer of this.layers) layer.flush();
  }

  close(): void {
    for (const layer of this.layers) layer.close();
  }

  /** Of all layers together; frames and parameters are those of the layer in use. */
  statistics(nowMs: number): TrackStatistics {
    const { mid, kind } = this.track;
    const layer = this.selector.current ?? this.layers[0];
    const { codecString, width, height } = layer?.parameters ?? {};
    const bytesReceived = this.total('bytesReceived');
    return {
      mid,
      kind,
      codecName: layer?.codecName ?? this.track.formats[0].codecName,
      codecString,
      width,
      height,
      ...this.meter.read(this.frames, bytesReceived, nowMs),
      bytesReceived,
      packetsReceived: this.total('packetsReceived'),
      packetsLost: this.total('packetsLost'),
      packetsRepaired: this.total('packetsRepaired'),
      jitterMs: layer?.jitterMs ?? 0,
      firstPacketAgoMs: this.firstPacketAgoMs(nowMs),
    };
  }

  private firstPacketAgoMs(nowMs: number): number | undefined {
    const firstMs = Math.min(...this.layers.map(({ firstPacketMs }) => firstPacketMs));
    return firstMs === Infinity ? undefined : nowMs - firstMs;
  }

  private finished(layer: LayerReceiver, facts: AccessUnitFacts): boolean {
    const before = this.selector.current;
    const isUseful = layer === before || this.mayChangeTo(layer, facts);
    if (!isUseful) return false;
    if (layer !== before) this.left = before;
    this.frames += 1;
    return true;
  }

  private mayChangeTo(layer: LayerReceiver, { isKeyframe, parameters }: AccessUnitFacts): boolean {
    if (!isKeyframe || parameters === undefined || layer === this.left) return false;
    return this.selector.keyframe(layer, Math.max(this.nowMs, layer.lastPacketMs));
  }

  /** What is of no use need not be whole. */
  private damaged(layer: LayerReceiver): void {
    if (this.isVideo && layer === this.selector.current) layer.keyframes.want();
  }

  private total(counter: Parameters<LayerReceiver['total']>[0]): number {
    let sum = 0;
    for (const layer of this.layers) sum += layer.total(counter);
    return sum;
  }
}

/** Layers have rids (RFC 8853), or SSRCs in a SIM group, in which the best comes last. */
function identitiesOf({ rids, sources }: NegotiatedTrack): LayerIdentity[] {
  if (rids.length > 0) return rids.map((rid, rank) => ({ rid, rank }));
  const layers = sources.filter(({ layer }) => layer !== undefined);
  if (layers.length < 2) return [{ rid: undefined, rank: 0 }];
  return layers.map((_, index) => ({ rid: undefined, rank: layers.length - 1 - index }));
}
