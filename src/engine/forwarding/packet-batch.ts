import type { MediaKind } from '../../media/codecs/codec.js';
import type { PacketSource } from '../../media/forwarding/packet-source.js';
import { SourcePacket } from '../../media/forwarding/source-packet.js';

/** A picture at 2.5 Mbit/s and its sound. */
const MOST_PACKETS = 16;

interface Entry {
  kind: MediaKind;
  source: PacketSource | undefined;
  readonly packet: SourcePacket;
}

/**
 * Packets of a publisher that came together. Each viewer gets all of them at once: its keys, its keystream and its
 * tables, some fifty KiB, come into the processor's cache once for all, and the kernels seal several packets of one key
 * for little more than the price of one. Reused: nothing is allocated.
 */
export class PacketBatch {
  count = 0;
  private readonly entries: readonly Entry[];

  constructor(memoryBytes: Uint8Array) {
    this.entries = Array.from({ length: MOST_PACKETS }, () => ({
      kind: 'video',
      source: undefined,
      packet: new SourcePacket(memoryBytes),
    }));
  }

  /** Only while it is not full. */
  add(kind: MediaKind, source: PacketSource, packet: SourcePacket): void {
    const entry = this.entries[this.count];
    if (entry === undefined) return;
    entry.kind = kind;
    entry.source = source;
    entry.packet.copy(packet);
    this.count += 1;
  }

  get isFull(): boolean {
    return this.count === MOST_PACKETS;
  }

  forwardTo(viewer: PacketTaker): void {
    for (let i = 0; i < this.count; i++) {
      const entry = this.entries[i];
      if (entry?.source !== undefined) viewer.forward(entry.kind, entry.source, entry.packet, entry.packet.arrivalMs);
    }
    viewer.flush();
  }

  clear(): void {
    this.count = 0;
  }
}

/** Who is sent packets. Never throws: its own failure is its own. */
export interface PacketTaker {
  /** Sends a packet on, now or at `flush`. Its bytes are borrowed. */
  forward(kind: MediaKind, source: PacketSource, packet: SourcePacket, nowMs: number): void;
  /** What was forwarded leaves. */
  flush(): void;
}
