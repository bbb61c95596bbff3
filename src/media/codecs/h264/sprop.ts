import type { FormatParameters } from '../codec.js';

/** @returns the NAL units of `sprop-parameter-sets` (RFC 6184 section 8.1); what is not base64 is left out */
export function offeredParameterSets(format: FormatParameters): Uint8Array[] {
  const units = (format['sprop-parameter-sets'] ?? '').split(',');
  return units.flatMap((unit) => decodeBase64(unit.trim()) ?? []);
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
