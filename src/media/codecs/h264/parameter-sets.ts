import type { CodecParameters } from '../codec.js';
import { NalBitReader } from '../nal/nal-bit-reader.js';
import { MAX_SET_BYTES } from '../nal/nal-depacketizer.js';
import { isSameConfiguration, PictureSets } from '../nal/picture-sets.js';
import { isSameUnit } from '../nal/unit-bytes.js';
import { codecParameters } from './configuration.js';
import { parseSequenceParameterSet, type SequenceParameterSet } from './sequence-parameter-set.js';

export const SEQUENCE_SET = 7;
export const PICTURE_SET = 8;
/** The record counts them in 8 bits. */
const MAX_PICTURE_SETS = 255;

interface StoredSequenceSet {
  readonly unit: Uint8Array;
  readonly parsed: SequenceParameterSet;
}

/** The parameter sets of one stream as a decoder keeps them: by id, the newest counts. */
export class ParameterSets {
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

  /** Takes a whole NAL unit of type 7 or 8; others, repetitions and malformed ones change nothing. */
  add(bytes: Uint8Array, offset: number, length: number): void {
    if (length < 2 || length > MAX_SET_BYTES) return;
    const type = (bytes[offset] ?? 0) & 0x1f;
    if (type === SEQUENCE_SET) this.addSequenceSet(bytes, offset, length);
    if (type === PICTURE_SET) this.addPictureSet(bytes, offset, length);
  }

  /**
   * A picture that refers to this picture parameter set begins.
   *
   * @returns the same object as before where nothing changed; undefined while the stream has not told its sets
   */
  activate(pictureSetId: number): CodecParameters | undefined {
    const sequenceSetId = this.pictureSets.sequenceSetIdOf(pictureSetId);
    if (sequenceSetId === undefined) return this.parameters;
    if (!this.changed && sequenceSetId === this.activeSequenceSetId) return this.parameters;
    const sequenceSet = this.sequenceSets.get(sequenceSetId);
    if (sequenceSet === undefined) return this.parameters;
    this.changed = false;
    this.activeSequenceSetId = sequenceSetId;
    const next = codecParameters(sequenceSet.parsed, sequenceSet.unit, this.pictureSets.unitsOf(sequenceSetId));
    if (!isSameConfiguration(this.parameters, next)) this.parameters = next;
    return this.parameters;
  }

  private addSequenceSet(bytes: Uint8Array, offset: number, length: number): void {
    const id = this.reader.reset(bytes, offset + 4, length - 4).unsigned();
    if (isSameUnit(this.sequenceSets.get(id)?.unit, bytes, offset, length)) return;
    const unit = bytes.slice(offset, offset + length);
    const parsed = parseSequenceParameterSet(unit);
    if (parsed === undefined) return;
    this.sequenceSets.set(parsed.id, { unit, parsed });
    this.changed = true;
  }

  private addPictureSet(bytes: Uint8Array, offset: number, length: number): void {
    const reader = this.reader.reset(bytes, offset + 1, length - 1);
    const id = reader.unsigned();
    const sequenceSetId = reader.unsigned();
    if (reader.isOverrun || id > 255 || sequenceSetId > 31) return;
    if (this.pictureSets.put(id, sequenceSetId, bytes, offset, length)) this.changed = true;
  }
}
