import type { MediaKind } from '../../codecs/codec.js';
import type { ObjectNumber } from '../container.js';

/** Video has the plain names, as players and people look at it first. */
const PREFIX: Readonly<Record<MediaKind, string>> = { video: '', audio: 'audio_' };
/**
 * Four digits at least; up to nine, so that the number fits into 32 bits. A single digit behind them tells apart from others'
 * bytes that have the plain name in a bucket: it is no part of the number.
 */
const NUMBERED = /^(audio_)?(init|seg)_(\d{4,9})(?:_[2-9])?\.m4s$/;
const FIRST_INIT = /^(audio_)?init(?:_[2-9])?\.m4s$/;

/**
 * @param number from 1
 * @returns `init.m4s`, `audio_init.m4s` for the first, then `init_0002.m4s` …
 */
export function initName(kind: MediaKind, number: number): string {
  return number === 1 ? `${PREFIX[kind]}init.m4s` : `${PREFIX[kind]}init_${digits(number)}.m4s`;
}

/**
 * @param number from 1; above 9999 the name gets longer
 * @returns `seg_0001.m4s`, `audio_seg_0001.m4s` …
 */
export function segmentName(kind: MediaKind, number: number): string {
  return `${PREFIX[kind]}seg_${digits(number)}.m4s`;
}

/** @returns undefined for a name that `initName` does not make, but for a digit that tells it apart from another of the name */
export function parseInitName(name: string): ObjectNumber | undefined {
  const first = FIRST_INIT.exec(name);
  if (first !== null) return { kind: kindOf(first[1]), number: 1 };
  const found = parseNumbered(name, 'init');
  return found?.number === 1 ? undefined : found;
}

/** @returns undefined for a name that `segmentName` does not make, but for a digit as above */
export function parseSegmentName(name: string): ObjectNumber | undefined {
  return parseNumbered(name, 'seg');
}

function parseNumbered(name: string, role: 'init' | 'seg'): ObjectNumber | undefined {
  const match = NUMBERED.exec(name);
  if (match?.[2] !== role) return undefined;
  const number = Number(match[3]);
  return number >= 1 && digits(number) === match[3] ? { kind: kindOf(match[1]), number } : undefined;
}

function kindOf(prefix: string | undefined): MediaKind {
  return prefix === undefined ? 'video' : 'audio';
}

function digits(number: number): string {
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`No object has number ${String(number)}.`);
  return String(number).padStart(4, '0');
}
