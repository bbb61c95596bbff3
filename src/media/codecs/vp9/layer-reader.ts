import type { LayeredPacket, LayerReader } from '../codec.js';
import { PayloadDescriptor } from './payload-descriptor.js';

/** Layers of VP9 as the payload descriptor says them, RFC 9628 section 4.2. */
export class Vp9LayerReader implements LayerReader {
  private readonly descriptor = new PayloadDescriptor();

  read(packet: LayeredPacket): void {
    const { descriptor } = this;
    const { bytes, payloadOffset, payloadLength } = packet;
    packet.isLayered = descriptor.parse(bytes, payloadOffset, payloadLength) >= 0 && descriptor.hasLayerIndices;
    packet.spatialLayer = descriptor.spatialLayer;
    packet.temporalLayer = descriptor.temporalLayer;
    packet.startsFrame = descriptor.isFrameStart;
    packet.endsFrame = descriptor.isFrameEnd;
    packet.startsLayer = !descriptor.isInterPicture;
    packet.allowsFaster = descriptor.isSwitchingUpPoint;
  }
}
