/** @returns true when a NAL unit that is known has exactly the bytes of the one at `offset` */
export function isSameUnit(known: Uint8Array | undefined, bytes: Uint8Array, offset: number, length: number): boolean {
  if (known?.length !== length) return false;
  for (let index = 0; index < length; index++) {
    if (known[index] !== bytes[offset + index]) return false;
  }
  return true;
}

/** How configuration records hold a NAL unit: behind its length in 16 bits. */
export function lengthAndBytes(unit: Uint8Array): number[] {
  return [unit.length >> 8, unit.length & 0xff, ...unit];
}

/** @returns the NAL units of an `sprop-…` parameter: base64, separated by commas; what is not base64 is left out */
export function offeredUnits(value: string | undefined): Uint8Array[] {
  return (value ?? '').split(',').flatMap((unit) => decodeBase64(unit.trim()) ?? []);
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
