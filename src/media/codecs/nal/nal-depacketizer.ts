import type { AccessUnitSink } from '../codec.js';
import { PictureDepacketizer } from '../picture-depacketizer.js';

/** Real parameter sets have some tens of bytes; larger ones are not taken. It bounds what a stream can hold. */
export const MAX_SET_BYTES = 2048;
const FRAGMENT_START = 0x80;
const FRAGMENT_END = 0x40;
const NONE = -1;

/** How a codec says what lies in a packet. */
export interface NalPackets {
  /** Bytes of a NAL unit header, and of what stands in its place in an aggregate or a fragment. */
  readonly headerBytes: 1 | 2;
  /** Type of a packet with several NAL units, each behind its length in 16 bits. */
  readonly aggregateType: number;
  /** Type of a packet with a part of a NAL unit. */
  readonly fragmentType: number;
  /** Types that one NAL unit in a packet of its own can have. */
  readonly firstUnitType: number;
  readonly lastUnitType: number;
}

/**
 * Packets of NAL units, as RFC 6184 and RFC 7798 have them alike, to access units with 4-byte NAL unit lengths.
 *
 * Parameter sets are kept out of access units, as `avc1` and `hvc1` want (ISO/IEC 14496-15); every other NAL unit goes
 * through byte for byte.
 */
export abstract class NalDepacketizer extends PictureDepacketizer {
  private readonly unitHeader: Uint8Array;
  /** A parameter set that comes in fragments; made when the first one does. */
  private setBytes: Uint8Array | undefined;
  private setLength = 0;
  /** Type of the NAL unit that is being put together from fragments. */
  private unitType = NONE;
  private unitPosition = 0;
  /** Types of parameter sets, a bit each: in this access unit, and since the last key frame whose beginning was there. */
  private setTypes = 0;
  private expectedSetTypes = 0;

  constructor(
    sink: AccessUnitSink,
    private readonly packets: NalPackets,
  ) {
    super(sink);
    this.unitHeader = new Uint8Array(packets.headerBytes);
  }

  /** @returns the type in the first byte of a NAL unit header */
  protected abstract typeOf(firstByte: number): number;

  /** @returns the type in the header of a fragment */
  protected abstract fragmentedTypeOf(fragmentHeader: number): number;

  /** @returns the first byte of a NAL unit's header from the first byte of its fragments' */
  protected abstract firstByteOf(fragmentByte: number, type: number): number;

  /** A NAL unit that belongs in the sample entry. */
  protected abstract isParameterSet(type: number): boolean;

  /** Takes a whole NAL unit that `isParameterSet`. */
  protected abstract addParameterSet(bytes: Uint8Array, offset: number, length: number): void;

  /** A NAL unit that holds a part of the picture and begins with a slice header. */
  protected abstract isSlice(type: number): boolean;

  /**
   * Looks at the slice behind the NAL unit header at `offset`; the picture's first when `hasPicture` is not set yet.
   *
   * @returns false when the beginning of the picture is missing
   */
  protected abstract readSlice(type: number, bytes: Uint8Array, offset: number, length: number): boolean;

  protected override readPayload(bytes: Uint8Array, offset: number, length: number): boolean {
    const { headerBytes, aggregateType, fragmentType } = this.packets;
    if (length < headerBytes) return false;
    const type = this.typeOf(bytes[offset] ?? 0);
    if (type === fragmentType) return this.readFragment(bytes, offset, length);
    if (this.unitType !== NONE) return false;
    if (type === aggregateType) return this.readAggregate(bytes, offset + headerBytes, offset + length);
    return this.readUnit(bytes, offset, length);
  }

  protected override reset(): void {
    this.unitType = NONE;
    this.setTypes = 0;
  }

  protected override complete(): boolean {
    return this.unitType === NONE;
  }

  private readAggregate(bytes: Uint8Array, start: number, end: number): boolean {
    let offset = start;
    while (offset + 2 < end) {
      const length = ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
      offset += 2;
      if (offset + length > end || !this.readUnit(bytes, offset, length)) return false;
      offset += length;
    }
    return offset === end && end > start;
  }

  private readUnit(bytes: Uint8Array, offset: number, length: number): boolean {
    const { headerBytes } = this.packets;
    const type = this.typeOf(bytes[offset] ?? 0);
    if (length < headerBytes || !this.isUnit(type)) return false;
    if (this.isParameterSet(type)) {
      this.takeParameterSet(type, bytes, offset, length);
      return true;
    }
    if (this.isSlice(type) && !this.beginSlice(type, bytes, offset + headerBytes, length - headerBytes)) return false;
    this.sink.appendUint32(length);
    this.sink.append(bytes, offset, length);
    return true;
  }

  private isUnit(type: number): boolean {
    return type >= this.packets.firstUnitType && type <= this.packets.lastUnitType;
  }

  private beginSlice(type: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const isFirst = !this.hasPicture;
    const isWhole = this.readSlice(type, bytes, offset, length);
    this.hasPicture = true;
    return isWhole && !(isFirst && this.facts.isKeyframe && this.missesSets());
  }

  /** Where key frames bring their sets, those lost in front of this one may be others than are known. */
  private missesSets(): boolean {
    if (this.isStartUncertain) return (this.expectedSetTypes & ~this.setTypes) !== 0;
    this.expectedSetTypes = this.setTypes;
    return false;
  }

  private takeParameterSet(type: number, bytes: Uint8Array, offset: number, length: number): void {
    this.setTypes |= 1 << (type & 0x1f);
    this.expectedSetTypes |= this.setTypes;
    this.addParameterSet(bytes, offset, length);
  }

  /** What stands for the header, a byte with start, end and type, then a part of the NAL unit without its header. */
  private readFragment(bytes: Uint8Array, offset: number, length: number): boolean {
    const start = this.packets.headerBytes + 1;
    if (length <= start) return false;
    const header = bytes[offset + start - 1] ?? 0;
    const type = this.fragmentedTypeOf(header);
    const isStart = (header & FRAGMENT_START) !== 0;
    if (isStart !== (this.unitType === NONE)) return false;
    if (isStart && !this.startFragments(type, bytes, offset, length)) return false;
    if (type !== this.unitType) return false;
    if (!this.appendFragment(bytes, offset + start, length - start)) return false;
    if ((header & FRAGMENT_END) !== 0) this.endFragments();
    return true;
  }

  private startFragments(type: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const { headerBytes } = this.packets;
    const start = headerBytes + 1;
    if (!this.isUnit(type)) return false;
    if (this.isSlice(type) && !this.beginSlice(type, bytes, offset + start, length - start)) return false;
    this.unitType = type;
    this.unitPosition = this.sink.length;
    this.unitHeader[0] = this.firstByteOf(bytes[offset] ?? 0, type);
    if (headerBytes === 2) this.unitHeader[1] = bytes[offset + 1] ?? 0;
    this.setLength = 0;
    if (!this.isParameterSet(type)) this.sink.appendUint32(0);
    return this.appendFragment(this.unitHeader, 0, headerBytes);
  }

  private appendFragment(bytes: Uint8Array, offset: number, length: number): boolean {
    if (!this.isParameterSet(this.unitType)) {
      this.sink.append(bytes, offset, length);
      return true;
    }
    this.setBytes ??= new Uint8Array(MAX_SET_BYTES);
    if (this.setLength + length > MAX_SET_BYTES) return false;
    for (let index = 0; index < length; index++) this.setBytes[this.setLength + index] = bytes[offset + index] ?? 0;
    this.setLength += length;
    return true;
  }

  private endFragments(): void {
    if (!this.isParameterSet(this.unitType)) {
      this.sink.setUint32(this.unitPosition, this.sink.length - this.unitPosition - 4);
    } else if (this.setBytes !== undefined) {
      this.takeParameterSet(this.unitType, this.setBytes, 0, this.setLength);
    }
    this.unitType = NONE;
  }
}
