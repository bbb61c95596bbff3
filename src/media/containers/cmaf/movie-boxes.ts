import { ascii, uint16, uint32 } from '../../bytes.js';
import type { IsobmffBinding, MediaKind } from '../../codecs/codec.js';
import { box, boxParts, fullBox, zeros } from './box.js';

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

/** @param sampleTable a box, or the parts of one */
export function mediaInformation(kind: MediaKind, ...sampleTable: readonly Uint8Array[]): Uint8Array[] {
  const header = kind === 'video' ? fullBox('vmhd', 0, 1, zeros(8)) : fullBox('smhd', 0, 0, zeros(4));
  const selfContained = fullBox('url ', 0, 1);
  return boxParts('minf', header, box('dinf', fullBox('dref', 0, 0, uint32(1), selfContained)), ...sampleTable);
}

/**
 * How much sound to decode in front of a sample, ISO/IEC 14496-12 sections 8.9.3 and 10.1. Version 1: the editions of the standard do not agree about
 * version 2, which has a default for all samples, and neither do readers. So each fragment says that its samples are in this group.
 */
export function rollGroup({ rollDistance }: IsobmffBinding): Uint8Array[] {
  if (rollDistance === undefined) return [];
  const entryBytes = 2;
  const entryCount = 1;
  return [fullBox('sgpd', 1, 0, ascii('roll'), uint32(entryBytes, entryCount), uint16(rollDistance))];
}
