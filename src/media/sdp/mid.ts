import type { SdpAttribute } from './lines.js';
import { SdpError } from './sdp.errors.js';

/** Token characters of RFC 8866 section 9: a mid is repeated in the answer. */
const MID = /^[\w!#$%&'*+\-.^`{|}~]{1,64}$/;

/** @throws {SdpError} when it is none */
export function readMid({ line, value }: SdpAttribute): string {
  if (!MID.test(value)) throw new SdpError(line, 'A mid has 1 to 64 token characters.');
  return value;
}
