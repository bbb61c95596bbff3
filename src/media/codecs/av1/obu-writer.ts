import type { AccessUnitSink } from '../codec.js';
import { fixedLeb128, Leb128, MAX_FIXED, writeLeb128 } from './leb128.js';

export const SEQUENCE_HEADER = 1;
export const TEMPORAL_DELIMITER = 2;
const TILE_LIST = 8;
const PADDING = 15;
/** "AV1 Codec ISO Media File Format Binding" section 2.4 and the payload format, section 5, want them left out. */
const LEFT_OUT: ReadonlySet<number> = new Set([TEMPORAL_DELIMITER, TILE_LIST, PADDING]);

const FORBIDDEN_BIT = 0x80;
const HAS_EXTENSION = 0x04;
const HAS_SIZE = 0x02;
/** Header, extension and a size of up to eight bytes. */
const LARGEST_HEAD_BYTES = 10;

/**
 * Writes one OBU after another in the low-overhead format with obu_size, whether it came with a size or without
 * (AV1 bitstream specification sections 5.3 and 5.9). It may come in parts of any length.
 *
 * A size that is known when the OBU begins takes as few bytes as it needs, else four.
 */
export class ObuWriter {
  private readonly head = new Uint8Array(LARGEST_HEAD_BYTES);
  private readonly size = new Leb128();
  private headLength = 0;
  private isHeadWhole = false;
  private isOpen = false;
  private wholeLength = 0;
  /** Of the payload: as the OBU itself says, -1 when it does not, and as it came. */
  private toldBytes = -1;
  private payloadBytes = 0;
  private sizePosition = 0;
  private hasFixedSize = false;

  constructor(private readonly sink: AccessUnitSink) {}

  /** An OBU was begun and not ended. */
  get isInProgress(): boolean {
    return this.isOpen;
  }

  /** Type of the OBU in progress; -1 before its header has come. */
  get type(): number {
    return this.isHeadWhole ? ((this.head[0] ?? 0) >> 3) & 0x0f : -1;
  }

  /** Bytes of the OBU's payload so far. */
  get payloadLength(): number {
    return this.payloadBytes;
  }

  reset(): void {
    this.isOpen = false;
  }

  /** @param wholeLength of the OBU with its header, 0 when it is not known yet */
  begin(wholeLength: number): void {
    this.isOpen = true;
    this.headLength = 0;
    this.isHeadWhole = false;
    this.wholeLength = wholeLength;
    this.toldBytes = -1;
    this.payloadBytes = 0;
  }

  /** Takes the header's bytes of the next part of the OBU. @returns how many those are, -1 when malformed */
  takeHead(bytes: Uint8Array, offset: number, length: number): number {
    let taken = 0;
    while (!this.isHeadWhole && taken < length) {
      if (this.headLength === LARGEST_HEAD_BYTES) return -1;
      this.head[this.headLength++] = bytes[offset + taken++] ?? 0;
      if (!this.readHead()) return -1;
    }
    return taken;
  }

  /** Takes bytes behind the header. */
  take(bytes: Uint8Array, offset: number, length: number): void {
    this.payloadBytes += length;
    if (length > 0 && !this.isLeftOut) this.sink.append(bytes, offset, length);
  }

  /** @returns false when the OBU is not whole */
  end(): boolean {
    this.isOpen = false;
    if (!this.isHeadWhole || this.payloadBytes > MAX_FIXED) return false;
    if (this.toldBytes >= 0 && this.toldBytes !== this.payloadBytes) return false;
    if (this.hasFixedSize && !this.isLeftOut) this.sink.setUint32(this.sizePosition, fixedLeb128(this.payloadBytes));
    return true;
  }

  private get isLeftOut(): boolean {
    return LEFT_OUT.has(this.type);
  }

  /** @returns false when malformed */
  private readHead(): boolean {
    const first = this.head[0] ?? 0;
    const start = (first & HAS_EXTENSION) !== 0 ? 2 : 1;
    if ((first & FORBIDDEN_BIT) !== 0) return false;
    if (this.headLength < start) return true;
    if ((first & HAS_SIZE) !== 0) {
      if (this.size.read(this.head, start, this.headLength) === 0) return true;
      this.toldBytes = this.size.value;
    }
    this.isHeadWhole = true;
    if (!this.isLeftOut) this.writeHead(start);
    return true;
  }

  private writeHead(start: number): void {
    const known = this.wholeLength > 0 ? this.wholeLength - this.headLength : this.toldBytes;
    this.hasFixedSize = known < 0;
    this.head[0] = (this.head[0] ?? 0) | HAS_SIZE;
    const end = this.hasFixedSize ? start : writeLeb128(this.head, start, known);
    this.sink.append(this.head, 0, end);
    this.sizePosition = this.sink.length;
    if (this.hasFixedSize) this.sink.appendUint32(fixedLeb128(0));
  }
}
