import { writeUint32 } from '../bytes.js';
import { writeRtcpHeader } from './encode.js';
import { PAYLOAD_FEEDBACK_TYPE } from './packet.js';

const APPLICATION_LAYER = 15;
/** "REMB" */
const IDENTIFIER = 0x52454d42;
const HEAD_BYTES = 20;
const MANTISSA_BITS = 18;
const MOST_SOURCES = 255;

/**
 * What the way to us carries (REMB, draft-alvestrand-rmcat-remb-03 section 2.2).
 *
 * @param bitsPerSecond 1 to 2^53; rounded down to 18 significant bits
 * @param ssrcs that it holds for together, at most 255
 * @throws {RangeError} for more sources
 */
export function encodeBitrateEstimate(senderSsrc: number, bitsPerSecond: number, ssrcs: readonly number[]): Uint8Array {
  if (ssrcs.length > MOST_SOURCES) throw new RangeError('No room in the estimate.');
  const bytes = new Uint8Array(HEAD_BYTES + 4 * ssrcs.length);
  const exponent = Math.max(0, Math.floor(Math.log2(bitsPerSecond)) + 1 - MANTISSA_BITS);
  const mantissa = Math.floor(bitsPerSecond / 2 ** exponent);
  writeRtcpHeader(bytes, 0, APPLICATION_LAYER, PAYLOAD_FEEDBACK_TYPE, bytes.length);
  writeUint32(bytes, 4, senderSsrc);
  writeUint32(bytes, 12, IDENTIFIER);
  writeUint32(bytes, 16, ((ssrcs.length << 24) | (exponent << MANTISSA_BITS) | mantissa) >>> 0);
  ssrcs.forEach((ssrc, index) => {
    writeUint32(bytes, HEAD_BYTES + 4 * index, ssrc);
  });
  return bytes;
}
