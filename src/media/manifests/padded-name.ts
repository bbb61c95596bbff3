/** A segment of sound with silence around it, so that it lasts as long as the pictures beside it. Made when it is asked for. */
export interface PaddedName {
  /** Of the recorded segment. */
  readonly number: number;
  /** Frames of silence before and behind what was recorded. */
  readonly headFrames: number;
  readonly tailFrames: number;
}

const NAME = /^audio_padded_(\d{1,4})_(\d{1,4})_(\d{4,9})\.m4s$/;

/** @returns `audio_padded_0_35_0003.m4s` */
export function paddedName({ number, headFrames, tailFrames }: PaddedName): string {
  return `audio_padded_${String(headFrames)}_${String(tailFrames)}_${String(number).padStart(4, '0')}.m4s`;
}

/** @returns undefined for a name that `paddedName` does not make */
export function parsePaddedName(name: string): PaddedName | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const found = { headFrames: Number(match[1]), tailFrames: Number(match[2]), number: Number(match[3]) };
  return paddedName(found) === name ? found : undefined;
}
