import type { RtpPayload } from '../codecs/codec.js';

/** In place of a slot's offset: nothing holds this packet's bytes. */
export const NO_SLOT = -1;

/** One packet's payload, and which format it has. */
export interface ReceivedPayload extends RtpPayload {
  /** Of the original packet, where this is a retransmission. */
  readonly payloadType: number;
}

/** A payload object that a receive stream uses for packet after packet. */
export class PacketPayload implements ReceivedPayload {
  offset = 0;
  length = 0;
  timestamp = 0;
  marker = false;
  payloadType = 0;
  /** Local monotonic time at which the packet came. */
  arrivalMs = 0;
  /** It came because it was asked for. */
  isRepaired = false;

  constructor(readonly bytes: Uint8Array) {}

  /** Takes the facts of another packet; the bytes are those of the same memory. */
  set(
    offset: number,
    length: number,
    timestamp: number,
    marker: boolean,
    payloadType: number,
    arrivalMs: number,
    isRepaired: boolean,
  ): void {
    this.offset = offset;
    this.length = length;
    this.timestamp = timestamp;
    this.marker = marker;
    this.payloadType = payloadType;
    this.arrivalMs = arrivalMs;
    this.isRepaired = isRepaired;
  }

  copy(other: PacketPayload): void {
    const { offset, length, timestamp, marker, payloadType, arrivalMs, isRepaired } = other;
    this.set(offset, length, timestamp, marker, payloadType, arrivalMs, isRepaired);
  }
}
