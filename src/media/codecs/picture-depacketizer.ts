import type { AccessUnitSink, CodecParameters, Depacketizer, RtpPayload } from './codec.js';

/** Pictures of 8K have some MB. One that goes on for longer is given up: it bounds what a sender can fill. */
const MAX_UNIT_BYTES = 8 << 20;

/**
 * What depacketizers of pictures have in common: where an access unit begins and ends, and what a loss does to it.
 *
 * An access unit ends at the marker or where the timestamp changes. After a loss a unit is delivered only if its bytes
 * show that its beginning is there: then nothing of the picture itself was lost.
 *
 * Runs per packet: bytes go from the packet straight to the sink, nothing is allocated.
 */
export abstract class PictureDepacketizer implements Depacketizer {
  protected readonly facts = {
    timestamp: 0,
    isKeyframe: false,
    parameters: undefined as CodecParameters | undefined,
    durationTicks: 0,
  };
  /** Something of the picture itself has come, not only what goes with it. */
  protected hasPicture = false;
  /** Packets before the first one of this access unit were lost, and the sink was told so. */
  protected isStartUncertain = false;
  private isOpen = false;
  private isSkipping = false;
  private isNextStartUncertain = false;
  private hasSeenMarker = false;

  constructor(protected readonly sink: AccessUnitSink) {}

  push(packet: RtpPayload): void {
    if (packet.length === 0) return;
    if (this.isOpen && packet.timestamp !== this.facts.timestamp) this.end();
    if (!this.isOpen) this.begin(packet.timestamp);
    if (!this.isSkipping && !this.take(packet)) this.damage();
    if (packet.marker) this.endAtMarker();
  }

  lost(): void {
    this.sink.discard();
    this.sink.damaged();
    this.isSkipping = this.isOpen;
    this.reset();
    this.isNextStartUncertain = true;
  }

  flush(): void {
    if (!this.isOpen) return;
    if (this.hasSeenMarker) this.isSkipping = true;
    this.end();
  }

  /** @returns false when the payload is malformed or does not follow the one before: the access unit is dropped */
  protected abstract readPayload(bytes: Uint8Array, offset: number, length: number): boolean;

  /** Forgets what is half put together: an access unit begins or is dropped. */
  protected abstract reset(): void;

  /** All packets of an access unit were read. @returns false when something in it has no end */
  protected abstract complete(): boolean;

  private take({ bytes, offset, length }: RtpPayload): boolean {
    return this.sink.length + length <= MAX_UNIT_BYTES && this.readPayload(bytes, offset, length);
  }

  private begin(timestamp: number): void {
    this.isOpen = true;
    this.hasPicture = false;
    this.isSkipping = false;
    this.isStartUncertain = this.isNextStartUncertain;
    this.isNextStartUncertain = false;
    this.facts.timestamp = timestamp;
    this.facts.isKeyframe = false;
    this.reset();
  }

  /** Some senders mark their parameter sets as well: the picture follows under the same timestamp. */
  private endAtMarker(): void {
    this.hasSeenMarker = true;
    this.isNextStartUncertain = false;
    if (this.hasPicture || this.isSkipping) this.end();
  }

  private end(): void {
    if (!this.isSkipping && !this.complete()) this.damage();
    this.isOpen = false;
    if (this.isSkipping || (this.isStartUncertain && !this.hasPicture)) this.sink.dropped();
    if (this.isSkipping || !this.hasPicture) this.sink.discard();
    else this.sink.finish(this.facts);
  }

  /** The rest of the access unit is skipped. */
  private damage(): void {
    this.sink.discard();
    if (!this.isStartUncertain) this.sink.damaged();
    this.isSkipping = true;
    this.reset();
  }
}
