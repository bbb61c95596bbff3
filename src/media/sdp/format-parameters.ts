import type { FormatParameters } from '../codecs/codec.js';

/**
 * Reads an `a=fmtp` value (RFC 8866 section 6.15): `key=value` pairs between semicolons.
 *
 * @param value without the payload type; empty for no parameters
 * @returns keys in lower case, own properties only; a part without `=` is a key with an empty value; the first of equal
 * keys counts
 */
export function parseFormat(value: string): FormatParameters {
  const pairs = value
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(readPair);
  return Object.fromEntries(pairs.reverse());
}

function readPair(part: string): [string, string] {
  const equals = part.indexOf('=');
  if (equals < 0) return [part.toLowerCase(), ''];
  return [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim()];
}
