import { AppError } from '../../../shared/errors.js';

const LONGEST_NAME_BYTES = 255;
// C0, DEL and C1 controls, and the two separators that end a line in Unicode.
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const LONE_SURROGATE = /\p{Cs}/u;
const ENCODED_OCTET = /%[0-9a-f]{2}/i;

declare const checked: unique symbol;

/**
 * A stream's name as it appears in URLs, decoded, and as the first part of its object keys: one path segment of 1 to 255
 * UTF-8 bytes in Normalization Form C, without slashes, backslashes, control characters, percent-encoded octets or a
 * leading dot.
 */
export type StreamName = string & { readonly [checked]: 'StreamName' };

export class StreamNameInvalidError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'stream-name-invalid';

  constructor(reason: string) {
    super(`The stream name ${reason}.`);
  }
}

/** @throws {StreamNameInvalidError} which says what is wrong */
export function parseStreamName(text: string): StreamName {
  const fault = pathPartFault(text);
  if (fault !== undefined) throw new StreamNameInvalidError(fault);
  return text as StreamName;
}

/** @returns what forbids `text` as one part of an object key, as the rest of a sentence; undefined when nothing does */
export function pathPartFault(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (new TextEncoder().encode(text).length > LONGEST_NAME_BYTES) return 'is longer than 255 bytes';
  if (LONE_SURROGATE.test(text) || text.normalize('NFC') !== text) return 'is not Unicode in Normalization Form C';
  if (CONTROL.test(text)) return 'contains a control character';
  if (/[/\\]/.test(text)) return 'contains a slash or backslash';
  if (ENCODED_OCTET.test(text)) return 'contains a percent-encoded octet';
  if (text.startsWith('.')) return 'starts with a dot';
  return undefined;
}
