import type { CodecParameters } from '../codec.js';
import { NalBitReader } from '../nal/nal-bit-reader.js';
import { MAX_SET_BYTES } from '../nal/nal-depacketizer.js';
import { isSameConfiguration, PictureSets } from '../nal/picture-sets.js';
import { isSameUnit } from '../nal/unit-bytes.js';
import { codecParameters } from './configuration.js';
import { parseSequenceParameterSet, type SequenceParameterSet } from './sequence-parameter-set.js';

export const VIDEO_SET = 32;
export const SEQUENCE_SET = 33;
export const PICTURE_SET = 34;
const UNIT_HEADER_BYTES = 2;
/** Ids run from 0 to 63. */
const MAX_PICTURE_SETS = 64;

interface StoredSequenceSet {
  readonly unit: Uint8Array;
  readonly parsed: SequenceParameterSet;
}

/** The parameter sets of one stream as a decoder keeps them: by id, the newest counts. At most 16 + 16 + 64. */
export class ParameterSets {
  private readonly videoSets = new Map<number, Uint8Array>();
  private readonly sequenceSets = new Map<number, StoredSequenceSet>();
  private readonly pictureSets = new PictureSets(MAX_PICTURE_SETS);
  private readonly reader = new NalBitReader();
  private parameters: CodecParameters | undefined;
  private activeSequenceSetId = -1;
  private changed = false;

  /** A set has come that differs from the one it replaces, and no picture was activated since. */
  get hasChanged(): boolean {
    return this.changed;
  }

  /** Takes a whole NAL unit of type 32 to 34; others, repetitions and malformed ones change nothing. */
  add(bytes: Uint8Array, offset: number, length: number): void {
    if (length <= UNIT_HEADER_BYTES || length > MAX_SET_BYTES) return;
    const type = ((bytes[offset] ?? 0) >> 1) & 0x3f;
    if (type === VIDEO_SET) this.addVideoSet(bytes, offset, length);
    if (type === SEQUENCE_SET) this.addSequenceSet(bytes, offset, length);
    if (type === PICTURE_SET) this.addPictureSet(bytes, offset, length);
  }

  /**
   * A picture that refers to this picture parameter set begins.
   *
   * @returns the same object as before where nothing changed; undefined while the stream has not told all its sets
   */
  activate(pictureSetId: number): CodecParameters | undefined {
    const sequenceSetId = this.pictureSets.sequenceSetIdOf(pictureSetId);
    if (sequenceSetId === undefined) return this.parameters;
    if (!this.changed && sequenceSetId === this.activeSequenceSetId) return this.parameters;
    const sequenceSet = this.sequenceSets.get(sequenceSetId);
    const videoSet = sequenceSet && this.videoSets.get(sequenceSet.parsed.videoSetId);
    if (sequenceSet === undefined || videoSet === undefined) return this.parameters;
    this.changed = false;
    this.activeSequenceSetId = sequenceSetId;
    const pictureSets = this.pictureSets.unitsOf(sequenceSetId);
    const next = codecParameters(sequenceSet.parsed, { videoSet, sequenceSet: sequenceSet.unit, pictureSets });
    if (!isSameConfiguration(this.parameters, next)) this.parameters = next;
    return this.parameters;
  }

  private addVideoSet(bytes: Uint8Array, offset: number, length: number): void {
    const id = (bytes[offset + UNIT_HEADER_BYTES] ?? 0) >> 4;
    if (isSameUnit(this.videoSets.get(id), bytes, offset, length)) return;
    this.videoSets.set(id, bytes.slice(offset, offset + length));
    this.changed = true;
  }

  private addSequenceSet(bytes: Uint8Array, offset: number, length: number): void {
    for (const { unit } of this.sequenceSets.values()) {
      if (isSameUnit(unit, bytes, offset, length)) return;
    }
    const unit = bytes.slice(offset, offset + length);
    const parsed = parseSequenceParameterSet(unit);
    if (parsed === undefined) return;
    this.sequenceSets.set(parsed.id, { unit, parsed });
    this.changed = true;
  }

  private addPictureSet(bytes: Uint8Array, offset: number, length: number): void {
    const reader = this.reader.reset(bytes, offset + UNIT_HEADER_BYTES, length - UNIT_HEADER_BYTES);
    const id = reader.unsigned();
    const sequenceSetId = reader.unsigned();
    if (reader.isOverrun || id > 63 || sequenceSetId > 15) return;
    if (this.pictureSets.put(id, sequenceSetId, bytes, offset, length)) this.changed = true;
  }
}
