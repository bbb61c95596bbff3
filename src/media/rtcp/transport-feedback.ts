import { writeUint16, writeUint32 } from '../bytes.js';
import { SequenceWindow } from '../rtp/sequence-window.js';
import { extendSequence } from '../rtp/sequence.js';
import { TRANSPORT_FEEDBACK_TYPE } from './packet.js';

const VERSION_AND_FORMAT = 0x80 | 15;
const WINDOW = 2048;
const MASK = WINDOW - 1;
const HEADER_BYTES = 20;
const CHUNK_BYTES = 2;
/** Keeps a feedback packet, its SRTCP overhead included, within one datagram of the usual size. */
const LARGEST_PACKET_BYTES = 1152;
const TICKS_PER_MS = 4;
const REFERENCE_SHIFT = 8;
const LARGEST_SMALL_DELTA = 255;

/** Packet status symbols, section 3.1.1: also how many bytes the delta of one takes. */
const NOT_RECEIVED = 0;
const SMALL_DELTA = 1;
const LARGE_DELTA = 2;

const ONE_BIT_VECTOR = 0x8000;
const ONE_BIT_SYMBOLS = 14;
const TWO_BIT_VECTOR = 0xc000;
const TWO_BIT_SYMBOLS = 7;

/**
 * Arrival times of all packets of a session, for the sender's bandwidth estimation:
 * draft-holmer-rmcat-transport-wide-cc-extensions-01, RTCP transport layer feedback with FMT 15.
 *
 * The last 2048 transport sequence numbers are remembered; what is older than those is not reported.
 */
export class TransportFeedbackRecorder {
  private readonly seen = new SequenceWindow(WINDOW);
  /** Ticks of 250 µs modulo 2^32: the upper 24 bits are a reference time. */
  private readonly arrivals = new Int32Array(WINDOW);
  private readonly symbols = new Uint8Array(WINDOW);
  private readonly packet = new Uint8Array(LARGEST_PACKET_BYTES);
  /** The next report starts here. */
  private next = 0;
  private feedbackCount = 0;

  /**
   * A packet came; one that comes again counts once.
   * @param transportSequence 16 bits, from the header extension
   * @param arrivalMs local monotonic time
   */
  received(transportSequence: number, arrivalMs: number): void {
    const isFirst = this.seen.highest === -Infinity;
    const number = isFirst ? transportSequence : extendSequence(transportSequence, this.seen.highest);
    if (!this.seen.isFresh(number)) return;
    this.seen.accept(number);
    this.arrivals[number & MASK] = Math.round(arrivalMs * TICKS_PER_MS);
    if (isFirst || number < this.next) this.next = number;
  }

  /**
   * Reports what came since the last call, and what is missing between. A late packet is reported together with those
   * after it. One call makes one packet: call again until there is none.
   *
   * @returns an RTCP packet, undefined when there is nothing new
   */
  build(senderSsrc: number, mediaSsrc: number): Uint8Array | undefined {
    if (this.next > this.seen.highest) return undefined;
    const base = Math.max(this.next, this.seen.highest - WINDOW + 1);
    const referenceTime = this.referenceTime(base);
    const count = this.classify(base, referenceTime << REFERENCE_SHIFT);
    const end = this.writeDeltas(this.writeChunks(count), base, count, referenceTime << REFERENCE_SHIFT);
    const length = (end + 3) & ~3;
    this.packet.fill(0, end, length);
    this.writeHeader(length, senderSsrc, mediaSsrc);
    writeUint16(this.packet, 12, base & 0xffff);
    writeUint16(this.packet, 14, count);
    writeUint32(this.packet, 16, ((referenceTime << 8) | (this.feedbackCount++ & 0xff)) >>> 0);
    this.next = base + count;
    return this.packet.slice(0, length);
  }

  /** @returns the time of the first arrival from `base` on, in 64 ms */
  private referenceTime(base: number): number {
    let number = base;
    while (this.seen.isFresh(number)) number++;
    return this.arrivalTicks(number) >> REFERENCE_SHIFT;
  }

  /**
   * Fills `symbols` from `base` on, as far as deltas fit their 16 bits and the packet its size.
   * @returns how many; the last one is of a received packet
   */
  private classify(base: number, referenceTicks: number): number {
    let count = 0;
    let previous = referenceTicks;
    let bytes = HEADER_BYTES;
    for (let number = base; number <= this.seen.highest; number++) {
      const at = number - base;
      this.symbols[at] = NOT_RECEIVED;
      if (this.seen.isFresh(number)) continue;
      const delta = (this.arrivalTicks(number) - previous) | 0;
      const symbol = delta >= 0 && delta <= LARGEST_SMALL_DELTA ? SMALL_DELTA : LARGE_DELTA;
      bytes += symbol;
      if (delta !== (delta << 16) >> 16 || bytes + largestChunksBytes(at + 1) > LARGEST_PACKET_BYTES) break;
      this.symbols[at] = symbol;
      previous += delta;
      count = at + 1;
    }
    return count;
  }

  private arrivalTicks(number: number): number {
    return this.arrivals[number & MASK] ?? 0;
  }

  /** Sections 3.1.2 to 3.1.4. @returns where the deltas start */
  private writeChunks(count: number): number {
    let at = HEADER_BYTES;
    let done = 0;
    while (done < count) {
      const symbol = this.symbols[done] ?? NOT_RECEIVED;
      const run = this.runLength(done, count);
      if (done + run === count || run >= (symbol === LARGE_DELTA ? TWO_BIT_SYMBOLS : ONE_BIT_SYMBOLS)) {
        writeUint16(this.packet, at, (symbol << 13) | run);
        done += run;
      } else {
        done += this.writeVector(at, done, count);
      }
      at += CHUNK_BYTES;
    }
    return at;
  }

  private runLength(start: number, count: number): number {
    let end = start + 1;
    while (end < count && this.symbols[end] === this.symbols[start]) end++;
    return end - start;
  }

  /** @returns how many symbols it holds */
  private writeVector(at: number, start: number, count: number): number {
    const isTwoBit = this.hasLargeDelta(start, Math.min(count, start + ONE_BIT_SYMBOLS));
    const capacity = isTwoBit ? TWO_BIT_SYMBOLS : ONE_BIT_SYMBOLS;
    const bits = isTwoBit ? 2 : 1;
    const used = Math.min(capacity, count - start);
    let chunk = isTwoBit ? TWO_BIT_VECTOR : ONE_BIT_VECTOR;
    for (let i = 0; i < used; i++) chunk |= (this.symbols[start + i] ?? 0) << (bits * (capacity - 1 - i));
    writeUint16(this.packet, at, chunk);
    return used;
  }

  private hasLargeDelta(start: number, end: number): boolean {
    for (let i = start; i < end; i++) if (this.symbols[i] === LARGE_DELTA) return true;
    return false;
  }

  /** Section 3.1.5: one byte for a small delta, two for another. @returns where they end */
  private writeDeltas(start: number, base: number, count: number, referenceTicks: number): number {
    let at = start;
    let previous = referenceTicks;
    for (let i = 0; i < count; i++) {
      const symbol = this.symbols[i];
      if (symbol === NOT_RECEIVED) continue;
      const delta = (this.arrivalTicks(base + i) - previous) | 0;
      previous += delta;
      if (symbol === LARGE_DELTA) writeUint16(this.packet, at, delta & 0xffff);
      else this.packet[at] = delta;
      at += symbol === LARGE_DELTA ? 2 : 1;
    }
    return at;
  }

  private writeHeader(length: number, senderSsrc: number, mediaSsrc: number): void {
    this.packet[0] = VERSION_AND_FORMAT;
    this.packet[1] = TRANSPORT_FEEDBACK_TYPE;
    writeUint16(this.packet, 2, length / 4 - 1);
    writeUint32(this.packet, 4, senderSsrc);
    writeUint32(this.packet, 8, mediaSsrc);
  }
}

function largestChunksBytes(count: number): number {
  return CHUNK_BYTES * Math.ceil(count / TWO_BIT_SYMBOLS);
}
