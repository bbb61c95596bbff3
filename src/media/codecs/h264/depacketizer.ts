import type { AccessUnitSink, FormatParameters } from '../codec.js';
import { NalBitReader } from '../nal/nal-bit-reader.js';
import { NalDepacketizer, type NalPackets } from '../nal/nal-depacketizer.js';
import { offeredUnits } from '../nal/unit-bytes.js';
import { ParameterSets, PICTURE_SET, SEQUENCE_SET } from './parameter-sets.js';

/** RFC 6184 section 5.2: STAP-A and FU-A. */
const PACKETS: NalPackets = {
  headerBytes: 1,
  aggregateType: 24,
  fragmentType: 28,
  firstUnitType: 1,
  lastUnitType: 23,
};
const TYPE = 0x1f;
const IDR_SLICE = 5;

/** RTP packets of RFC 6184 in packetization modes 0 and 1. */
export class H264Depacketizer extends NalDepacketizer {
  private readonly sets = new ParameterSets();
  private readonly slice = new NalBitReader();

  constructor(sink: AccessUnitSink, format: FormatParameters) {
    super(sink, PACKETS);
    for (const unit of offeredUnits(format['sprop-parameter-sets'])) this.sets.add(unit, 0, unit.length);
  }

  protected override typeOf(firstByte: number): number {
    return firstByte & TYPE;
  }

  protected override fragmentedTypeOf(fragmentHeader: number): number {
    return fragmentHeader & TYPE;
  }

  protected override firstByteOf(fragmentByte: number, type: number): number {
    return (fragmentByte & ~TYPE) | type;
  }

  protected override isParameterSet(type: number): boolean {
    return type === SEQUENCE_SET || type === PICTURE_SET;
  }

  protected override addParameterSet(bytes: Uint8Array, offset: number, length: number): void {
    this.sets.add(bytes, offset, length);
  }

  /** Partition A of a slice (2) included; B and C follow it and say nothing of the picture. */
  protected override isSlice(type: number): boolean {
    return type === 1 || type === 2 || type === IDR_SLICE;
  }

  /** The slice header (ISO/IEC 14496-10 section 7.3.3), where it can tell something new. */
  protected override readSlice(type: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const isIdr = type === IDR_SLICE;
    if (isIdr) this.facts.isKeyframe = true;
    if (this.hasPicture || !(isIdr || this.isStartUncertain || this.sets.hasChanged)) return true;
    const slice = this.slice.reset(bytes, offset, length);
    const firstMacroblock = slice.unsigned();
    slice.unsigned(); // slice_type
    const pictureSetId = slice.unsigned();
    if (slice.isOverrun) return false;
    if (this.isStartUncertain && firstMacroblock !== 0) return false;
    this.facts.parameters = this.sets.activate(pictureSetId);
    return true;
  }
}
