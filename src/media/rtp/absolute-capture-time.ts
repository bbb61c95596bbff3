import { readUint32 } from '../bytes.js';
import { fixedPointMs, ntpToUnixMs } from '../ntp.js';

const SHORT_BYTES = 8;
const LONG_BYTES = 16;

/**
 * The abs-capture-time header extension (http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time): when the content
 * of a packet was captured, by the clock of who captured it, 32.32 bits, and in the long form how far the sender's clock is
 * ahead of that, signed 32.32 bits. With the offset added all tracks of a sender are on one clock.
 *
 * @param length of the value, as `RtpHeader.readExtension` found it
 * @returns milliseconds since 1970; NaN when it has another length, or says that there is no clock (time 0)
 */
export function readAbsoluteCaptureTime(bytes: Uint8Array, start: number, length: number): number {
  if (length !== SHORT_BYTES && length !== LONG_BYTES) return NaN;
  const seconds = readUint32(bytes, start);
  const fraction = readUint32(bytes, start + 4);
  if (seconds === 0 && fraction === 0) return NaN;
  const captureMs = ntpToUnixMs(seconds, fraction);
  if (length === SHORT_BYTES) return captureMs;
  const offsetMs = (readUint32(bytes, start + 8) | 0) * 1000 + fixedPointMs(readUint32(bytes, start + 12));
  return captureMs + offsetMs;
}
