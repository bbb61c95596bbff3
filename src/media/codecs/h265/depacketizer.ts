import type { AccessUnitSink, FormatParameters } from '../codec.js';
import { NalBitReader } from '../nal/nal-bit-reader.js';
import { NalDepacketizer, type NalPackets } from '../nal/nal-depacketizer.js';
import { offeredUnits } from '../nal/unit-bytes.js';
import { ParameterSets, PICTURE_SET, VIDEO_SET } from './parameter-sets.js';

/** RFC 7798 section 4.4: AP and FU. PACI (50) carries nothing that is needed and no known sender uses it. */
const PACKETS: NalPackets = {
  headerBytes: 2,
  aggregateType: 48,
  fragmentType: 49,
  firstUnitType: 0,
  lastUnitType: 47,
};
const TYPE = 0x3f;
const FIRST_INTRA_TYPE = 16;
const LAST_INTRA_TYPE = 23;
const LAST_SLICE_TYPE = 31;

/** RTP packets of RFC 7798 on a single stream in decoding order (no DONL fields). A key frame is any IRAP picture. */
export class H265Depacketizer extends NalDepacketizer {
  private readonly sets = new ParameterSets();
  private readonly slice = new NalBitReader();

  constructor(sink: AccessUnitSink, format: FormatParameters) {
    super(sink, PACKETS);
    for (const name of ['sprop-vps', 'sprop-sps', 'sprop-pps']) {
      for (const unit of offeredUnits(format[name])) this.sets.add(unit, 0, unit.length);
    }
  }

  protected override typeOf(firstByte: number): number {
    return (firstByte >> 1) & TYPE;
  }

  protected override fragmentedTypeOf(fragmentHeader: number): number {
    return fragmentHeader & TYPE;
  }

  protected override firstByteOf(fragmentByte: number, type: number): number {
    return (fragmentByte & 0x81) | (type << 1);
  }

  protected override isParameterSet(type: number): boolean {
    return type >= VIDEO_SET && type <= PICTURE_SET;
  }

  protected override addParameterSet(bytes: Uint8Array, offset: number, length: number): void {
    this.sets.add(bytes, offset, length);
  }

  protected override isSlice(type: number): boolean {
    return type <= LAST_SLICE_TYPE;
  }

  /** The slice segment header (ITU-T H.265 section 7.3.6.1), where it can tell something new. */
  protected override readSlice(type: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const isIntra = type >= FIRST_INTRA_TYPE && type <= LAST_INTRA_TYPE;
    if (isIntra) this.facts.isKeyframe = true;
    if (this.hasPicture || !(isIntra || this.isStartUncertain || this.sets.hasChanged)) return true;
    const slice = this.slice.reset(bytes, offset, length);
    const isFirst = slice.flag();
    if (isIntra) slice.bit(); // no_output_of_prior_pics_flag
    const pictureSetId = slice.unsigned();
    if (slice.isOverrun) return false;
    if (this.isStartUncertain && !isFirst) return false;
    this.facts.parameters = this.sets.activate(pictureSetId);
    return true;
  }
}
