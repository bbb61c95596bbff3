import { findCodec } from '../../media/codecs/index.js';
import type { PacketHistoryLimits } from '../../media/forwarding/packet-history.js';
import { PacketSource, type KeyframeTest } from '../../media/forwarding/packet-source.js';
import { PublisherClock } from '../../media/forwarding/publisher-clock.js';
import type { SourcePacket } from '../../media/forwarding/source-packet.js';
import type { MediaMemory } from '../../media/memory.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { LayerReceiver } from '../session/layer-receiver.js';
import type { TrackReceiver } from '../session/track-receiver.js';
import { byQuality, ForwardedLayer } from './forwarded-layer.js';

/** Of a layer of pictures and of sound: a second and more of what browsers send. */
const VIDEO_HISTORY: PacketHistoryLimits = { sizeBytes: 1024 * 1024, ageMs: 2_000 };
const AUDIO_HISTORY: PacketHistoryLimits = { sizeBytes: 64 * 1024, ageMs: 2_000 };
/** Where recordings may come to need what is left of the memory: next to nothing is kept. */
const NO_HISTORY: PacketHistoryLimits = { sizeBytes: 2048, ageMs: 0 };
/** Of the worker's memory: what viewers lost is kept only while less has been used. */
const LARGEST_USE = 3 / 4;

interface Entry {
  readonly forwarded: ForwardedLayer;
  /** By payload type. */
  readonly keyframeTests: ReadonlyMap<number, KeyframeTest | undefined>;
}

/** What one publisher sends, layer by layer, as its viewers need it. Exists while somebody watches. */
export class PublisherSources {
  private readonly clock = new PublisherClock();
  private readonly entries = new Map<LayerReceiver, Entry>();

  constructor(private readonly memory: MediaMemory) {}

  of(layer: LayerReceiver): PacketSource {
    return this.entryOf(layer).forwarded.source;
  }

  /** @returns what there is of a track at present, best first */
  layersOf({ layers }: TrackReceiver, nowMs: number): ForwardedLayer[] {
    const forwarded = layers.map((layer) => this.entryOf(layer).forwarded);
    for (const layer of forwarded) layer.tick(nowMs);
    return forwarded.sort(byQuality);
  }

  /** @returns undefined for a packet that is not sent on */
  receive(
    layer: LayerReceiver,
    slot: number,
    header: RtpHeader,
    length: number,
    nowMs: number,
    isRetransmission: boolean,
  ): SourcePacket | undefined {
    const { forwarded, keyframeTests } = this.entryOf(layer);
    const captureTimeId = isRetransmission ? undefined : layer.track.extensions.absoluteCaptureTime;
    return forwarded.source.receive(slot, header, length, nowMs, captureTimeId, keyframeTests.get(header.payloadType));
  }

  close(): void {
    for (const { forwarded } of this.entries.values()) forwarded.source.close();
    this.entries.clear();
  }

  private entryOf(layer: LayerReceiver): Entry {
    const known = this.entries.get(layer);
    if (known !== undefined) return known;
    const { kind, formats } = layer.track;
    const tests = formats.map(({ payloadType, codecName }): [number, KeyframeTest | undefined] => [
      payloadType,
      findCodec(codecName, kind)?.startsKeyframe,
    ]);
    const { memory, clock } = this;
    const history = this.historyLimits(kind === 'video' ? VIDEO_HISTORY : AUDIO_HISTORY);
    const source = new PacketSource({ memory, clockRate: formats[0].clockRate, clock, history });
    const entry = { forwarded: new ForwardedLayer(layer, source), keyframeTests: new Map(tests) };
    this.entries.set(layer, entry);
    return entry;
  }

  private historyLimits(wanted: PacketHistoryLimits): PacketHistoryLimits {
    const { usedBytes, bytes } = this.memory;
    return usedBytes + wanted.sizeBytes <= bytes.length * LARGEST_USE ? wanted : NO_HISTORY;
  }
}
