import { BitReader } from '../bit-reader.js';

const FRAME_MARKER = 2;
const SYNC_CODE = 0x498342;
const RGB = 7;
const REFERENCE_SLOTS = 8;
const REFERENCES_PER_FRAME = 3;

/** color_config() of the VP9 bitstream specification, section 6.2.2. */
export interface ColourFormat {
  /** 0 to 3. */
  readonly profile: number;
  readonly bitDepth: 8 | 10 | 12;
  /** color_space, table in section 7.2.2. */
  readonly colourSpace: number;
  readonly isFullRange: boolean;
  readonly isSubsampledX: boolean;
  readonly isSubsampledY: boolean;
}

/**
 * Reads the beginning of uncompressed headers, VP9 bitstream specification section 6.2, of one frame after another: a
 * frame can have the size of one that it refers to.
 */
export class FrameHeaders {
  /** The frame that was read last. */
  isKeyframe = false;
  /** Pixels; 0 where the frame does not tell or the one that tells is not known. */
  width = 0;
  height = 0;
  /** Of the last key frame; undefined before the first. */
  format: ColourFormat | undefined;
  private readonly reader = new BitReader();
  private readonly references = new Uint8Array(REFERENCES_PER_FRAME);
  private readonly widths = new Uint32Array(REFERENCE_SLOTS);
  private readonly heights = new Uint32Array(REFERENCE_SLOTS);

  /** @returns false when the bytes do not begin with a frame's header; a key frame's must be whole */
  read(bytes: Uint8Array, offset: number, length: number): boolean {
    const reader = this.reader.reset(bytes, offset, length);
    this.isKeyframe = false;
    this.width = 0;
    this.height = 0;
    if (reader.bits(2) !== FRAME_MARKER) return false;
    const profile = reader.bit() + 2 * reader.bit();
    if (profile === 3 && reader.flag()) return false;
    if (reader.flag()) return true; // show_existing_frame
    const isInter = reader.flag();
    const isShown = reader.flag();
    const isResilient = reader.flag();
    return isInter ? this.readInter(profile, isShown, isResilient) : this.readKey(profile);
  }

  private readKey(profile: number): boolean {
    const { reader } = this;
    if (reader.bits(24) !== SYNC_CODE) return false;
    const format = readColourFormat(reader, profile);
    this.readSize();
    if (reader.isOverrun) return false;
    this.isKeyframe = true;
    this.format = format;
    this.refresh(0xff);
    return true;
  }

  private readInter(profile: number, isShown: boolean, isResilient: boolean): boolean {
    const { reader } = this;
    const isIntraOnly = !isShown && reader.flag();
    if (!isResilient) reader.bits(2); // reset_frame_context
    if (isIntraOnly) return this.readIntraOnly(profile);
    const refreshed = reader.bits(8);
    for (let index = 0; index < REFERENCES_PER_FRAME; index++) {
      this.references[index] = reader.bits(3);
      reader.bit(); // ref_frame_sign_bias
    }
    this.readSizeByReferences();
    this.endSize(refreshed);
    return true;
  }

  private readIntraOnly(profile: number): boolean {
    const { reader } = this;
    if (reader.bits(24) !== SYNC_CODE) return false;
    if (profile > 0) readColourFormat(reader, profile);
    const refreshed = reader.bits(8);
    this.readSize();
    this.endSize(refreshed);
    return true;
  }

  /** @param slots that now hold this frame */
  private endSize(slots: number): void {
    if (this.reader.isOverrun) this.width = this.height = 0;
    this.refresh(slots);
  }

  private readSize(): void {
    this.width = this.reader.bits(16) + 1;
    this.height = this.reader.bits(16) + 1;
  }

  /** frame_size_with_refs(): a bit for each reference, 1 for the size of that one. */
  private readSizeByReferences(): void {
    for (let index = 0; index < REFERENCES_PER_FRAME; index++) {
      if (!this.reader.flag()) continue;
      const slot = this.references[index] ?? 0;
      this.width = this.widths[slot] ?? 0;
      this.height = this.heights[slot] ?? 0;
      return;
    }
    this.readSize();
  }

  private refresh(slots: number): void {
    for (let slot = 0; slot < REFERENCE_SLOTS; slot++) {
      if (((slots >> slot) & 1) === 0) continue;
      this.widths[slot] = this.width;
      this.heights[slot] = this.height;
    }
  }
}

function readColourFormat(reader: BitReader, profile: number): ColourFormat {
  const bitDepth = profile < 2 ? 8 : reader.flag() ? 12 : 10;
  const colourSpace = reader.bits(3);
  const isOddProfile = profile % 2 === 1;
  const isFullRange = colourSpace === RGB || reader.flag();
  const isFullyKnown = !isOddProfile || colourSpace === RGB;
  const isSubsampledX = isFullyKnown ? !isOddProfile : reader.flag();
  const isSubsampledY = isFullyKnown ? !isOddProfile : reader.flag();
  if (isOddProfile) reader.bit(); // reserved_zero
  return { profile, bitDepth, colourSpace, isFullRange, isSubsampledX, isSubsampledY };
}
