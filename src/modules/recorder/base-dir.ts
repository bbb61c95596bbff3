import { pathPartFault } from '../signaling/ports/stream-name.js';
import { BaseDirInvalidError } from './recorder.errors.js';

const LONGEST_BYTES = 255;

/**
 * Checks where a caller wants a recording to go: a relative directory of at most 255 UTF-8 bytes whose parts obey the
 * rules of stream names.
 *
 * @throws {BaseDirInvalidError} which says what is wrong
 */
export function parseBaseDir(text: string): string {
  if (new TextEncoder().encode(text).length > LONGEST_BYTES) throw new BaseDirInvalidError('is longer than 255 bytes');
  for (const part of text.split('/')) {
    const fault = pathPartFault(part);
    if (fault !== undefined) throw new BaseDirInvalidError(`has a part that ${fault}`);
  }
  return text;
}
