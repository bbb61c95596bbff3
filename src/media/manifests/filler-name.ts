import type { MediaKind } from '../codecs/codec.js';

/** What stands in for a kind of media that a segment has none of. It is made when it is asked for, and never recorded. */
export interface FillerName {
  readonly kind: MediaKind;
  /** Number of the segment whose track it continues. */
  readonly source: number;
  /** Number of the segment whose time it fills. */
  readonly number: number;
}

const PREFIX: Readonly<Record<MediaKind, string>> = { video: '', audio: 'audio_' };
const NAME = /^(audio_)?filler_(\d{4,15})_(\d{4,15})\.m4s$/;

/** @returns `filler_0003_0004.m4s`, `audio_filler_0003_0004.m4s` */
export function fillerName({ kind, source, number }: FillerName): string {
  return `${PREFIX[kind]}filler_${digits(source)}_${digits(number)}.m4s`;
}

/** @returns undefined for a name that `fillerName` does not make */
export function parseFillerName(name: string): FillerName | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const found = {
    kind: match[1] === undefined ? 'video' : 'audio',
    source: Number(match[2]),
    number: Number(match[3]),
  } as const;
  return fillerName(found) === name ? found : undefined;
}

function digits(number: number): string {
  return String(number).padStart(4, '0');
}
