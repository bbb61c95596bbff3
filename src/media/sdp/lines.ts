import { SdpError } from './sdp.errors.js';

/** One `x=value` line. */
export interface SdpLine {
  /** Counted from 1. */
  readonly number: number;
  /** The letter before the `=`. */
  readonly type: string;
  readonly value: string;
}

/** An `a=name:value` line. */
export interface SdpAttribute {
  readonly line: number;
  readonly name: string;
  /** Empty for a flag. */
  readonly value: string;
}

const MAX_LINE_LENGTH = 4096;
/** All of C0 and DEL; a tab may stand in free text. */
// eslint-disable-next-line no-control-regex -- these characters are what is looked for
const CONTROL_CHARACTER = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/**
 * Splits SDP into its lines (RFC 8866 section 5), ended by CRLF or LF.
 *
 * @throws {SdpError} for a line that is not `x=value`, longer than 4096 characters or has control characters. Empty
 * lines may only come last
 */
export function readLines(text: string): SdpLine[] {
  const lines = text.split('\n').map((raw) => (raw.endsWith('\r') ? raw.slice(0, -1) : raw));
  while (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines.map((raw, index) => readLine(raw, index + 1));
}

/** @param line of type `a`. @returns an empty name when it has none: nobody knows such an attribute */
export function readAttribute({ number, value }: SdpLine): SdpAttribute {
  const colon = value.indexOf(':');
  if (colon < 0) return { line: number, name: value, value: '' };
  return { line: number, name: value.slice(0, colon), value: value.slice(colon + 1) };
}

function readLine(raw: string, number: number): SdpLine {
  if (raw.length > MAX_LINE_LENGTH) {
    throw new SdpError(number, `It is longer than ${String(MAX_LINE_LENGTH)} characters.`);
  }
  if (CONTROL_CHARACTER.test(raw)) throw new SdpError(number, 'It has control characters.');
  if (!/^[a-z]=/.test(raw)) throw new SdpError(number, 'It is not of the form x=value.');
  return { number, type: raw.charAt(0), value: raw.slice(2) };
}
