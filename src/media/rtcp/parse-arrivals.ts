import { readUint16, readUint24 } from '../bytes.js';

/** Base sequence number, how many packets are told of, reference time, number of the feedback packet. */
const HEADER_BYTES = 8;
/** Nobody sends so many between two reports; it bounds what a report can cost. */
const MOST_PACKETS = 4096;
const REFERENCE_MS = 64;
const TICK_MS = 0.25;
const CHUNK_BYTES = 2;

/** Packet status symbols, section 3.1.1: also how many bytes the delta of one takes; 3 is reserved. */
const NOT_RECEIVED = 0;
const SMALL_DELTA = 1;
const RESERVED = 3;

/**
 * Reads the times of a transport-wide feedback packet, draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1.
 *
 * @param start of the base sequence number
 * @returns milliseconds by the receiver's clock, NaN for a packet that did not arrive; undefined when malformed
 */
export function parseArrivals(bytes: Uint8Array, start: number, end: number): number[] | undefined {
  if (start + HEADER_BYTES > end) return undefined;
  const count = readUint16(bytes, start + 2);
  if (count === 0 || count > MOST_PACKETS) return undefined;
  const symbols = new Uint8Array(count);
  const deltas = readChunks(bytes, start + HEADER_BYTES, end, symbols);
  return deltas < 0 ? undefined : readDeltas(bytes, deltas, end, symbols, readUint24(bytes, start + 4) * REFERENCE_MS);
}

/** Sections 3.1.2 to 3.1.4. @returns where the deltas begin, -1 when there are fewer chunks than are needed */
function readChunks(bytes: Uint8Array, start: number, end: number, symbols: Uint8Array): number {
  let at = start;
  let done = 0;
  while (done < symbols.length) {
    if (at + CHUNK_BYTES > end) return -1;
    done = readChunk(readUint16(bytes, at), symbols, done);
    at += CHUNK_BYTES;
  }
  return at;
}

/** @returns how many symbols are known afterwards; those of a vector beyond the last packet mean nothing */
function readChunk(chunk: number, symbols: Uint8Array, done: number): number {
  if ((chunk & 0x8000) === 0) {
    const next = done + (chunk & 0x1fff);
    symbols.fill((chunk >> 13) & 3, done, next);
    return next;
  }
  const bits = (chunk & 0x4000) === 0 ? 1 : 2;
  const capacity = 14 / bits;
  for (let index = 0; index < capacity && done + index < symbols.length; index++)
    symbols[done + index] = (chunk >> (14 - bits * (index + 1))) & ((1 << bits) - 1);
  return done + capacity;
}

/** Section 3.1.5. */
function readDeltas(
  bytes: Uint8Array,
  start: number,
  end: number,
  symbols: Uint8Array,
  referenceMs: number,
): number[] | undefined {
  const arrivalsMs: number[] = [];
  let at = start;
  let timeMs = referenceMs;
  for (const symbol of symbols) {
    if (symbol === RESERVED || at + symbol > end) return undefined;
    if (symbol !== NOT_RECEIVED) timeMs += TICK_MS * readDelta(bytes, at, symbol);
    arrivalsMs.push(symbol === NOT_RECEIVED ? NaN : timeMs);
    at += symbol;
  }
  return arrivalsMs;
}

function readDelta(bytes: Uint8Array, at: number, symbol: number): number {
  return symbol === SMALL_DELTA ? (bytes[at] ?? 0) : (readUint16(bytes, at) << 16) >> 16;
}
