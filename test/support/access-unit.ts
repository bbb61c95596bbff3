import { createHash } from 'node:crypto';

const SPS = 7;
const PPS = 8;

const hash = (parts: readonly Uint8Array[]): string => {
  const digest = createHash('sha256');
  for (const part of parts)
    digest.update(Uint8Array.of(part.length >>> 24, part.length >>> 16, part.length >>> 8, part.length)).update(part);
  return digest.digest('hex').slice(0, 24);
};

/** Parameter sets travel in the stream and rest in the init object: they are no part of a stored sample. */
const isStored = (unit: Uint8Array): boolean => unit.length > 0 && ![SPS, PPS].includes((unit[0] ?? 0) & 31);

/** @returns a short hash of a picture's NAL units without its parameter sets, the same for both framings of H.264 */
export function hashPicture(units: readonly Uint8Array[]): string {
  return hash(units.filter(isStored));
}

export function hashAudioFrame(frame: Uint8Array): string {
  return hash([frame]);
}

/** NAL units behind 4-byte lengths, as ISO BMFF and Matroska store them. */
export function splitLengthPrefixed(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const units: Uint8Array[] = [];
  for (let offset = 0; offset + 4 <= bytes.length;) {
    const end = offset + 4 + view.getUint32(offset);
    units.push(bytes.subarray(offset + 4, end));
    offset = end;
  }
  return units;
}
