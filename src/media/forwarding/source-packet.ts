import type { LayeredPacket } from '../codecs/codec.js';

/** An authentic packet of a source in the clear, described once for all who are sent it. Reused from packet to packet. */
export class SourcePacket implements LayeredPacket {
  /** Of the source, which counts them when its sender starts anew: sequence numbers and times of two runs say nothing of each other. */
  run = 0;
  /** Extended: grows with the order of sending, over runs too. */
  sequence = 0;
  /** RTP ticks as they came, 0 to 2^32 - 1. */
  timestamp = 0;
  marker = false;
  payloadType = 0;
  /** A decoder can begin here. */
  startsKeyframe = false;
  /** Local monotonic time. */
  arrivalMs = 0;
  /** Where in `bytes`; without padding, 0 for a packet that is nothing else. */
  payloadOffset = 0;
  payloadLength = 0;
  /** The value of abs-capture-time, 0 bytes where there is none. */
  captureOffset = 0;
  captureLength = 0;
  /** The dependency descriptor of a codec that needs one, 0 bytes where there is none that viewers could be sent. */
  descriptorOffset = 0;
  descriptorLength = 0;
  targetMaskAt = 0;
  targetCount = 0;
  activeTargets = 0;
  targetsWithin: Uint32Array | undefined = undefined;
  /** Its bytes lie in the source's history: they stay there while dozens of packets more come. */
  isKept = false;
  /** Known of a packet as it comes, not of one that is read back from the history. */
  isLayered = false;
  spatialLayer = 0;
  temporalLayer = 0;
  startsFrame = false;
  endsFrame = false;
  startsLayer = false;
  allowsFaster = false;

  constructor(readonly bytes: Uint8Array) {}

  /** Describes what `other` does. */
  copy(other: SourcePacket): void {
    this.run = other.run;
    this.sequence = other.sequence;
    this.timestamp = other.timestamp;
    this.marker = other.marker;
    this.payloadType = other.payloadType;
    this.startsKeyframe = other.startsKeyframe;
    this.arrivalMs = other.arrivalMs;
    this.payloadOffset = other.payloadOffset;
    this.payloadLength = other.payloadLength;
    this.captureOffset = other.captureOffset;
    this.captureLength = other.captureLength;
    this.descriptorOffset = other.descriptorOffset;
    this.descriptorLength = other.descriptorLength;
    if (other.descriptorLength > 0) this.copyTargets(other);
    this.isKept = other.isKept;
    this.isLayered = other.isLayered;
    if (other.isLayered) this.copyLayers(other);
  }

  private copyTargets(other: SourcePacket): void {
    this.targetMaskAt = other.targetMaskAt;
    this.targetCount = other.targetCount;
    this.activeTargets = other.activeTargets;
    this.targetsWithin = other.targetsWithin;
  }

  private copyLayers(other: SourcePacket): void {
    this.spatialLayer = other.spatialLayer;
    this.temporalLayer = other.temporalLayer;
    this.startsFrame = other.startsFrame;
    this.endsFrame = other.endsFrame;
    this.startsLayer = other.startsLayer;
    this.allowsFaster = other.allowsFaster;
  }
}
