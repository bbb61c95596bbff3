import { readUint16 } from '../../bytes.js';
import { EARLIEST_MASK_AT, FRAME_NUMBER_AT, MANDATORY_BYTES } from '../../rtp/dependency-descriptor-layout.js';
import { BitReader } from '../bit-reader.js';
import type { LayeredPacket, LayerReader } from '../codec.js';
import { readIndications, TemplateStructure } from './template-structure.js';

const STARTS_FRAME = 0x80;
const ENDS_FRAME = 0x40;
const TEMPLATE_ID = 0x3f;
const FRAME_NUMBERS = 0x1_0000;

/** Layers of AV1 as the dependency descriptor says them: "RTP Payload Format For AV1", appendix A.8. */
export class Av1LayerReader implements LayerReader {
  private readonly reader = new BitReader();
  private structure: TemplateStructure | undefined;
  private timestamp = -1;
  /** Of the first frame of the picture. */
  private firstFrame = 0;
  /** What a frame says of itself in place of its template; undefined where it does not. */
  private ownIndications: readonly number[] | undefined;
  private ownReference: number | undefined;
  private maskAt = 0;
  /** Decode targets that are sent, and the frame that said it. */
  private activeTargets = 0;
  private activeFrame = 0;

  read(packet: LayeredPacket, descriptorOffset: number, descriptorLength: number): void {
    packet.isLayered = false;
    if (descriptorLength < MANDATORY_BYTES) return;
    const { bytes } = packet;
    const flags = bytes[descriptorOffset] ?? 0;
    const frame = readUint16(bytes, descriptorOffset + FRAME_NUMBER_AT);
    if (packet.timestamp !== this.timestamp) this.firstFrame = frame;
    this.timestamp = packet.timestamp;
    this.forgetOwn();
    if (descriptorLength > MANDATORY_BYTES && !this.readMore(bytes, descriptorOffset, descriptorLength, frame)) return;
    const { structure } = this;
    const template = structure?.find(flags & TEMPLATE_ID);
    if (structure === undefined || template === undefined) return;
    const { ownIndications, ownReference = template.farthestReference } = this;
    packet.isLayered = true;
    packet.spatialLayer = template.spatialLayer;
    packet.temporalLayer = template.temporalLayer;
    packet.startsFrame = (flags & STARTS_FRAME) !== 0;
    packet.endsFrame = (flags & ENDS_FRAME) !== 0;
    packet.startsLayer = ownReference <= (frame - this.firstFrame + FRAME_NUMBERS) % FRAME_NUMBERS;
    packet.targetMaskAt = packet.startsFrame ? this.maskAt : 0;
    packet.targetCount = structure.targetCount;
    packet.activeTargets = this.activeTargets;
    packet.targetsWithin = structure.targetsWithin;
    packet.allowsFaster =
      ownIndications === undefined ? template.allowsFaster : structure.allowsFaster(template, ownIndications);
  }

  private forgetOwn(): void {
    this.ownIndications = undefined;
    this.ownReference = undefined;
    this.maskAt = EARLIEST_MASK_AT;
  }

  /** "extended_descriptor_fields" and "frame_dependency_definition". @returns false for what makes no sense */
  private readMore(bytes: Uint8Array, offset: number, length: number, frame: number): boolean {
    const reader = this.reader.reset(bytes, offset + MANDATORY_BYTES, length - MANDATORY_BYTES);
    const hasStructure = reader.flag();
    const hasActiveTargets = reader.flag();
    const hasIndications = reader.flag();
    const hasReferences = reader.flag();
    reader.bit();
    if (hasStructure) this.structure = TemplateStructure.read(reader) ?? this.structure;
    const targetCount = this.structure?.targetCount ?? 0;
    if (targetCount === 0) return false;
    if (hasStructure) this.sends(2 ** targetCount - 1, frame);
    this.maskAt = reader.bitPosition - offset * 8;
    const activeTargets = hasActiveTargets ? reader.bits(targetCount) : 0;
    if (hasIndications) this.ownIndications = readIndications(reader, targetCount);
    if (hasReferences) this.ownReference = readReferences(reader);
    if (reader.isOverrun) return false;
    const isNews = hasStructure || (frame - this.activeFrame + FRAME_NUMBERS) % FRAME_NUMBERS < FRAME_NUMBERS / 2;
    if (hasActiveTargets && isNews) this.sends(activeTargets, frame);
    return true;
  }

  private sends(activeTargets: number, frame: number): void {
    this.activeTargets = activeTargets;
    this.activeFrame = frame;
  }
}

/** "frame_fdiffs". @returns the farthest */
function readReferences(reader: BitReader): number {
  let farthest = 0;
  for (let nibbles = reader.bits(2); nibbles !== 0; nibbles = reader.bits(2))
    farthest = Math.max(farthest, reader.bits(4 * nibbles) + 1);
  return farthest;
}
