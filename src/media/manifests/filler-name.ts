import type { MediaKind } from '../codecs/codec.js';
import type { SegmentOrigin } from './timeline.js';

/** What stands in for a kind of media that a segment has none of. It is made when it is asked for, and never recorded. */
export interface FillerName {
  readonly kind: MediaKind;
  /** The segment whose track it continues: its number, or what it is where it lies in another directory. */
  readonly source: number | SegmentOrigin;
  /** Number of the segment whose time it fills. */
  readonly number: number;
}

const PREFIX: Readonly<Record<MediaKind, string>> = { video: '', audio: 'audio_' };
const NAME = /^(audio_)?filler_(\d{4,9})_(\d{4,9})\.m4s$/;
const FROM_ELSEWHERE = /^(audio_)?filler_from_([^/]{1,64})_(\d{1,15})_(\d{4,9})\.m4s$/;

/** @returns `filler_0003_0004.m4s`, `audio_filler_0003_0004.m4s`; `filler_from_<session>_<ms>_0004.m4s` */
export function fillerName({ kind, source, number }: FillerName): string {
  const from = typeof source === 'number' ? digits(source) : `from_${source.sessionId}_${String(source.startMs)}`;
  return `${PREFIX[kind]}filler_${from}_${digits(number)}.m4s`;
}

/** @returns undefined for a name that `fillerName` does not make */
export function parseFillerName(name: string): FillerName | undefined {
  const found = parseNear(name) ?? parseFar(name);
  return found !== undefined && fillerName(found) === name ? found : undefined;
}

function parseNear(name: string): FillerName | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : { kind: kindOf(match[1]), source: Number(match[2]), number: Number(match[3]) };
}

function parseFar(name: string): FillerName | undefined {
  const match = FROM_ELSEWHERE.exec(name);
  if (match === null) return undefined;
  const [, prefix, sessionId = '', startMs, number] = match;
  return { kind: kindOf(prefix), source: { sessionId, startMs: Number(startMs) }, number: Number(number) };
}

function kindOf(prefix: string | undefined): MediaKind {
  return prefix === undefined ? 'video' : 'audio';
}

function digits(number: number): string {
  return String(number).padStart(4, '0');
}
