import { readUint16, readUint32, uint16, uint32 } from '../bytes.js';
import { isUrgent, MOST_STREAMS, readDataChunk } from './data-chunk.js';
import { ChunkType, type SctpChunk, writeChunk } from './packet.js';
import { Reassembly, type IncomingMessage } from './reassembly.js';
import { ReceivedTsns } from './received-tsns.js';
import { unwrap32 } from './serial.js';

/** Chunks that come in order are acknowledged every so many of their packets. */
const PACKETS_PER_REPORT = 2;

/** What comes from the peer: which chunks have come, and the messages that they make. */
export class Receiving {
  private readonly received: ReceivedTsns;
  private readonly reassembly: Reassembly;
  private unreported = 0;
  private isUrgent = false;

  /**
   * @param firstTsn 32 bits
   * @param windowBytes that may wait to be put together
   * @param mostBytes of one message
   */
  constructor(
    firstTsn: number,
    private readonly windowBytes: number,
    mostBytes: number,
    deliver: (message: IncomingMessage) => void,
  ) {
    this.received = new ReceivedTsns(firstTsn - 1);
    this.reassembly = new Reassembly(mostBytes, deliver);
  }

  /** Unwrapped: everything up to here has come. */
  get upTo(): number {
    return this.received.upTo;
  }

  /**
   * A DATA chunk. What there is no room for is taken for lost, but what others wait for always has room. What is of no stream that there
   * is has come, and is nothing (RFC 9260 section 6.5).
   * @returns false when it breaks the rules
   */
  receive(chunk: SctpChunk): boolean {
    const data = readDataChunk(chunk);
    if (data === undefined) return false;
    this.isUrgent ||= isUrgent(chunk) || this.received.hasGaps;
    const tsn = unwrap32(data.tsn, this.upTo);
    const isFull = this.reassembly.heldBytes >= this.windowBytes;
    if ((isFull && tsn !== this.upTo + 1) || !this.received.add(tsn)) {
      this.isUrgent = true;
      return true;
    }
    this.isUrgent ||= this.received.hasGaps;
    if (data.streamId >= MOST_STREAMS) return true;
    return this.reassembly.push(tsn, data) && this.reassembly.heldBytes < 2 * this.windowBytes;
  }

  /** A FORWARD TSN, RFC 3758 section 3.2. @returns false when it breaks the rules */
  skip({ value }: SctpChunk): boolean {
    if (value.length < 4) return false;
    const from = this.upTo;
    const upTo = unwrap32(readUint32(value, 0), from);
    this.isUrgent = true;
    if (upTo <= from) return true;
    this.received.skipTo(upTo);
    const skipped: [number, number][] = [];
    for (let at = 4; at + 4 <= value.length; at += 4) {
      const streamId = readUint16(value, at);
      if (streamId < MOST_STREAMS) skipped.push([streamId, readUint16(value, at + 2)]);
    }
    this.reassembly.skipTo(from, upTo, skipped);
    return true;
  }

  reset(streamIds: readonly number[]): void {
    this.reassembly.reset(streamIds);
  }

  /** A packet with DATA was read to its end. */
  packetEnded(): void {
    this.unreported += 1;
  }

  /** @param isLate whether it is time even for what could wait @returns a SACK where one is due */
  report(isLate: boolean): Uint8Array | undefined {
    const isDue = this.isUrgent || this.unreported >= PACKETS_PER_REPORT || (isLate && this.unreported > 0);
    if (!isDue) return undefined;
    this.isUrgent = false;
    this.unreported = 0;
    const window = Math.max(0, this.windowBytes - this.reassembly.heldBytes);
    const blocks = this.received.blocks.flat();
    return writeChunk(ChunkType.sack, 0, uint32(this.upTo, window), uint16(blocks.length / 2, 0), uint16(...blocks));
  }
}
