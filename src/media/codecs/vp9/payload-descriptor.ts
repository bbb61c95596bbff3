const PICTURE_ID = 0x80;
const INTER_PICTURE = 0x40;
const LAYER_INDICES = 0x20;
const FLEXIBLE = 0x10;
const FRAME_START = 0x08;
const FRAME_END = 0x04;
const SCALABILITY_STRUCTURE = 0x02;
const LONG_PICTURE_ID = 0x80;
const SWITCHING_UP_POINT = 0x10;
const MORE_REFERENCES = 0x01;
const MAX_REFERENCES = 3;
const HAS_SIZES = 0x10;
const HAS_PICTURE_GROUP = 0x08;

/** What stands in front of VP9's bytes in every packet, RFC 9628 section 4.2. A reusable object: nothing is allocated. */
export class PayloadDescriptor {
  /** The packet holds the first or last bytes of a frame: of one spatial layer of the picture. */
  isFrameStart = false;
  isFrameEnd = false;
  /** 0 to 7; 0 where there are no layers. */
  spatialLayer = 0;
  temporalLayer = 0;
  hasLayerIndices = false;
  /** The frame refers to pictures before its own (P). */
  isInterPicture = false;
  /** From this picture on higher temporal layers can be begun (U). */
  isSwitchingUpPoint = false;
  private bytes: Uint8Array = new Uint8Array(0);
  private position = 0;
  private end = 0;

  /** @returns its length in bytes, -1 when it does not end within the payload */
  parse(bytes: Uint8Array, offset: number, length: number): number {
    if (length === 0) return -1;
    const flags = bytes[offset] ?? 0;
    this.bytes = bytes;
    this.position = offset + 1;
    this.end = offset + length;
    this.isFrameStart = (flags & FRAME_START) !== 0;
    this.isFrameEnd = (flags & FRAME_END) !== 0;
    this.isInterPicture = (flags & INTER_PICTURE) !== 0;
    this.hasLayerIndices = (flags & LAYER_INDICES) !== 0;
    this.spatialLayer = 0;
    this.temporalLayer = 0;
    this.isSwitchingUpPoint = false;
    const isFlexible = (flags & FLEXIBLE) !== 0;
    if ((flags & PICTURE_ID) !== 0) this.position += (this.byte() & LONG_PICTURE_ID) !== 0 ? 2 : 1;
    if (this.hasLayerIndices) this.readLayerIndices(isFlexible);
    if (isFlexible && this.isInterPicture && !this.skipReferences()) return -1;
    if ((flags & SCALABILITY_STRUCTURE) !== 0) this.skipScalabilityStructure();
    return this.position <= this.end ? this.position - offset : -1;
  }

  /** 0 behind the end of the payload. */
  private byte(): number {
    return this.position < this.end ? (this.bytes[this.position] ?? 0) : 0;
  }

  /** TID, U, SID, D; the non-flexible mode adds TL0PICIDX. */
  private readLayerIndices(isFlexible: boolean): void {
    const indices = this.byte();
    this.spatialLayer = (indices >> 1) & 7;
    this.temporalLayer = indices >> 5;
    this.isSwitchingUpPoint = (indices & SWITCHING_UP_POINT) !== 0;
    this.position += isFlexible ? 1 : 2;
  }

  /** Up to three P_DIFF. @returns false when there are more */
  private skipReferences(): boolean {
    for (let count = 0; count < MAX_REFERENCES; count++) {
      const hasMore = (this.byte() & MORE_REFERENCES) !== 0;
      this.position += 1;
      if (!hasMore) return true;
    }
    return false;
  }

  /** Section 4.2.1. Sizes and references are read from the frames themselves. */
  private skipScalabilityStructure(): void {
    const flags = this.byte();
    this.position += 1;
    const layers = (flags >> 5) + 1;
    if ((flags & HAS_SIZES) !== 0) this.position += 4 * layers;
    if ((flags & HAS_PICTURE_GROUP) === 0) return;
    const pictures = this.byte();
    this.position += 1;
    for (let index = 0; index < pictures && this.position <= this.end; index++) {
      const references = (this.byte() >> 2) & 3;
      this.position += 1 + references;
    }
  }
}
