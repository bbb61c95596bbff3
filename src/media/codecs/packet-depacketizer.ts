import type { AccessUnitFacts, AccessUnitSink, CodecParameters, Depacketizer, RtpPayload } from './codec.js';

/** @returns the length of a packet's sound in clock-rate ticks, 0 for bytes that are none */
export type PacketDuration = (bytes: Uint8Array, offset: number, length: number) => number;

/** For sound of which one packet is one access unit, each of which can be decoded by itself. */
export class PacketDepacketizer implements Depacketizer {
  /** Reused for all packets: nothing is allocated per packet. */
  private readonly facts;

  constructor(
    private readonly sink: AccessUnitSink,
    parameters: CodecParameters,
    private readonly durationOf: PacketDuration,
  ) {
    this.facts = { timestamp: 0, isKeyframe: true, parameters, durationTicks: 0 };
  }

  push(packet: RtpPayload): void {
    if (packet.length === 0) return;
    const durationTicks = this.durationOf(packet.bytes, packet.offset, packet.length);
    if (durationTicks === 0) {
      this.sink.dropped();
      this.sink.damaged();
      return;
    }
    this.facts.timestamp = packet.timestamp;
    this.facts.durationTicks = durationTicks;
    this.sink.append(packet.bytes, packet.offset, packet.length);
    this.sink.finish(this.facts satisfies AccessUnitFacts);
  }

  lost(): void {
    this.sink.damaged();
  }

  flush(): void {
    // No access unit is ever in progress between two packets.
  }
}
