import { ascii, uint16, uint32 } from '../../bytes.js';
import type { IsobmffBinding, MediaKind } from '../../codecs/codec.js';
import { box, fullBox, zeros } from './box.js';

// What movie boxes have alike, whether the samples are told there or by fragments: ISO/IEC 14496-12 section 8.

/** 16.16 and, in the last column, 2.30 fixed point. */
export const UNITY_MATRIX = uint32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);
/** Packed ISO 639-2 code `und`. */
export const LANGUAGE_UNDETERMINED = 0x55c4;
/** `tkhd`: enabled, in the movie, in the preview. */
export const TRACK_FLAGS = 7;

export function handlerBox(kind: MediaKind): Uint8Array {
  const type = kind === 'video' ? 'vide' : 'soun';
  const name = kind === 'video' ? 'Video' : 'Audio';
  return fullBox('hdlr', 0, 0, uint32(0), ascii(type), zeros(12), ascii(`${name}\0`));
}

export function mediaInformation(kind: MediaKind, sampleTable: Uint8Array): Uint8Array {
  const header = kind === 'video' ? fullBox('vmhd', 0, 1, zeros(8)) : fullBox('smhd', 0, 0, zeros(4));
  const selfContained = fullBox('url ', 0, 1);
  return box('minf', header, box('dinf', fullBox('dref', 0, 0, uint32(1), selfContained)), sampleTable);
}

/**
 * Version 2 with a default for all samples (ISO/IEC 14496-12 section 8.9.3), so that no fragment has to repeat which
 * group its samples are in.
 */
export function rollGroup({ rollDistance }: IsobmffBinding): Uint8Array[] {
  if (rollDistance === undefined) return [];
  const entryBytes = 2;
  const defaultIndex = 1;
  const entryCount = 1;
  const head = uint32(entryBytes, defaultIndex, entryCount);
  return [fullBox('sgpd', 2, 0, ascii('roll'), head, uint16(rollDistance))];
}
