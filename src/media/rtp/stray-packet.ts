import { NO_SLOT, PacketPayload } from './packet-payload.js';

/** A packet far from all others of its stream: the start of a new sequence, or nothing of interest. One at a time. */
export class StrayPacket {
  readonly payload: PacketPayload;
  sequenceNumber = 0;
  /** Nothing else of the stream came since. */
  isAlone = false;
  private slot = NO_SLOT;

  constructor(bytes: Uint8Array) {
    this.payload = new PacketPayload(bytes);
  }

  get isHeld(): boolean {
    return this.slot !== NO_SLOT;
  }

  /** Keeps a packet until another follows on it, or nothing else comes. */
  hold(slot: number, sequenceNumber: number, payload: PacketPayload): void {
    this.slot = slot;
    this.sequenceNumber = sequenceNumber;
    this.isAlone = true;
    this.payload.copy(payload);
  }

  isFollowedBy(sequenceNumber: number): boolean {
    return this.isHeld && sequenceNumber === ((this.sequenceNumber + 1) & 0xffff);
  }

  /** Ends the hold. @returns the slot, which the caller gives back once the payload was used */
  take(): number {
    const slot = this.slot;
    this.slot = NO_SLOT;
    return slot;
  }
}
