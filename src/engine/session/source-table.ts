import type { MediaMemory } from '../../media/memory.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { LayerReceiver } from './layer-receiver.js';
import type { TrackReceiver } from './track-receiver.js';

/** Where packets of one SSRC go. */
export interface Source {
  readonly ssrc: number;
  readonly layer: LayerReceiver;
  readonly isRetransmission: boolean;
}

/** A publisher has two tracks of a few layers with a retransmission source each; the rest is room for those that restart. */
const MOST_SOURCES = 64;
const decoder = new TextDecoder();

/**
 * Which layer of which track an SSRC belongs to: as the offer said, else as the header extensions MID (RFC 8843 section
 * 9.2) and RID (RFC 8852) say, else by its payload type. Asked for authentic packets only.
 */
export class SourceTable {
  private sources: Source[] = [];

  constructor(
    private readonly receivers: readonly TrackReceiver[],
    private readonly memory: MediaMemory,
  ) {
    for (const receiver of receivers) if (receiver.track.rids.length === 0) this.addAnnounced(receiver);
  }

  /** @returns undefined for a packet of no track */
  find(slot: number, header: RtpHeader): Source | undefined {
    for (const source of this.sources) if (source.ssrc === header.ssrc) return source;
    return this.learn(slot, header);
  }

  /** A walk over the few sources, as above: for sender reports. */
  bySsrc(ssrc: number): Source | undefined {
    return this.sources.find((source) => source.ssrc === ssrc);
  }

  /** Layers with rids say by them which SSRCs are theirs. */
  private addAnnounced({ track, layers }: TrackReceiver): void {
    for (const { ssrc, rtxSsrc, layer: place } of track.sources) {
      const layer = place === undefined ? layers[0] : layers[place];
      if (layer === undefined) continue;
      this.add({ ssrc, layer, isRetransmission: false });
      if (rtxSsrc !== undefined) this.add({ ssrc: rtxSsrc, layer, isRetransmission: true });
    }
  }

  private learn(slot: number, header: RtpHeader): Source | undefined {
    const receiver = this.byMid(slot, header) ?? this.byPayloadType(header.payloadType);
    const use = receiver && useOf(receiver, header.payloadType);
    if (receiver === undefined || use === undefined) return undefined;
    const isRetransmission = use === 'retransmission';
    const layer = this.layerOf(receiver, slot, header, isRetransmission);
    return layer && this.add({ ssrc: header.ssrc, layer, isRetransmission });
  }

  /** Of several layers that have no rids the best is taken for one that has started again under another SSRC. */
  private layerOf(
    { track, layers }: TrackReceiver,
    slot: number,
    header: RtpHeader,
    isRetransmission: boolean,
  ): LayerReceiver | undefined {
    if (track.rids.length > 0) {
      const { rid, repairedRid } = track.extensions;
      const name = this.text(isRetransmission ? (repairedRid ?? rid) : rid, slot, header);
      return layers.find((layer) => layer.rid === name);
    }
    if (layers.length === 1) return layers[0];
    return isRetransmission ? undefined : layers.find(({ rank }) => rank === 0);
  }

  private add(source: Source): Source {
    if (this.sources.length >= MOST_SOURCES) this.sources = this.sources.slice(1);
    this.sources.push(source);
    return source;
  }

  private byMid(slot: number, header: RtpHeader): TrackReceiver | undefined {
    const id = this.receivers.find(({ track }) => track.extensions.mid !== undefined)?.track.extensions.mid;
    const mid = this.text(id, slot, header);
    return mid === undefined ? undefined : this.receivers.find(({ track }) => track.mid === mid);
  }

  /** @returns a header extension's text, undefined where the packet has none */
  private text(id: number | undefined, slot: number, header: RtpHeader): string | undefined {
    if (id === undefined || !header.readExtension(this.memory.bytes, slot, id)) return undefined;
    const { extensionStart, extensionLength } = header;
    return decoder.decode(this.memory.bytes.subarray(extensionStart, extensionStart + extensionLength));
  }

  private byPayloadType(payloadType: number): TrackReceiver | undefined {
    return this.receivers.find((receiver) => useOf(receiver, payloadType) !== undefined);
  }
}

function useOf({ track }: TrackReceiver, payloadType: number): 'media' | 'retransmission' | undefined {
  if (track.formats.some((format) => format.payloadType === payloadType)) return 'media';
  return track.formats.some((format) => format.rtxPayloadType === payloadType) ? 'retransmission' : undefined;
}
