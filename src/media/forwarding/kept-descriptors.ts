import type { SourcePacket } from './source-packet.js';

/** What is known of the dependency descriptors of packets that are kept, by their places: whoever is sent one again gets the same bytes. */
export class KeptDescriptors {
  private readonly lengths: Uint8Array;
  private readonly maskPlaces: Uint16Array;
  private readonly counts: Uint8Array;
  private readonly active: Uint32Array;
  private readonly within: (Uint32Array | undefined)[];

  constructor(places: number) {
    this.lengths = new Uint8Array(places);
    this.maskPlaces = new Uint16Array(places);
    this.counts = new Uint8Array(places);
    this.active = new Uint32Array(places);
    this.within = new Array<Uint32Array | undefined>(places).fill(undefined);
  }

  add(at: number, packet: SourcePacket): void {
    const { descriptorLength } = packet;
    this.lengths[at] = descriptorLength;
    if (descriptorLength === 0) return;
    this.maskPlaces[at] = packet.targetMaskAt;
    this.counts[at] = packet.targetCount;
    this.active[at] = packet.activeTargets;
    this.within[at] = packet.targetsWithin;
  }

  load(at: number, into: SourcePacket): void {
    into.descriptorLength = this.lengths[at] ?? 0;
    into.targetMaskAt = this.maskPlaces[at] ?? 0;
    into.targetCount = this.counts[at] ?? 0;
    into.activeTargets = this.active[at] ?? 0;
    into.targetsWithin = this.within[at];
  }
}
