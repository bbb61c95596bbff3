import type { CodecParameters } from '../codec.js';
import { isSameUnit } from './unit-bytes.js';

/** Real ones have ten bytes each. It bounds the configuration record, which holds them all. */
const MAX_BYTES = 16 * 1024;

interface StoredPictureSet {
  readonly unit: Uint8Array;
  readonly sequenceSetId: number;
}

/** Picture parameter sets by id, the newest counts: alike in H.264 and H.265. */
export class PictureSets {
  private readonly sets = new Map<number, StoredPictureSet>();
  private bytes = 0;

  /** @param maxSets how many ids are kept; further ones are refused */
  constructor(private readonly maxSets: number) {}

  /** @returns the sequence parameter set that a picture set refers to, undefined while it is not known */
  sequenceSetIdOf(id: number): number | undefined {
    return this.sets.get(id)?.sequenceSetId;
  }

  /** Keeps a copy of the NAL unit. @returns false when it is known or there is no room: nothing changed */
  put(id: number, sequenceSetId: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const known = this.sets.get(id);
    if (isSameUnit(known?.unit, bytes, offset, length)) return false;
    if (known === undefined && this.sets.size >= this.maxSets) return false;
    const added = length - (known?.unit.length ?? 0);
    if (this.bytes + added > MAX_BYTES) return false;
    this.bytes += added;
    this.sets.set(id, { unit: bytes.slice(offset, offset + length), sequenceSetId });
    return true;
  }

  /** @returns the units that refer to a sequence set, by id, so that the order of arrival makes no other record */
  unitsOf(sequenceSetId: number): Uint8Array[] {
    return [...this.sets]
      .filter(([, set]) => set.sequenceSetId === sequenceSetId)
      .sort(([a], [b]) => a - b)
      .map(([, set]) => set.unit);
  }
}

/** @returns whether a decoder would be set up with the same record */
export function isSameConfiguration(a: CodecParameters | undefined, b: CodecParameters): boolean {
  return isSameUnit(a?.configuration, b.configuration, 0, b.configuration.length);
}
