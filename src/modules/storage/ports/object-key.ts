import { InvalidObjectKeyError } from '../storage.errors.js';

declare const checked: unique symbol;

/** A relative path of an object, `cam/2026/11/20/seg_0001.m4s`, that {@link parseObjectKey} has passed. */
export type ObjectKey = string & { readonly [checked]: true };

const MAX_KEY_BYTES = 1024;
const MAX_PART_BYTES = 255;
const MAX_DECODINGS = 4;

/** C0, DEL and C1 controls, and the backslash that some systems take for a slash. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\\]/;

/**
 * Checks a key: relative, at most 1024 bytes of UTF-8, parts of 1 to 255 bytes, none of them `.` or `..`, no control
 * character, no backslash, and none of these either after percent-decoding it again: an object is never named so that
 * some layer below might climb.
 *
 * @throws {InvalidObjectKeyError}
 */
export function parseObjectKey(text: string): ObjectKey {
  const fault = findFault(text) ?? findEncodedFault(text);
  if (fault !== undefined) throw new InvalidObjectKeyError(fault);
  return text as ObjectKey;
}

/**
 * The key in a URL's path as it came over the wire, percent-encoded once. Its slashes are no data, so they are not encoded.
 *
 * @throws {InvalidObjectKeyError}
 */
export function parseEncodedObjectKey(encoded: string): ObjectKey {
  if (/%2f/i.test(encoded)) throw new InvalidObjectKeyError('has an encoded slash');
  const text = decode(encoded);
  if (text === undefined) throw new InvalidObjectKeyError('is not percent-encoded UTF-8');
  return parseObjectKey(text);
}

/** The plain key of an object is the first; one digit tells the others apart. */
const DIGITS = [2, 3, 4, 5, 6, 7, 8, 9];

/**
 * What an object may be called where others have taken its plain key.
 *
 * @returns `cam/seg_0007_2.m4s` to `cam/seg_0007_9.m4s` for `cam/seg_0007.m4s`, and for any of them
 */
export function otherKeys(key: ObjectKey): ObjectKey[] {
  const [, path = '', extension = ''] = /^(.*?)(\.[^./]*)?$/s.exec(plainKey(key)) ?? [];
  return DIGITS.map((digit) => parseObjectKey(`${path}_${String(digit)}${extension}`));
}

/** @returns what the object was called first; names end in four digits or none, so that one digit says that it is another */
export function plainKey(key: string): string {
  return key.replace(/_[2-9](\.[^./]*)?$/, '$1');
}

function findFault(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (/\p{Surrogate}/u.test(text)) return 'is not Unicode';
  if (Buffer.byteLength(text) > MAX_KEY_BYTES) return `is longer than ${String(MAX_KEY_BYTES)} bytes`;
  if (FORBIDDEN.test(text)) return 'has a control character or a backslash';
  for (const part of text.split('/')) {
    if (part === '') return 'has an empty part, or a slash at an end';
    if (part === '.' || part === '..') return 'has a part that climbs';
    if (Buffer.byteLength(part) > MAX_PART_BYTES) return `has a part longer than ${String(MAX_PART_BYTES)} bytes`;
  }
  return undefined;
}

/** A key may contain percent signs, but not hide behind them what it could not say plainly. */
function findEncodedFault(text: string): string | undefined {
  let current = text;
  for (let decodings = 0; decodings < MAX_DECODINGS; decodings += 1) {
    const decoded = decode(current);
    if (decoded === undefined || decoded === current) return undefined;
    if (findFault(decoded) !== undefined) return 'is encoded to climb or to hide a control character';
    current = decoded;
  }
  return 'is encoded many times over';
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
