/** Samples of a frame at 48 kHz by the configuration number of RFC 6716 table 2: SILK, hybrid, CELT. */
export const OPUS_FRAME_TICKS = Uint16Array.of(
  ...[480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920, 2880],
  ...[480, 960, 480, 960],
  ...[120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960],
);

/** RFC 6716 section 3.4, R5: a packet holds at most 120 ms. */
const MAX_PACKET_TICKS = 5760;
/** R2. */
const MAX_FRAME_BYTES = 1275;

/**
 * Checks an Opus packet by RFC 6716 section 3.4 and says how much sound it holds.
 *
 * @returns samples at 48 kHz, 120 to 5760; 0 for bytes that are no Opus packet
 */
export function opusDurationTicks(bytes: Uint8Array, offset: number, length: number): number {
  if (length < 1) return 0;
  const toc = bytes[offset] ?? 0;
  const frames = countFrames(toc & 3, bytes, offset + 1, length - 1);
  const ticks = frames * (OPUS_FRAME_TICKS[toc >> 3] ?? 0);
  return ticks <= MAX_PACKET_TICKS ? ticks : 0;
}

/** @returns the number of frames, 0 when malformed */
function countFrames(code: number, bytes: Uint8Array, offset: number, length: number): number {
  if (code === 0) return length <= MAX_FRAME_BYTES ? 1 : 0;
  if (code === 1) return length % 2 === 0 && length <= 2 * MAX_FRAME_BYTES ? 2 : 0;
  if (code === 2) return isPairOfFrames(bytes, offset, length) ? 2 : 0;
  return countManyFrames(bytes, offset, length);
}

/** Code 2, section 3.2.4: the length of the first frame, then both. */
function isPairOfFrames(bytes: Uint8Array, offset: number, length: number): boolean {
  const lengthBytes = frameLengthBytes(bytes, offset, length);
  if (lengthBytes === 0) return false;
  const second = length - lengthBytes - frameLength(bytes, offset);
  return second >= 0 && second <= MAX_FRAME_BYTES;
}

/** Code 3, section 3.2.5: a count byte, padding lengths, for VBR frame lengths, the frames, the padding. */
function countManyFrames(bytes: Uint8Array, offset: number, length: number): number {
  if (length < 1) return 0;
  const count = bytes[offset] ?? 0;
  const frames = count & 0x3f;
  let position = 1;
  let padding = 0;
  if ((count & 0x40) !== 0) {
    let part = 255;
    while (part === 255) {
      if (position >= length) return 0;
      part = bytes[offset + position++] ?? 0;
      padding += part === 255 ? 254 : part;
    }
  }
  const rest = length - position - padding;
  if (rest < 0) return 0;
  const isVariable = (count & 0x80) !== 0;
  const fits = isVariable ? areVariableFrames(bytes, offset + position, rest, frames) : areEqualFrames(rest, frames);
  return fits ? frames : 0;
}

function areEqualFrames(length: number, frames: number): boolean {
  return frames > 0 && length % frames === 0 && length / frames <= MAX_FRAME_BYTES;
}

function areVariableFrames(bytes: Uint8Array, offset: number, length: number, frames: number): boolean {
  let position = 0;
  let total = 0;
  for (let frame = 1; frame < frames; frame++) {
    const lengthBytes = frameLengthBytes(bytes, offset + position, length - position);
    if (lengthBytes === 0) return false;
    total += frameLength(bytes, offset + position);
    position += lengthBytes;
  }
  const last = length - position - total;
  return frames > 0 && last >= 0 && last <= MAX_FRAME_BYTES;
}

/** Section 3.2.1. @returns how many bytes the length itself takes, 0 when they are not there */
function frameLengthBytes(bytes: Uint8Array, offset: number, available: number): number {
  if (available < 1) return 0;
  if ((bytes[offset] ?? 0) < 252) return 1;
  return available < 2 ? 0 : 2;
}

function frameLength(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset] ?? 0;
  return first < 252 ? first : first + 4 * (bytes[offset + 1] ?? 0);
}
