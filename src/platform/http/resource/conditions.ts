import type { ByteRange } from '../../../shared/byte-range.js';

/** The header fields that decide what of an object is sent. */
export interface ConditionalRequest {
  readonly method: string;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifRange: string | undefined;
  readonly range: string | undefined;
}

export type ConditionalAnswer =
  | { readonly type: 'whole' }
  | { readonly type: 'part'; readonly range: ByteRange }
  | { readonly type: 'not-modified' }
  | { readonly type: 'precondition-failed' }
  | { readonly type: 'unsatisfiable' };

/** What tells one state of an object from another. */
export interface Validators {
  /** Strong, with its quotation marks. */
  readonly etag: string;
  /** When it became what it is; undefined where nobody knows. */
  readonly modifiedMs: number | undefined;
  readonly sizeBytes: number;
}

/**
 * What to answer, RFC 9110 section 13.2.2 in its order: If-Match, If-None-Match or If-Modified-Since, then Range with
 * If-Range.
 */
export function answerFor(request: ConditionalRequest, validators: Validators): ConditionalAnswer {
  const { method, ifMatch, ifRange, range } = request;
  const { etag, sizeBytes } = validators;
  if (ifMatch !== undefined && !names(ifMatch, etag, isStrong)) return { type: 'precondition-failed' };
  if (isUnchanged(request, validators)) return { type: 'not-modified' };
  if (range === undefined || method !== 'GET') return { type: 'whole' };
  if (ifRange !== undefined && !isSame(ifRange.trim(), validators)) return { type: 'whole' };
  return partOf(range, sizeBytes);
}

/** A date is asked for only where no tag is, RFC 9110 section 13.1.3. */
function isUnchanged({ ifNoneMatch, ifModifiedSince }: ConditionalRequest, { etag, modifiedMs }: Validators): boolean {
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, etag, isAny);
  const sinceMs = Date.parse(ifModifiedSince ?? '');
  return modifiedMs !== undefined && modifiedMs <= sinceMs;
}

/** A date names a state when it is exactly the one that is given once the second of the change is over. */
function isSame(ifRange: string, { etag, modifiedMs }: Validators): boolean {
  if (ifRange === etag) return true;
  return modifiedMs !== undefined && Date.parse(ifRange) === Math.ceil(modifiedMs / 1000) * 1000;
}

/** RFC 9110 section 14.1.2. A unit or a syntax that is not ours is ignored; several ranges at once are refused. */
function partOf(range: string, sizeBytes: number): ConditionalAnswer {
  const [unit, set] = range.split('=', 2);
  if (unit?.trim().toLowerCase() !== 'bytes' || set === undefined) return { type: 'whole' };
  const specs = set.split(',').map((spec) => /^\s*(\d*)-(\d*)\s*$/.exec(spec));
  if (specs.some((spec) => spec === null || (spec[1] === '' && spec[2] === ''))) return { type: 'whole' };
  const [spec] = specs;
  if (specs.length > 1 || spec === undefined || spec === null) return { type: 'unsatisfiable' };
  const [, first = '', last = ''] = spec;
  return first === '' ? suffix(Number(last), sizeBytes) : span(Number(first), last, sizeBytes);
}

function suffix(length: number, sizeBytes: number): ConditionalAnswer {
  if (length === 0 || sizeBytes === 0) return { type: 'unsatisfiable' };
  return { type: 'part', range: { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 } };
}

function span(start: number, last: string, sizeBytes: number): ConditionalAnswer {
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && Number(last) < start) return { type: 'whole' };
  return start < sizeBytes ? { type: 'part', range: { start, end } } : { type: 'unsatisfiable' };
}

const isStrong = (candidate: string, etag: string): boolean => candidate === etag;
/** If-None-Match compares weakly, RFC 9110 section 13.1.2: proxies weaken the tag when they compress. */
const isAny = (candidate: string, etag: string): boolean => candidate.replace(/^W\//, '') === etag;

function names(field: string, etag: string, compare: (candidate: string, etag: string) => boolean): boolean {
  if (field.trim() === '*') return true;
  return (field.match(/(?:W\/)?"[^"]*"/g) ?? []).some((candidate) => compare(candidate, etag));
}
