import type { MediaMemory } from '../memory.js';
import { KeptDescriptors } from './kept-descriptors.js';
import type { SourcePacket } from './source-packet.js';

/** Packets that are known; a power of two. At 2.5 Mbit/s these are some eight seconds. */
const MOST_PACKETS = 2048;
const MASK = MOST_PACKETS - 1;
const NONE = -1;
/** A ring of so many bytes holds dozens of packets. */
const ROOMY_BYTES = 64 * 1024;

export interface PacketHistoryLimits {
  /** Rounded up to a power of two. */
  readonly sizeBytes: number;
  readonly ageMs: number;
}

/**
 * The last packets of a source, for viewers who ask for them again: one for all viewers.
 *
 * A ring of bytes in the worker's memory and one of facts beside it; a packet goes when its place is needed, or when it
 * is too old to be of use. Where memory is short nothing is kept, and nothing found. Runs per packet: nothing is allocated.
 */
export class PacketHistory {
  private readonly start: number;
  private readonly sizeBytes: number;
  private readonly ageMs: number;
  /** Bytes ever written, holes at the end of the ring included: a packet is there while it lies in the last `sizeBytes`. */
  private written = 0;
  private readonly sequences = new Float64Array(MOST_PACKETS).fill(NONE);
  private readonly positions = new Float64Array(MOST_PACKETS);
  private readonly arrivals = new Float64Array(MOST_PACKETS);
  private readonly timestamps = new Uint32Array(MOST_PACKETS);
  private readonly payloadLengths = new Uint16Array(MOST_PACKETS);
  private readonly captureLengths = new Uint8Array(MOST_PACKETS);
  /** Marker in the highest bit, as on the wire. */
  private readonly payloadTypes = new Uint8Array(MOST_PACKETS);
  private readonly runs = new Uint32Array(MOST_PACKETS);
  /** Undefined until a packet has one. */
  private descriptors: KeptDescriptors | undefined;
  private isClosed = false;

  constructor(
    private readonly memory: MediaMemory,
    { sizeBytes, ageMs }: PacketHistoryLimits,
  ) {
    this.sizeBytes = 2 ** Math.ceil(Math.log2(sizeBytes));
    this.start = memory.allocate(this.sizeBytes);
    this.ageMs = ageMs;
  }

  /** Copies a packet, which is described as it lies here from then on. One larger than the whole ring is not kept. */
  add(packet: SourcePacket): void {
    const { sequence, payloadLength, captureLength, descriptorLength } = packet;
    packet.isKept = false;
    const length = payloadLength + captureLength + descriptorLength;
    if (this.isClosed || this.start < 0 || length > this.sizeBytes) return;
    const at = sequence & MASK;
    const position = this.reserve(length);
    const offset = this.start + (position % this.sizeBytes);
    const { bytes } = this.memory;
    bytes.copyWithin(offset, packet.captureOffset, packet.captureOffset + captureLength);
    const described = offset + captureLength;
    const payload = described + descriptorLength;
    if (descriptorLength > 0)
      bytes.copyWithin(described, packet.descriptorOffset, packet.descriptorOffset + descriptorLength);
    bytes.copyWithin(payload, packet.payloadOffset, packet.payloadOffset + payloadLength);
    packet.captureOffset = offset;
    packet.descriptorOffset = described;
    packet.payloadOffset = payload;
    packet.isKept = this.sizeBytes >= ROOMY_BYTES;
    this.sequences[at] = sequence;
    this.positions[at] = position;
    this.arrivals[at] = packet.arrivalMs;
    this.timestamps[at] = packet.timestamp;
    this.payloadLengths[at] = payloadLength;
    this.captureLengths[at] = captureLength;
    this.payloadTypes[at] = (packet.marker ? 0x80 : 0) | packet.payloadType;
    this.runs[at] = packet.run;
    if (descriptorLength > 0) this.descriptors ??= new KeptDescriptors(MOST_PACKETS);
    this.descriptors?.add(at, packet);
  }

  /**
   * @param sequence extended, as `add` was told
   * @param into describes the packet afterwards; its bytes are borrowed until the next `add`
   * @returns false when it was never here, or is no more
   */
  load(sequence: number, nowMs: number, into: SourcePacket): boolean {
    const at = sequence & MASK;
    const position = this.positions[at] ?? 0;
    const arrivalMs = this.arrivals[at] ?? 0;
    if (this.isClosed || this.sequences[at] !== sequence) return false;
    if (this.written - position > this.sizeBytes || nowMs - arrivalMs > this.ageMs) return false;
    const typeAndMarker = this.payloadTypes[at] ?? 0;
    const offset = this.start + (position % this.sizeBytes);
    const captureLength = this.captureLengths[at] ?? 0;
    into.run = this.runs[at] ?? 0;
    into.sequence = sequence;
    into.timestamp = this.timestamps[at] ?? 0;
    into.marker = typeAndMarker >= 0x80;
    into.payloadType = typeAndMarker & 0x7f;
    into.startsKeyframe = false;
    into.arrivalMs = arrivalMs;
    into.captureOffset = offset;
    into.captureLength = captureLength;
    into.descriptorOffset = offset + captureLength;
    into.descriptorLength = 0;
    this.descriptors?.load(at, into);
    into.payloadOffset = into.descriptorOffset + into.descriptorLength;
    into.payloadLength = this.payloadLengths[at] ?? 0;
    return true;
  }

  /** Gives the memory back. Idempotent. */
  close(): void {
    if (!this.isClosed && this.start >= 0) this.memory.release(this.start, this.sizeBytes);
    this.isClosed = true;
  }

  /** A packet lies in one piece: what is left at the end of the ring is skipped. @returns its position */
  private reserve(length: number): number {
    const left = this.sizeBytes - (this.written % this.sizeBytes);
    if (left < length) this.written += left;
    const position = this.written;
    this.written += length;
    return position;
  }
}
