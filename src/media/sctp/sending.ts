import { readUint16, readUint32, uint16, uint32 } from '../bytes.js';
import { CongestionWindow, FRAGMENT_BYTES } from './congestion-window.js';
import { DATA_HEADER_BYTES, type DataChunk, writeDataChunk } from './data-chunk.js';
import { ChunkType, writeChunk } from './packet.js';
import { RoundTrip } from './round-trip.js';
import { unwrap32 } from './serial.js';

/** Reports that miss a chunk before it counts as lost (RFC 9260 section 7.2.4). */
const REPORTS_OF_LOSS = 3;
/** Timeouts in a row without a word of the peer. */
const MOST_TIMEOUTS = 8;
/** What the account of a message costs besides its bytes. */
const MESSAGE_COST_BYTES = 256;
/** Chunks that have left and are not acknowledged: a report or a timeout costs as much as there are. */
const MOST_IN_FLIGHT = 2048;
const NOTHING = new Uint8Array();

/** A message to the peer; `bytes` is not empty and owned. */
export interface OutgoingMessage {
  readonly streamId: number;
  readonly protocol: number;
  readonly bytes: Uint8Array;
  readonly isUnordered: boolean;
  /** It is given up after so many repetitions; undefined: never for that. */
  readonly mostRetransmissions?: number | undefined;
  /** Monotonic; it is given up then. */
  readonly expiresMs?: number | undefined;
}

interface Outgoing {
  readonly message: OutgoingMessage;
  /** In its stream, and of its first chunk: known when that leaves. */
  sequence: number;
  firstTsn: number;
  sentBytes: number;
  isAbandoned: boolean;
}

interface ChunkInFlight {
  readonly outgoing: Outgoing;
  readonly chunk: DataChunk;
  sentMs: number;
  sends: number;
  misses: number;
  isAcknowledged: boolean;
  /** To be sent again. */
  isLost: boolean;
}

/** What goes to the peer: messages in chunks, again where they are lost, as much as the way and the peer can take. */
export class Sending {
  readonly roundTrip = new RoundTrip();
  private readonly window = new CongestionWindow();
  private queue: Outgoing[] = [];
  /** All after `acknowledged`, without holes. */
  private readonly flight: ChunkInFlight[] = [];
  private readonly sequences = new Map<number, number>();
  private acknowledged: number;
  private buffered = 0;
  private outstanding = 0;
  private lost = 0;
  private timeouts = 0;
  private deadlineMs = Infinity;
  private recoversAt = -Infinity;
  private isSkipDue = false;

  /**
   * @param firstTsn 32 bits
   * @param peerWindow bytes that the peer can take at first
   * @param canSkip whether the peer lets messages be given up
   */
  constructor(
    firstTsn: number,
    private peerWindow: number,
    private readonly canSkip: boolean,
  ) {
    this.acknowledged = firstTsn - 1;
  }

  /** Of messages that the peer has not acknowledged yet, with what the account of them costs. */
  get bufferedBytes(): number {
    return this.buffered;
  }

  /** The last number that was given to a chunk. */
  get lastTsn(): number {
    return this.acknowledged + this.flight.length;
  }

  /** Of a message of which a part has left and the rest has not. */
  get streamInHand(): number | undefined {
    const [head] = this.queue;
    return head !== undefined && head.sentBytes > 0 ? head.message.streamId : undefined;
  }

  get hasFailed(): boolean {
    return this.timeouts > MOST_TIMEOUTS;
  }

  add(message: OutgoingMessage): void {
    this.queue.push({ message, sequence: 0, firstTsn: 0, sentBytes: 0, isAbandoned: false });
    this.buffered += message.bytes.length + MESSAGE_COST_BYTES;
  }

  /** Forgets what of these streams has not begun to leave. */
  forget(streamIds: readonly number[]): void {
    const ended = new Set(streamIds);
    const [stays, goes]: [Outgoing[], Outgoing[]] = [[], []];
    for (const one of this.queue) (one.sentBytes === 0 && ended.has(one.message.streamId) ? goes : stays).push(one);
    this.queue = stays;
    for (const { message } of goes) this.buffered -= message.bytes.length + MESSAGE_COST_BYTES;
  }

  /** Messages of these streams are counted from 0 again. */
  reset(streamIds: readonly number[]): void {
    for (const streamId of streamIds) this.sequences.delete(streamId);
  }

  /** @returns the next chunk that may leave, undefined when none may now or none fits in `room` bytes */
  next(nowMs: number, room: number): Uint8Array | undefined {
    const entry = this.lost > 0 ? this.lostChunk(nowMs, room) : this.newChunk(nowMs, room);
    if (entry === undefined) return undefined;
    entry.sentMs = nowMs;
    entry.sends += 1;
    this.outstanding += entry.chunk.bytes.length;
    if (this.deadlineMs === Infinity) this.restartTimer(nowMs);
    return writeDataChunk(entry.chunk);
  }

  /** @returns a FORWARD TSN where something was given up that the peer waits for */
  skip(nowMs: number): Uint8Array | undefined {
    if (!this.isSkipDue) return undefined;
    this.isSkipDue = false;
    const skipped = new Map<number, number>();
    let upTo = this.acknowledged;
    for (const { outgoing, isAcknowledged } of this.flight) {
      if (!isAcknowledged && !outgoing.isAbandoned) break;
      upTo += 1;
      const { message, sequence } = outgoing;
      if (outgoing.isAbandoned && !message.isUnordered) skipped.set(message.streamId, sequence);
    }
    if (upTo === this.acknowledged) return undefined;
    if (this.deadlineMs === Infinity) this.restartTimer(nowMs);
    const streams = [...skipped].map(([streamId, sequence]) => uint16(streamId, sequence));
    return writeChunk(ChunkType.forwardTsn, 0, uint32(upTo), ...streams);
  }

  /** A SACK, RFC 9260 section 3.3.4. What it says of what was never sent is not believed. */
  receiveSack(value: Uint8Array, nowMs: number): void {
    if (value.length < 12) return;
    const upTo = unwrap32(readUint32(value, 0), this.acknowledged);
    if (upTo < this.acknowledged || upTo > this.lastTsn) return;
    const wasFull = this.outstanding + FRAGMENT_BYTES > this.window.bytes;
    const moved = upTo > this.acknowledged;
    const bytes = this.acknowledgeUpTo(upTo, nowMs) + this.acknowledgeBlocks(value);
    this.peerWindow = readUint32(value, 4);
    this.timeouts = 0;
    if (this.recoversAt <= upTo) {
      this.recoversAt = -Infinity;
      this.window.acknowledged(bytes, wasFull);
    }
    if (this.flight.length === 0) this.deadlineMs = Infinity;
    else if (moved) this.restartTimer(nowMs);
    this.isSkipDue = this.flight[0]?.outgoing.isAbandoned === true;
  }

  /** To be called some times per second. */
  tick(nowMs: number): void {
    if (nowMs < this.deadlineMs) return;
    this.timeouts += 1;
    this.roundTrip.backOff();
    this.window.timedOut();
    this.recoversAt = -Infinity;
    for (const entry of this.flight) this.miss(entry, nowMs);
    this.isSkipDue = this.flight[0]?.outgoing.isAbandoned === true;
    this.restartTimer(nowMs);
  }

  private restartTimer(nowMs: number): void {
    this.deadlineMs = nowMs + this.roundTrip.retransmitAfterMs;
  }

  private get hasRoom(): boolean {
    return this.outstanding < this.window.bytes;
  }

  private lostChunk(nowMs: number, room: number): ChunkInFlight | undefined {
    if (!this.hasRoom) return undefined;
    for (const entry of this.flight) {
      if (!entry.isLost) continue;
      if (this.isStale(entry.outgoing.message, nowMs)) {
        this.abandon(entry.outgoing, nowMs);
        continue;
      }
      if (sizeOf(entry.chunk.bytes.length) > room) return undefined;
      entry.isLost = false;
      entry.misses = 0;
      this.lost -= 1;
      return entry;
    }
    return this.newChunk(nowMs, room);
  }

  private newChunk(nowMs: number, room: number): ChunkInFlight | undefined {
    const outgoing = this.headOfQueue(nowMs);
    if (outgoing === undefined || !this.hasRoom || this.flight.length >= MOST_IN_FLIGHT) return undefined;
    const { message, sentBytes } = outgoing;
    const bytes = message.bytes.subarray(sentBytes, sentBytes + FRAGMENT_BYTES);
    // One chunk is sent whatever the peer's window: the answer says when there is room again.
    const canTake = this.outstanding === 0 || this.outstanding + bytes.length <= this.peerWindow;
    if (!canTake || sizeOf(bytes.length) > room) return undefined;
    if (sentBytes === 0) {
      outgoing.sequence = this.nextSequence(message);
      outgoing.firstTsn = this.lastTsn + 1;
    }
    outgoing.sentBytes += bytes.length;
    const ends = outgoing.sentBytes === message.bytes.length;
    if (ends) this.queue.shift();
    return this.append(outgoing, { bytes, begins: sentBytes === 0, ends }, nowMs);
  }

  /** Gives the next number to a chunk. */
  private append(outgoing: Outgoing, part: Pick<DataChunk, 'bytes' | 'begins' | 'ends'>, nowMs: number): ChunkInFlight {
    const { message, sequence } = outgoing;
    const { streamId, protocol, isUnordered } = message;
    const chunk = { tsn: this.lastTsn + 1, streamId, sequence, protocol, isUnordered, ...part };
    const entry = { outgoing, chunk, sentMs: nowMs, sends: 0, misses: 0, isAcknowledged: false, isLost: false };
    this.flight.push(entry);
    return entry;
  }

  /** The first message whose time is not over. */
  private headOfQueue(nowMs: number): Outgoing | undefined {
    for (let head = this.queue[0]; head !== undefined; head = this.queue[0]) {
      if (!this.isStale(head.message, nowMs)) return head;
      this.abandon(head, nowMs);
    }
    return undefined;
  }

  private nextSequence({ streamId, isUnordered }: OutgoingMessage): number {
    if (isUnordered) return 0;
    const sequence = this.sequences.get(streamId) ?? 0;
    this.sequences.set(streamId, (sequence + 1) & 0xffff);
    return sequence;
  }

  private isStale({ expiresMs }: OutgoingMessage, nowMs: number): boolean {
    return this.canSkip && expiresMs !== undefined && nowMs > expiresMs;
  }

  private acknowledgeUpTo(upTo: number, nowMs: number): number {
    let bytes = 0;
    let measured: ChunkInFlight | undefined;
    for (const entry of this.flight.splice(0, upTo - this.acknowledged)) {
      if (entry.sends === 1 && !entry.isAcknowledged && !entry.outgoing.isAbandoned) measured = entry;
      bytes += this.acknowledge(entry);
      this.buffered -= entry.chunk.bytes.length + (entry.chunk.ends ? MESSAGE_COST_BYTES : 0);
    }
    this.acknowledged = upTo;
    if (measured !== undefined) this.roundTrip.measured(nowMs - measured.sentMs);
    return bytes;
  }

  /** Blocks in their order and apart: others cost nothing. */
  private acknowledgeBlocks(value: Uint8Array): number {
    const count = Math.min(readUint16(value, 8), (value.length - 12) >> 2);
    let bytes = 0;
    let at = 0;
    let highest = -1;
    for (let block = 0; block < count; block += 1) {
      const first = readUint16(value, 12 + 4 * block) - 1;
      const last = Math.min(readUint16(value, 14 + 4 * block) - 1, this.flight.length - 1);
      if (first < at) break;
      for (at = first; at <= last; at += 1) {
        const entry = this.flight[at];
        if (entry === undefined || entry.isAcknowledged) continue;
        bytes += this.acknowledge(entry);
        highest = at;
      }
    }
    this.countMisses(highest);
    return bytes;
  }

  private acknowledge(entry: ChunkInFlight): number {
    if (entry.isAcknowledged) return 0;
    entry.isAcknowledged = true;
    if (entry.outgoing.isAbandoned) return 0;
    this.settle(entry);
    return entry.chunk.bytes.length;
  }

  /** It is neither on its way nor lost any more. */
  private settle(entry: ChunkInFlight): void {
    if (entry.isLost) this.lost -= 1;
    else this.outstanding -= entry.chunk.bytes.length;
    entry.isLost = false;
  }

  /** Chunks before one that has come just now were overtaken. */
  private countMisses(before: number): void {
    let hasLost = false;
    for (let at = 0; at < before; at += 1) {
      const entry = this.flight[at];
      if (entry === undefined || entry.isAcknowledged || entry.isLost || entry.outgoing.isAbandoned) continue;
      entry.misses += 1;
      if (entry.misses !== REPORTS_OF_LOSS || entry.sends > 1) continue;
      this.miss(entry, entry.sentMs);
      hasLost = true;
    }
    if (!hasLost || this.recoversAt > this.acknowledged) return;
    this.window.lost();
    this.recoversAt = this.lastTsn;
  }

  private miss(entry: ChunkInFlight, nowMs: number): void {
    if (entry.isAcknowledged || entry.isLost || entry.outgoing.isAbandoned) return;
    const { mostRetransmissions = Infinity } = entry.outgoing.message;
    entry.isLost = true;
    this.lost += 1;
    this.outstanding -= entry.chunk.bytes.length;
    const isTooLate = this.isStale(entry.outgoing.message, nowMs);
    if (isTooLate || (this.canSkip && entry.sends > mostRetransmissions)) this.abandon(entry.outgoing, nowMs);
  }

  /** Its chunks lie together. Where the peer may have some and the last one has not left, that one's number is skipped in its place. */
  private abandon(outgoing: Outgoing, nowMs: number): void {
    const { message, sentBytes, firstTsn } = outgoing;
    const first = Math.max(0, firstTsn - this.acknowledged - 1);
    for (let at = first; this.flight[at]?.outgoing === outgoing; at += 1) {
      const entry = this.flight[at];
      if (entry?.isAcknowledged === false) this.settle(entry);
    }
    outgoing.isAbandoned = true;
    this.isSkipDue = true;
    if (sentBytes === message.bytes.length) return;
    this.queue.shift();
    this.buffered -= message.bytes.length - sentBytes;
    if (sentBytes > 0) this.append(outgoing, { bytes: NOTHING, begins: false, ends: true }, nowMs);
    else this.buffered -= MESSAGE_COST_BYTES;
  }
}

function sizeOf(bytes: number): number {
  return DATA_HEADER_BYTES + bytes + (-bytes & 3);
}
