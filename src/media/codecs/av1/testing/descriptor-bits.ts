/** Bits from their text: `0` and `1`, all else for the eye. */
export function bytesOf(...bits: readonly string[]): Uint8Array {
  const digits = bits.join('').replace(/[^01]/g, '');
  const padded = digits.padEnd(Math.ceil(digits.length / 8) * 8, '0');
  return Uint8Array.from({ length: padded.length / 8 }, (_, index) =>
    Number.parseInt(padded.slice(index * 8, index * 8 + 8), 2),
  );
}

export const number = (value: number, width: number): string => value.toString(2).padStart(width, '0');
/** The fields that every descriptor has. */
export const mandatory = (id: number, frame: number, edges = '11'): string =>
  `${edges} ${number(id, 6)} ${number(frame, 16)}`;

/** Template ids from 60 on: key, slow, fast of S0, key and slow of S1 with a decode target for each of S0T0, S0T1, S1T0, S1T1. */
export const STRUCTURE = [
  number(60, 6),
  number(3, 5),
  // Layers: S0T0, S0T0, S0T1, S1T0, S1T0.
  '00 01 10 00 11',
  // Switch is 10, required 11, discardable 01.
  '10 10 10 10',
  '10 10 11 11',
  '00 01 00 11',
  '00 00 10 10',
  '00 00 10 11',
  // References: none, two back, one back, one back (the frame below), one and three back.
  '0',
  '1 0001 0',
  '1 0000 0',
  '1 0000 0',
  '1 0000 1 0010 0',
  // Chains: none of five; no resolutions.
  '00',
  '0',
].join(' ');
