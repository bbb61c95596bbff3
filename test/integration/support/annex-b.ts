/** @returns the NAL units of an H.264 byte stream (Annex B), without start codes */
export function nalUnits(stream: Uint8Array): Uint8Array[] {
  const starts: { code: number; unit: number }[] = [];
  for (let at = 0; at + 3 <= stream.length; at++) {
    if (stream[at] !== 0 || stream[at + 1] !== 0 || stream[at + 2] !== 1) continue;
    starts.push({ code: at > 0 && stream[at - 1] === 0 ? at - 1 : at, unit: at + 3 });
  }
  return starts.map(({ unit }, index) => stream.subarray(unit, starts[index + 1]?.code ?? stream.length));
}

/** @returns access units, each begun by the delimiter (NAL unit type 9) that the encoder was told to write */
export function accessUnits(stream: Uint8Array): Uint8Array[][] {
  const units: Uint8Array[][] = [];
  for (const unit of nalUnits(stream)) {
    if (((unit[0] ?? 0) & 0x1f) === 9) units.push([]);
    units.at(-1)?.push(unit);
  }
  return units;
}
