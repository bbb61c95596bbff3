import type { RtpPayload } from '../codecs/codec.js';

/** In place of a slot's offset: nothing holds this packet's bytes. */
export const NO_SLOT = -1;

/** A payload object that a receive stream uses for packet after packet. */
export class PacketPayload implements RtpPayload {
  offset = 0;
  length = 0;
  timestamp = 0;
  marker = false;
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
    arrivalMs: number,
    isRepaired: boolean,
  ): void {
    this.offset = offset;
    this.length = length;
    this.timestamp = timestamp;
    this.marker = marker;
    this.arrivalMs = arrivalMs;
    this.isRepaired = isRepaired;
  }

  copy(other: PacketPayload): void {
    this.set(other.offset, other.length, other.timestamp, other.marker, other.arrivalMs, other.isRepaired);
  }
}
