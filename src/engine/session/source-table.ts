import type { MediaMemory } from '../../media/memory.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { TrackReceiver } from './track-receiver.js';

/** Where packets of one SSRC go. */
export interface Source {
  readonly ssrc: number;
  readonly receiver: TrackReceiver;
  readonly isRetransmission: boolean;
}

/** A publisher has two tracks with a retransmission source each; the rest is room for those that restart. */
const MOST_SOURCES = 32;
const decoder = new TextDecoder();

/**
 * Which track an SSRC belongs to: as the offer said, else as the MID header extension says (RFC 8843 section 9.2), else
 * by its payload type. Asked for authentic packets only.
 */
export class SourceTable {
  private sources: Source[] = [];

  constructor(
    private readonly receivers: readonly TrackReceiver[],
    private readonly memory: MediaMemory,
  ) {
    for (const receiver of receivers) {
      for (const { ssrc, rtxSsrc } of receiver.track.sources) {
        this.add({ ssrc, receiver, isRetransmission: false });
        if (rtxSsrc !== undefined) this.add({ ssrc: rtxSsrc, receiver, isRetransmission: true });
      }
    }
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

  private learn(slot: number, header: RtpHeader): Source | undefined {
    const receiver = this.byMid(slot, header) ?? this.byPayloadType(header.payloadType);
    if (receiver === undefined) return undefined;
    const [{ payloadType, rtxPayloadType }] = receiver.track.formats;
    const isRetransmission = header.payloadType === rtxPayloadType;
    if (!isRetransmission && header.payloadType !== payloadType) return undefined;
    return this.add({ ssrc: header.ssrc, receiver, isRetransmission });
  }

  private add(source: Source): Source {
    if (this.sources.length >= MOST_SOURCES) this.sources = this.sources.slice(1);
    this.sources.push(source);
    return source;
  }

  private byMid(slot: number, header: RtpHeader): TrackReceiver | undefined {
    const id = this.receivers.find(({ track }) => track.extensions.mid !== undefined)?.track.extensions.mid;
    if (id === undefined || !header.readExtension(this.memory.bytes, slot, id)) return undefined;
    const { extensionStart, extensionLength } = header;
    const mid = decoder.decode(this.memory.bytes.subarray(extensionStart, extensionStart + extensionLength));
    return this.receivers.find(({ track }) => track.mid === mid);
  }

  private byPayloadType(payloadType: number): TrackReceiver | undefined {
    return this.receivers.find(
      ({ track: { formats } }) => payloadType === formats[0].payloadType || payloadType === formats[0].rtxPayloadType,
    );
  }
}
