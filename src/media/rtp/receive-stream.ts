import type { MediaMemory } from '../memory.js';
import type { ReportBlock } from '../rtcp/report-block.js';
import { ListeningTime } from './listening-time.js';
import { NO_SLOT, PacketPayload, type ReceivedPayload } from './packet-payload.js';
import type { RtpHeader } from './packet.js';
import { ReceptionStatistics } from './reception-statistics.js';
import { PacketRate } from './packet-rate.js';
import { MOST_ENTRIES, ReorderRing } from './reorder-ring.js';
import { FIRST_REQUEST_MS, RetransmissionRequests } from './retransmission-requests.js';
import { SequenceWindow } from './sequence-window.js';
import { extendSequence } from './sequence.js';
import { type Beginning, StartHold } from './start-hold.js';
import { StrayPacket } from './stray-packet.js';

/** So many packets may be missing at once, however slow the stream; more is a jump. */
const LEAST_REACH = 512;
/** Packets older than this, counted from the next to deliver, are no late ones: the sender has started again. */
const MISORDER_LIMIT = 1024;
const SEQUENCE_NUMBERS = 0x10000;

/** Where the packets of a stream go, in sequence order. */
export interface PacketSink {
  /**
   * @param payload an object that is reused, never empty; its bytes are borrowed for the length of the call
   * @param extendedSequence grows always, by more than 1 after a loss or an empty packet
   * @param arrivalMs when this packet came, however long it was held
   * @param isRepaired it came because it was asked for
   */
  packet(payload: ReceivedPayload, extendedSequence: number, arrivalMs: number, isRepaired: boolean): void;
  /** At least `count` packets before the next one will never come; 0 where the sender has started again. */
  lost(count: number): void;
}

/** A source and how long it is waited for. */
export interface ReceiveStreamOptions {
  readonly ssrc: number;
  /** Hertz. */
  readonly clockRate: number;
  readonly memory: MediaMemory;
  readonly sink: PacketSink;
  /** Takes back a slot that `receive` kept. */
  readonly releaseSlot: (slot: number) => void;
  readonly usesNack: boolean;
  /** How long a gap may hold up what comes after it. */
  readonly giveUpMs: number;
  /** A stream whose first packet is none to begin with asks for those before it. */
  readonly begins?: Beginning | undefined;
  /** @returns whether this stream may keep `count` slots; where memory is short, the wait for what is missing ends sooner */
  readonly mayHold: (count: number) => boolean;
}

/**
 * One received source: puts its packets in order, knows which are missing, and gives up on them in time.
 *
 * A packet in order goes straight to the sink. An early one stays in its slot, the slot in the ring. A gap is given up
 * after `giveUpMs` in which the stream had its turns, or when what came after it needs more slots than the stream may hold. A jump of the sequence beyond
 * what can have been lost in that time is believed when a second packet follows on it (RFC 3550 appendix A.1), or when
 * nothing else comes. Times are local, monotonic, in milliseconds.
 */
export class ReceiveStream {
  /** Unique packets that were or will be delivered; repaired ones are among them. */
  packetsReceived = 0;
  /** Given up. */
  packetsLost = 0;
  /** Came by retransmission, or after they were asked for. */
  packetsRepaired = 0;
  /** Came after they were given up. */
  packetsLate = 0;
  duplicates = 0;
  /** RTP headers and payloads, without repairs. */
  bytesReceived = 0;
  /** May be changed at any time. */
  giveUpMs: number;

  private readonly sink: PacketSink;
  private readonly releaseSlot: (slot: number) => void;
  private readonly usesNack: boolean;
  private readonly mayHold: (count: number) => boolean;
  private readonly ring: ReorderRing;
  private readonly requests: RetransmissionRequests;
  private readonly rate = new PacketRate();
  /** How many packets ahead still count as loss: what comes in the time that a gap is waited for. */
  private reach = LEAST_REACH;
  private readonly window = new SequenceWindow(2 * MOST_ENTRIES);
  private readonly statistics: ReceptionStatistics;
  private readonly incoming: PacketPayload;
  private readonly held: PacketPayload;
  /** Extended sequence number of the next packet to deliver. The entries from it to `highest` are valid. */
  private next = 0;
  private highest = -1;
  private hasStarted = false;
  /** Packets in the ring. */
  private heldCount = 0;
  /** Repairs come by a source of their own: a packet of this one that was asked for was only late. */
  private hasRepairSource = false;
  private readonly hold: StartHold;
  private readonly listening = new ListeningTime();
  private readonly stray: StrayPacket;
  private isClosed = false;

  constructor(options: ReceiveStreamOptions) {
    this.sink = options.sink;
    this.releaseSlot = options.releaseSlot;
    this.usesNack = options.usesNack;
    this.hold = new StartHold(options.usesNack ? options.begins : undefined);
    this.giveUpMs = options.giveUpMs;
    this.mayHold = options.mayHold;
    this.ring = new ReorderRing(options.memory);
    this.requests = new RetransmissionRequests(this.ring);
    this.statistics = new ReceptionStatistics(options.ssrc, options.clockRate);
    this.incoming = new PacketPayload(options.memory.bytes);
    this.held = new PacketPayload(options.memory.bytes);
    this.stray = new StrayPacket(options.memory.bytes);
  }

  /** Packets are held because others before them are missing. */
  get isWaiting(): boolean {
    return this.heldCount > 0;
  }

  /** Interarrival jitter, RFC 3550 appendix A.8. */
  get jitterMs(): number {
    return this.statistics.jitterMs;
  }

  /**
   * Takes an authentic packet.
   *
   * @param slot the allocation that holds it
   * @param header of the packet, for a retransmission of the original one (`restoreOriginal`)
   * @param payloadOffset from the start of the memory
   * @param payloadLength without padding; empty packets fill their place and are not delivered
   * @returns true when the slot is kept until `releaseSlot`, false when the caller may use it again
   */
  receive(
    slot: number,
    header: RtpHeader,
    payloadOffset: number,
    payloadLength: number,
    arrivalMs: number,
    isRetransmission: boolean,
  ): boolean {
    if (this.isClosed || (!this.hasStarted && isRetransmission)) return false;
    const { timestamp, marker, payloadType } = header;
    this.incoming.set(payloadOffset, payloadLength, timestamp, marker, payloadType, arrivalMs, isRetransmission);
    if (!this.hasStarted) this.start(header.sequenceNumber);
    else if (this.hold.isOver(arrivalMs)) this.endHold();
    return this.place(slot, header, isRetransmission);
  }

  /** Gives up on what has been missing for too long. Call it every few milliseconds. */
  tick(nowMs: number): void {
    if (this.rate.tick(nowMs, this.packetsReceived)) {
      this.reach = Math.min(MOST_ENTRIES, Math.max(LEAST_REACH, Math.ceil(this.rate.perMs * this.giveUpMs)));
    }
    this.listening.turn(nowMs);
    if (this.hold.isOver(nowMs)) this.endHold();
    const latestMs = this.listening.at(nowMs) - this.giveUpMs;
    while (!this.hold.isHolding && this.next <= this.highest && this.ring.noticedMs(this.next) <= latestMs) {
      this.giveUpFirstGap();
    }
    if (this.stray.isHeld && nowMs - this.stray.payload.arrivalMs >= this.giveUpMs) {
      if (this.stray.isAlone) this.resynchronise();
      else this.dropStray();
    }
  }

  /** Appends the sequence numbers to ask for now, oldest first; at most 128 per call, the rest comes with the next. */
  nackList(nowMs: number, roundTripMs: number, out: number[]): void {
    if (!this.usesNack || this.next > this.highest) return;
    if (this.hold.isHolding) this.hold.collect(this.next, nowMs, this.requests.intervalMs(roundTripMs), out);
    else this.requests.collect(this.next, this.highest, nowMs, this.packetsReceived, roundTripMs, out);
  }

  /** A sender report of this source came. @param compactNtp the middle 32 bits of its NTP time */
  senderReported(compactNtp: number, arrivalMs: number): void {
    this.statistics.senderReported(compactNtp, arrivalMs);
  }

  /** Loss fractions count from one call to the next. @returns undefined before the first packet */
  reportBlock(nowMs: number): ReportBlock | undefined {
    return this.hasStarted ? this.statistics.report(this.highest, nowMs) : undefined;
  }

  /** Delivers all that is held, whatever is missing between: the publisher is gone or silent. */
  flush(): void {
    this.hold.isHolding = false;
    this.giveUpBefore(this.highest + 1);
  }

  /** Gives all slots back, undelivered. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.dropStray();
    for (; this.next <= this.highest; this.next++) {
      const slot = this.ring.slotOf(this.next);
      if (slot !== NO_SLOT) this.releaseSlot(slot);
    }
    this.ring.release();
  }

  private start(sequenceNumber: number): void {
    this.hasStarted = true;
    this.hold.start(this.incoming);
    this.next = sequenceNumber;
    this.highest = sequenceNumber - 1;
    this.statistics.start(sequenceNumber);
  }

  private endHold(): void {
    this.hold.isHolding = false;
    this.deliverHeld();
  }

  /** Finds the place of the incoming packet. @returns true when its slot is kept */
  private place(slot: number, header: RtpHeader, isRetransmission: boolean): boolean {
    const number = extendSequence(header.sequenceNumber, this.highest);
    if (number - this.highest >= this.reach || number < this.next - Math.max(this.reach, MISORDER_LIMIT)) {
      return this.receiveStray(slot, header, isRetransmission);
    }
    this.stray.isAlone = false;
    if (!this.accept(number, header, isRetransmission)) return false;
    if (number === this.next && !this.hold.isHolding) {
      this.deliver(this.incoming);
      this.deliverHeld();
      return false;
    }
    this.ring.hold(number, slot, this.incoming);
    this.heldCount += 1;
    if (!this.mayHold(this.heldCount)) this.shortenWait();
    return true;
  }

  /** Memory is short: the oldest gaps are given up until what is held fits. */
  private shortenWait(): void {
    this.hold.isHolding = false;
    while (this.heldCount > 0 && !this.mayHold(this.heldCount)) this.giveUpFirstGap();
  }

  /** Counts a packet near the others and makes its entry ready. @returns false for a duplicate or late one */
  private accept(number: number, header: RtpHeader, isRetransmission: boolean): boolean {
    if (!this.window.isFresh(number)) {
      this.duplicates++;
      return false;
    }
    this.window.accept(number);
    if (!isRetransmission) this.countArrival(number, header);
    if (number < this.next && !this.extendBack(number)) {
      this.packetsLate++;
      return false;
    }
    this.packetsReceived++;
    if (number > this.highest) this.advance(number);
    else this.noteAnswer(number, isRetransmission);
    if (this.incoming.isRepaired) this.packetsRepaired++;
    return true;
  }

  /** A missing packet came: because it was asked for, or by itself. */
  private noteAnswer(number: number, isRetransmission: boolean): void {
    this.hasRepairSource ||= isRetransmission;
    const requests = this.ring.requests(number);
    this.incoming.isRepaired = isRetransmission || (requests > 0 && !this.hasRepairSource);
    if (requests === 1 && this.incoming.isRepaired)
      this.requests.answered(this.ring.requestedAgoMs(number, this.incoming.arrivalMs));
  }

  private countArrival(number: number, header: RtpHeader): void {
    this.bytesReceived += header.headerLength + this.incoming.length;
    this.statistics.count();
    if (number > this.highest) this.statistics.measure(header.timestamp, this.incoming.arrivalMs);
  }

  /** The first packet was not the sender's first. @returns false when delivery has begun, or it is too old for the ring */
  private extendBack(number: number): boolean {
    if (!this.hold.isHolding || this.highest - number >= LEAST_REACH) return false;
    this.ring.reserve(this.highest - number + 1, this.next, this.highest + 1);
    this.expect(number, this.next);
    this.next = number;
    this.statistics.extendBack(number);
    this.hold.foundEarlier(this.incoming);
    return true;
  }

  private advance(number: number): void {
    if (number - this.next >= this.ring.capacity) this.makeRoom(number);
    this.expect(this.highest + 1, number);
    this.highest = number;
  }

  private makeRoom(number: number): void {
    this.ring.reserve(number - this.next + 1, this.next, this.highest + 1);
    if (number - this.next < this.ring.capacity) return;
    this.hold.isHolding = false;
    this.giveUpBefore(number - this.ring.capacity + 1);
  }

  /** The incoming packet shows that those from `from` to before `to` are missing. */
  private expect(from: number, to: number): void {
    const { arrivalMs } = this.incoming;
    const noticedMs = this.listening.at(arrivalMs);
    for (let number = from; number < to; number++) this.ring.expect(number, noticedMs, arrivalMs + FIRST_REQUEST_MS);
  }

  private giveUpFirstGap(): void {
    let end = this.next;
    while (end < this.highest && !this.ring.holds(end)) end++;
    this.giveUpBefore(end);
  }

  /** Delivers what is held before `end`, reports the rest as lost, and goes on from there. */
  private giveUpBefore(end: number): void {
    this.deliverHeld();
    while (this.next < end) {
      const gapStart = this.next;
      while (this.next < end && !this.ring.holds(this.next)) this.next++;
      this.lose(this.next - gapStart);
      this.deliverHeld();
    }
  }

  private lose(count: number): void {
    this.packetsLost += count;
    this.sink.lost(count);
  }

  private deliverHeld(): void {
    while (this.next <= this.highest) {
      const slot = this.ring.slotOf(this.next);
      if (slot === NO_SLOT) return;
      this.ring.load(this.next, this.held);
      this.deliver(this.held);
      this.heldCount -= 1;
      this.releaseSlot(slot);
    }
  }

  private deliver(payload: PacketPayload): void {
    const number = this.next++;
    if (payload.length > 0) this.sink.packet(payload, number, payload.arrivalMs, payload.isRepaired);
  }

  /** The incoming packet is far from all others. @returns true when its slot is kept */
  private receiveStray(slot: number, header: RtpHeader, isRetransmission: boolean): boolean {
    if (isRetransmission) {
      this.packetsLate++;
      return false;
    }
    if (this.stray.isFollowedBy(header.sequenceNumber)) {
      this.resynchronise();
      return this.place(slot, header, false);
    }
    this.dropStray();
    this.bytesReceived += header.headerLength + this.incoming.length;
    this.stray.hold(slot, header.sequenceNumber, this.incoming);
    return true;
  }

  private dropStray(): void {
    if (!this.stray.isHeld) return;
    this.packetsLate++;
    this.releaseSlot(this.stray.take());
  }

  /**
   * Goes on with the stray packet. A jump forward is loss where the sender's clock went on as ours; else the sender has
   * started again. Extended numbers always grow.
   */
  private resynchronise(): void {
    this.flush();
    const { timestamp, arrivalMs } = this.stray.payload;
    let number = extendSequence(this.stray.sequenceNumber, this.highest);
    if (number > this.highest && this.statistics.goesOn(timestamp, arrivalMs)) this.lose(number - this.next);
    else {
      if (number <= this.highest) number += SEQUENCE_NUMBERS;
      this.statistics.start(number);
      this.sink.lost(0);
    }
    this.continueWithStray(number);
  }

  private continueWithStray(number: number): void {
    const { payload } = this.stray;
    const slot = this.stray.take();
    this.window.accept(number);
    this.statistics.count();
    this.statistics.measure(payload.timestamp, payload.arrivalMs);
    this.packetsReceived++;
    this.next = number;
    this.highest = number;
    this.deliver(payload);
    this.releaseSlot(slot);
  }
}
