import type { AccessUnitSink, CodecParameters, Depacketizer, FormatParameters, RtpPayload } from '../codec.js';
import { BitReader } from './bit-reader.js';
import { MAX_SET_BYTES, ParameterSets, PICTURE_SET, SEQUENCE_SET } from './parameter-sets.js';
import { offeredParameterSets } from './sprop.js';

const IDR_SLICE = 5;
const LAST_SINGLE_UNIT = 23;
const AGGREGATE = 24;
const FRAGMENT = 28;
const FRAGMENT_START = 0x80;
const FRAGMENT_END = 0x40;
const NONE = -1;

/**
 * RTP packets of RFC 6184 in packetization modes 0 and 1 to access units with 4-byte NAL unit lengths.
 *
 * An access unit ends at the marker or where the timestamp changes. Parameter sets are kept out of it, as `avc1` wants
 * (ISO/IEC 14496-15 section 5.4.2); every other NAL unit goes through byte for byte. After a loss a unit is delivered
 * only if its first slice starts the picture: then nothing of the picture itself was lost.
 *
 * Runs per packet: bytes go from the packet straight to the sink, nothing is allocated.
 */
export class H264Depacketizer implements Depacketizer {
  private readonly sets = new ParameterSets();
  private readonly slice = new BitReader();
  private readonly unitHeader = new Uint8Array(1);
  /** A parameter set that comes in fragments; made when the first one does. */
  private setBytes: Uint8Array | undefined;
  private setLength = 0;
  private readonly facts = {
    timestamp: 0,
    isKeyframe: false,
    parameters: undefined as CodecParameters | undefined,
    durationTicks: 0,
  };

  private isOpen = false;
  private hasSlice = false;
  private isSkipping = false;
  /** Packets before the first one of this access unit were lost, and the sink was told so. */
  private isStartUncertain = false;
  private isNextStartUncertain = false;
  /** Type of the NAL unit that is being put together from fragments. */
  private fragmentType = NONE;
  private fragmentPosition = 0;
  private hasSeenMarker = false;

  constructor(
    private readonly sink: AccessUnitSink,
    format: FormatParameters,
  ) {
    for (const unit of offeredParameterSets(format)) this.sets.add(unit, 0, unit.length);
  }

  push(packet: RtpPayload): void {
    if (packet.length === 0) return;
    if (this.isOpen && packet.timestamp !== this.facts.timestamp) this.end();
    if (!this.isOpen) this.begin(packet.timestamp);
    if (!this.isSkipping && !this.readPayload(packet.bytes, packet.offset, packet.length)) this.damage();
    if (packet.marker) this.endAtMarker();
  }

  lost(): void {
    this.sink.discard();
    this.sink.damaged();
    this.isSkipping = this.isOpen;
    this.fragmentType = NONE;
    this.isNextStartUncertain = true;
  }

  flush(): void {
    if (!this.isOpen) return;
    if (this.hasSeenMarker) this.isSkipping = true;
    this.end();
  }

  private begin(timestamp: number): void {
    this.isOpen = true;
    this.hasSlice = false;
    this.isSkipping = false;
    this.isStartUncertain = this.isNextStartUncertain;
    this.isNextStartUncertain = false;
    this.facts.timestamp = timestamp;
    this.facts.isKeyframe = false;
    this.fragmentType = NONE;
  }

  /** Some senders mark their parameter sets as well: the picture follows under the same timestamp. */
  private endAtMarker(): void {
    this.hasSeenMarker = true;
    this.isNextStartUncertain = false;
    if (this.hasSlice || this.isSkipping) this.end();
  }

  private end(): void {
    if (this.fragmentType !== NONE) this.damage();
    this.isOpen = false;
    if (this.isSkipping || !this.hasSlice) {
      this.sink.discard();
      return;
    }
    this.facts.parameters = this.sets.current;
    this.sink.finish(this.facts);
  }

  /** The rest of the access unit is skipped. */
  private damage(): void {
    this.sink.discard();
    if (!this.isStartUncertain && !this.isSkipping) this.sink.damaged();
    this.isSkipping = true;
    this.fragmentType = NONE;
  }

  /** @returns false when malformed, or not of modes 0 and 1 */
  private readPayload(bytes: Uint8Array, offset: number, length: number): boolean {
    const type = (bytes[offset] ?? 0) & 0x1f;
    if (type === FRAGMENT) return this.readFragment(bytes, offset, length);
    if (this.fragmentType !== NONE) return false;
    if (type === AGGREGATE) return this.readAggregate(bytes, offset + 1, offset + length);
    return type > 0 && type <= LAST_SINGLE_UNIT && this.readUnit(bytes, offset, length);
  }

  /** STAP-A, section 5.7.1: any number of 16-bit length + NAL unit. */
  private readAggregate(bytes: Uint8Array, start: number, end: number): boolean {
    let offset = start;
    while (offset + 2 < end) {
      const length = ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
      offset += 2;
      if (length === 0 || offset + length > end) return false;
      if (!this.readUnit(bytes, offset, length)) return false;
      offset += length;
    }
    return offset === end && end > start;
  }

  private readUnit(bytes: Uint8Array, offset: number, length: number): boolean {
    const type = (bytes[offset] ?? 0) & 0x1f;
    if (type === SEQUENCE_SET || type === PICTURE_SET) {
      this.sets.add(bytes, offset, length);
      return true;
    }
    if (isSlice(type) && !this.readSlice(type, bytes, offset + 1, length - 1)) return false;
    this.sink.appendUint32(length);
    this.sink.append(bytes, offset, length);
    return true;
  }

  /** FU-A, section 5.8: indicator, header with start, end and type, then a part of the NAL unit without its header. */
  private readFragment(bytes: Uint8Array, offset: number, length: number): boolean {
    if (length < 3) return false;
    const header = bytes[offset + 1] ?? 0;
    const type = header & 0x1f;
    const isStart = (header & FRAGMENT_START) !== 0;
    if (isStart !== (this.fragmentType === NONE)) return false;
    if (isStart && !this.startFragments(type, bytes, offset, length)) return false;
    if (type !== this.fragmentType) return false;
    if (!this.appendFragment(bytes, offset + 2, length - 2)) return false;
    if ((header & FRAGMENT_END) !== 0) this.endFragments();
    return true;
  }

  private startFragments(type: number, bytes: Uint8Array, offset: number, length: number): boolean {
    if (type === 0 || type > LAST_SINGLE_UNIT) return false;
    if (isSlice(type) && !this.readSlice(type, bytes, offset + 2, length - 2)) return false;
    this.fragmentType = type;
    this.fragmentPosition = this.sink.length;
    this.unitHeader[0] = ((bytes[offset] ?? 0) & 0xe0) | type;
    this.setLength = 0;
    if (!this.isSetFragment()) this.sink.appendUint32(0);
    return this.appendFragment(this.unitHeader, 0, 1);
  }

  private appendFragment(bytes: Uint8Array, offset: number, length: number): boolean {
    if (!this.isSetFragment()) {
      this.sink.append(bytes, offset, length);
      return true;
    }
    this.setBytes ??= new Uint8Array(MAX_SET_BYTES);
    if (this.setLength + length > MAX_SET_BYTES) return false;
    this.setBytes.set(bytes.subarray(offset, offset + length), this.setLength);
    this.setLength += length;
    return true;
  }

  private endFragments(): void {
    if (!this.isSetFragment()) {
      this.sink.setUint32(this.fragmentPosition, this.sink.length - this.fragmentPosition - 4);
    } else if (this.setBytes !== undefined) {
      this.sets.add(this.setBytes, 0, this.setLength);
    }
    this.fragmentType = NONE;
  }

  private isSetFragment(): boolean {
    return this.fragmentType === SEQUENCE_SET || this.fragmentType === PICTURE_SET;
  }

  /**
   * Looks at a slice's header (ISO/IEC 14496-10 section 7.3.3) where it can tell something new.
   *
   * @returns false when the beginning of the picture is missing
   */
  private readSlice(type: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const isFirst = !this.hasSlice;
    const isIdr = type === IDR_SLICE;
    this.hasSlice = true;
    if (isIdr) this.facts.isKeyframe = true;
    if (!isFirst || !(isIdr || this.isStartUncertain || this.sets.hasChanged)) return true;
    const slice = this.slice.reset(bytes, offset, length);
    const firstMacroblock = slice.unsigned();
    slice.unsigned(); // slice_type
    const pictureSetId = slice.unsigned();
    if (slice.isOverrun) return true;
    if (this.isStartUncertain && firstMacroblock !== 0) return false;
    this.sets.activate(pictureSetId);
    return true;
  }
}

/** Slices, partition A of a slice (2) included; B and C follow it and say nothing of the picture. */
function isSlice(type: number): boolean {
  return type === 1 || type === 2 || type === IDR_SLICE;
}
