/** An authentic packet of a source in the clear, described once for all who are sent it. Reused from packet to packet. */
export class SourcePacket {
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

  constructor(readonly bytes: Uint8Array) {}
}
