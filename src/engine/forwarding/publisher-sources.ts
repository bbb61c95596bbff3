import type { CodecDefinition } from '../../media/codecs/codec.js';
import { findCodec } from '../../media/codecs/index.js';
import type { PacketHistoryLimits } from '../../media/forwarding/packet-history.js';
import { PacketSource, type KeyframeTest } from '../../media/forwarding/packet-source.js';
import { PublisherClock } from '../../media/forwarding/publisher-clock.js';
import { SourceLayers } from '../../media/forwarding/source-layers.js';
import type { SourcePacket } from '../../media/forwarding/source-packet.js';
import type { MediaMemory } from '../../media/memory.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import type { LayerReceiver } from '../session/layer-receiver.js';
import type { TrackReceiver } from '../session/track-receiver.js';
import { byQuality, ForwardedLayer, type OfferedLayer } from './forwarded-layer.js';
import { ScalableLayers } from './scalable-layers.js';

/** Of a layer of pictures and of sound: a second and more of what browsers send. */
const VIDEO_HISTORY: PacketHistoryLimits = { sizeBytes: 1024 * 1024, ageMs: 2_000 };
const AUDIO_HISTORY: PacketHistoryLimits = { sizeBytes: 64 * 1024, ageMs: 2_000 };
/** Where recordings may come to need what is left of the memory: next to nothing is kept. */
const NO_HISTORY: PacketHistoryLimits = { sizeBytes: 2048, ageMs: 0 };
/** Of the worker's memory: what viewers lost is kept only while less has been used. */
const LARGEST_USE = 3 / 4;

/** How packets of one payload type are looked into. */
interface Reading {
  readonly startsKeyframe: KeyframeTest | undefined;
  readonly layers: SourceLayers | undefined;
}

interface Entry {
  readonly forwarded: ForwardedLayer;
  /** By payload type. */
  readonly readings: ReadonlyMap<number, Reading>;
  /** One for each codec that has layers. */
  readonly scalable: readonly ScalableLayers[];
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
  layersOf({ layers }: TrackReceiver, nowMs: number): readonly OfferedLayer[] {
    const [only, ...others] = layers.map((layer) => this.entryOf(layer));
    const scalable = others.length > 0 ? [] : (only?.scalable.flatMap((one) => one.tick(nowMs)) ?? []);
    if (scalable.length > 0) return scalable;
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
    const { forwarded, readings } = this.entryOf(layer);
    const captureTimeId = isRetransmission ? undefined : layer.track.extensions.absoluteCaptureTime;
    const reading = readings.get(header.payloadType);
    const startsKeyframe = reading?.startsKeyframe;
    return forwarded.source.receive(slot, header, length, nowMs, captureTimeId, startsKeyframe, reading?.layers);
  }

  close(): void {
    for (const { forwarded } of this.entries.values()) forwarded.source.close();
    this.entries.clear();
  }

  private entryOf(layer: LayerReceiver): Entry {
    const known = this.entries.get(layer);
    if (known !== undefined) return known;
    const { kind, formats } = layer.track;
    const { memory, clock } = this;
    const history = this.historyLimits(kind === 'video' ? VIDEO_HISTORY : AUDIO_HISTORY);
    const source = new PacketSource({ memory, clockRate: formats[0].clockRate, clock, history });
    const readings = readingsOf(layer.track);
    const found = [...new Set([...readings.values()].flatMap(({ layers }) => layers ?? []))];
    const scalable = found.map((one) => new ScalableLayers(source, one));
    const entry = { forwarded: new ForwardedLayer(layer, source), readings, scalable };
    this.entries.set(layer, entry);
    return entry;
  }

  private historyLimits(wanted: PacketHistoryLimits): PacketHistoryLimits {
    const { usedBytes, bytes } = this.memory;
    return usedBytes + wanted.sizeBytes <= bytes.length * LARGEST_USE ? wanted : NO_HISTORY;
  }
}

function readingsOf({ kind, formats, extensions }: NegotiatedTrack): Map<number, Reading> {
  const byCodec = new Map<CodecDefinition | undefined, Reading>();
  return new Map(
    formats.map(({ payloadType, codecName }) => {
      const codec = findCodec(codecName, kind);
      const reading = byCodec.get(codec) ?? readingOf(codec, extensions.dependencyDescriptor);
      byCodec.set(codec, reading);
      return [payloadType, reading];
    }),
  );
}

function readingOf(codec: CodecDefinition | undefined, descriptorId: number | undefined): Reading {
  const { startsKeyframe, layers: binding } = codec ?? {};
  if (binding === undefined) return { startsKeyframe, layers: undefined };
  const neededId = binding.needsDescriptor ? descriptorId : undefined;
  return { startsKeyframe, layers: new SourceLayers(binding.createReader(), neededId) };
}
