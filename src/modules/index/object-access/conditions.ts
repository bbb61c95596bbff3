import type { ByteRange } from '../../storage/ports/storage-driver.js';

/** The header fields that decide what of an object is sent. */
export interface ObjectRequest {
  readonly method: string;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifRange: string | undefined;
  readonly range: string | undefined;
}

export type ObjectAnswer =
  | { readonly type: 'whole' }
  | { readonly type: 'part'; readonly range: ByteRange }
  | { readonly type: 'not-modified' }
  | { readonly type: 'precondition-failed' }
  | { readonly type: 'unsatisfiable' };

/**
 * What to answer, RFC 9110 section 13.2.2 in its order: If-Match, If-None-Match, then Range with If-Range.
 *
 * @param etag strong, with its quotation marks
 */
export function answerFor(request: ObjectRequest, etag: string, sizeBytes: number): ObjectAnswer {
  const { method, ifMatch, ifNoneMatch, ifRange, range } = request;
  if (ifMatch !== undefined && !names(ifMatch, etag, isStrong)) return { type: 'precondition-failed' };
  if (ifNoneMatch !== undefined && names(ifNoneMatch, etag, isAny)) return { type: 'not-modified' };
  if (range === undefined || method !== 'GET') return { type: 'whole' };
  // A date in If-Range never matches: objects are told apart by content only.
  if (ifRange !== undefined && ifRange.trim() !== etag) return { type: 'whole' };
  return partOf(range, sizeBytes);
}

/** RFC 9110 section 14.1.2. A unit or a syntax that is not ours is ignored; several ranges at once are refused. */
function partOf(range: string, sizeBytes: number): ObjectAnswer {
  const [unit, set] = range.split('=', 2);
  if (unit?.trim().toLowerCase() !== 'bytes' || set === undefined) return { type: 'whole' };
  const specs = set.split(',').map((spec) => /^\s*(\d*)-(\d*)\s*$/.exec(spec));
  if (specs.some((spec) => spec === null || (spec[1] === '' && spec[2] === ''))) return { type: 'whole' };
  const [spec] = specs;
  if (specs.length > 1 || spec === undefined || spec === null) return { type: 'unsatisfiable' };
  const [, first = '', last = ''] = spec;
  return first === '' ? suffix(Number(last), sizeBytes) : span(Number(first), last, sizeBytes);
}

function suffix(length: number, sizeBytes: number): ObjectAnswer {
  if (length === 0 || sizeBytes === 0) return { type: 'unsatisfiable' };
  return { type: 'part', range: { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 } };
}

function span(start: number, last: string, sizeBytes: number): ObjectAnswer {
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
