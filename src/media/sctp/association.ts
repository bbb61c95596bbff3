import { readUint16, readUint32, uint16, uint32 } from '../bytes.js';
import { MOST_STREAMS } from './data-chunk.js';
import {
  ChunkType,
  MOST_PACKET_BYTES,
  PACKET_HEADER_BYTES,
  parsePacket,
  parseParameters,
  type SctpChunk,
  type SctpPacket,
  writeChunk,
  writePacket,
  writeParameter,
} from './packet.js';
import type { IncomingMessage } from './reassembly.js';
import { Receiving } from './receiving.js';
import { RoundTrip } from './round-trip.js';
import { Sending, type OutgoingMessage } from './sending.js';
import { StreamResets } from './stream-resets.js';

/** Parameters of INIT and INIT ACK, RFC 9260 section 3.3.2, RFC 5061, RFC 3758. */
const STATE_COOKIE = 7;
const SUPPORTED_EXTENSIONS = 0x8008;
const FORWARD_TSN_SUPPORTED = 0xc000;

const WINDOW_BYTES = 512 * 1024;
const COOKIE_BYTES = 16;
const INIT_BYTES = 16;
/** What costs more than its bytes, and of which a packet has no more: an acknowledgement, a skip, a reset and the answer to one. */
const COSTLY: ReadonlySet<number> = new Set([ChunkType.sack, ChunkType.forwardTsn, ChunkType.reconfiguration]);
const MOST_COSTLY = 4;
/** Bit of an ABORT that has its receiver's own tag. */
const REFLECTED = 1;
/** Max.Init.Retransmits of RFC 9260 section 16. */
const MOST_CALLS = 8;

interface AssociationOptions {
  readonly localPort: number;
  readonly remotePort: number;
  /** Of one message of the peer; a larger one ends the association. */
  readonly mostMessageBytes: number;
  readonly randomBytes: (count: number) => Uint8Array;
}

interface AssociationListener {
  /** @param packet owned by whoever is told */
  send(packet: Uint8Array): void;
  message(message: IncomingMessage): void;
  /** The peer has closed these streams; ours are closed too. */
  streamsEnded(streamIds: readonly number[]): void;
  /** Messages may be sent from now on. */
  established(): void;
  /** Once and last. */
  ended(reason: AssociationEnd): void;
}

export type AssociationEnd = 'peer-closed' | 'violation' | 'unanswered' | 'requested';

interface Established {
  readonly peerTag: number;
  readonly receiving: Receiving;
  readonly sending: Sending;
  readonly resets: StreamResets;
}

interface Hello {
  readonly cookie: Uint8Array;
  /** The value of its INIT. */
  readonly init: Uint8Array;
}

/** What we wait for an answer to: our INIT, then our COOKIE ECHO. */
interface Call {
  readonly chunk: Uint8Array;
  readonly peerTag: number;
  /** The value of the peer's INIT ACK; undefined before. */
  readonly answer: Uint8Array | undefined;
  readonly roundTrip: RoundTrip;
  dueMs: number;
  calls: number;
}

/**
 * One SCTP association over DTLS, RFC 8261: the peer calls, as every WebRTC client does, or we do, or both at once. The core is
 * synchronous; nothing that the peer sends makes it throw, and what breaks the rules ends it.
 */
export class SctpAssociation {
  private readonly localTag: number;
  private readonly firstTsn: number;
  private hello: Hello | undefined;
  private ownCall: Call | undefined;
  private state: Established | undefined;
  private control: Uint8Array[] = [];
  private hasEnded = false;

  constructor(
    private readonly options: AssociationOptions,
    private readonly listener: AssociationListener,
  ) {
    const random = options.randomBytes(8);
    this.localTag = readUint32(random, 0) || 1;
    this.firstTsn = readUint32(random, 4);
  }

  /** Of messages that the peer has not acknowledged yet. */
  get bufferedBytes(): number {
    return this.state?.sending.bufferedBytes ?? 0;
  }

  /** Asks the peer for an association; it may ask us meanwhile. Once. */
  call(nowMs: number): void {
    if (this.state === undefined && !this.hasEnded) this.ask(this.greeting(ChunkType.init), 0, undefined, nowMs);
  }

  /** A packet of the peer, borrowed. */
  receive(bytes: Uint8Array, nowMs: number): void {
    const packet = this.hasEnded ? undefined : parsePacket(bytes);
    if (packet === undefined || !this.isOurs(packet)) return;
    const hasData = packet.chunks.some(({ type }) => type === ChunkType.data);
    let costly = 0;
    for (const chunk of packet.chunks) {
      if (COSTLY.has(chunk.type)) costly += 1;
      if (!this.isOver && (costly <= MOST_COSTLY || !COSTLY.has(chunk.type))) this.take(chunk, nowMs);
    }
    if (hasData) this.state?.receiving.packetEnded();
    this.flush(nowMs, false);
  }

  /** To be called some times per second. */
  tick(nowMs: number): void {
    if (this.ownCall !== undefined) this.callAgain(this.ownCall, nowMs);
    if (this.state === undefined || this.hasEnded) return;
    this.state.sending.tick(nowMs);
    if (this.state.sending.hasFailed) this.abort('unanswered');
    else this.flush(nowMs, true);
  }

  /** Nothing is sent before there is an association, and after its end. */
  send(message: OutgoingMessage, nowMs: number): void {
    if (this.state === undefined || this.hasEnded) return;
    this.state.sending.add(message);
    this.flush(nowMs, false);
  }

  /** Closes streams of ours; what has not left of them is not sent. */
  endStreams(streamIds: readonly number[], nowMs: number): void {
    this.state?.sending.forget(streamIds);
    this.state?.resets.end(streamIds);
    this.flush(nowMs, false);
  }

  /** Tells the peer. Idempotent. */
  abort(reason: AssociationEnd): void {
    if (this.hasEnded) return;
    if (this.state !== undefined) this.transmit(this.state.peerTag, [writeChunk(ChunkType.abort, 0)]);
    this.end(reason);
  }

  /** Without a word to the peer. Idempotent. */
  end(reason: AssociationEnd): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.state = undefined;
    this.hello = undefined;
    this.ownCall = undefined;
    this.listener.ended(reason);
  }

  /** Changes while chunks are taken. */
  private get isOver(): boolean {
    return this.hasEnded;
  }

  private isOurs({ verificationTag, chunks, sourcePort, destinationPort }: SctpPacket): boolean {
    const { localPort, remotePort } = this.options;
    if (sourcePort !== remotePort || destinationPort !== localPort) return false;
    const [first] = chunks;
    if (first?.type === ChunkType.init) return verificationTag === 0 && chunks.length === 1;
    const isReflected = first?.type === ChunkType.abort && (first.flags & REFLECTED) !== 0;
    return verificationTag === (isReflected ? this.state?.peerTag : this.localTag);
  }

  private take(chunk: SctpChunk, nowMs: number): void {
    if (chunk.type === ChunkType.init) this.greet(chunk);
    else if (chunk.type === ChunkType.initAck) this.echo(chunk.value, nowMs);
    else if (chunk.type === ChunkType.cookieEcho) this.welcome(chunk.value);
    else if (chunk.type === ChunkType.cookieAck) this.establish(this.ownCall?.answer);
    else if (chunk.type === ChunkType.abort) this.end('peer-closed');
    else if (this.state !== undefined) this.takeEstablished(chunk, this.state, nowMs);
  }

  private takeEstablished(chunk: SctpChunk, { receiving, sending, resets }: Established, nowMs: number): void {
    switch (chunk.type) {
      case ChunkType.data:
        if (!receiving.receive(chunk)) this.abort('violation');
        return;
      case ChunkType.sack:
        sending.receiveSack(chunk.value, nowMs);
        return;
      case ChunkType.forwardTsn:
        if (!receiving.skip(chunk)) this.abort('violation');
        return;
      case ChunkType.reconfiguration:
        this.control.push(...resets.receive(chunk.value));
        return;
      case ChunkType.heartbeat:
        this.control.push(writeChunk(ChunkType.heartbeatAck, 0, chunk.value));
        return;
      case ChunkType.shutdown:
        this.transmit(this.state?.peerTag ?? 0, [writeChunk(ChunkType.shutdownAck, 0)]);
        this.end('peer-closed');
    }
  }

  /** A peer that is connected does not begin anew: its INIT then was late. One that comes again may be on its way with the answer to the first. */
  private greet({ value }: SctpChunk): void {
    const peerTag = readUint32(value, 0);
    const canTalk = readUint16(value, 8) > 0 && readUint16(value, 10) > 0;
    if (this.state !== undefined || value.length < INIT_BYTES || peerTag === 0 || !canTalk) return;
    if (this.hello === undefined || !areEqual(this.hello.init, value)) {
      this.hello = { cookie: this.options.randomBytes(COOKIE_BYTES).slice(), init: value.slice() };
    }
    this.transmit(peerTag, [this.greeting(ChunkType.initAck, writeParameter(STATE_COOKIE, this.hello.cookie))]);
  }

  /** INIT and INIT ACK say the same of us, whoever called first (RFC 9260 section 5.2.1). */
  private greeting(type: number, ...parameters: readonly Uint8Array[]): Uint8Array {
    return writeChunk(
      type,
      0,
      uint32(this.localTag, WINDOW_BYTES),
      uint16(MOST_STREAMS, MOST_STREAMS),
      uint32(this.firstTsn),
      ...parameters,
      writeParameter(FORWARD_TSN_SUPPORTED),
      writeParameter(SUPPORTED_EXTENSIONS, Uint8Array.of(ChunkType.reconfiguration, ChunkType.forwardTsn)),
    );
  }

  private ask(chunk: Uint8Array, peerTag: number, answer: Uint8Array | undefined, nowMs: number): void {
    const roundTrip = new RoundTrip();
    this.ownCall = { chunk, peerTag, answer, roundTrip, dueMs: nowMs + roundTrip.retransmitAfterMs, calls: 1 };
    this.transmit(peerTag, [chunk]);
  }

  private callAgain(call: Call, nowMs: number): void {
    if (nowMs < call.dueMs) return;
    if (call.calls > MOST_CALLS) {
      this.end('unanswered');
      return;
    }
    call.calls += 1;
    call.roundTrip.backOff();
    call.dueMs = nowMs + call.roundTrip.retransmitAfterMs;
    this.transmit(call.peerTag, [call.chunk]);
  }

  /** The peer has answered our call, and wants its cookie back. */
  private echo(value: Uint8Array, nowMs: number): void {
    const { ownCall } = this;
    if (ownCall === undefined || ownCall.answer !== undefined || value.length < INIT_BYTES) return;
    const cookie = new Map(parseParameters(value.subarray(INIT_BYTES))).get(STATE_COOKIE);
    const peerTag = readUint32(value, 0);
    if (cookie === undefined || peerTag === 0) return;
    this.ask(writeChunk(ChunkType.cookieEcho, 0, cookie), peerTag, value.slice(), nowMs);
  }

  private welcome(cookie: Uint8Array): void {
    const { hello } = this;
    if (hello === undefined || !areEqual(cookie, hello.cookie)) return;
    this.control.push(writeChunk(ChunkType.cookieAck, 0));
    this.establish(hello.init);
  }

  /** @param greeting the value of the peer's INIT or INIT ACK */
  private establish(greeting: Uint8Array | undefined): void {
    if (greeting === undefined || this.state !== undefined) return;
    this.state = this.establishWith(greeting);
    this.ownCall = undefined;
    this.listener.established();
  }

  private establishWith(greeting: Uint8Array): Established {
    const { firstTsn, listener } = this;
    const { mostMessageBytes } = this.options;
    const receiving = new Receiving(readUint32(greeting, 12), WINDOW_BYTES, mostMessageBytes, (message) => {
      if (!this.hasEnded) listener.message(message);
    });
    const sending = new Sending(firstTsn, readUint32(greeting, 4), canSkip(greeting.subarray(INIT_BYTES)));
    const resets = new StreamResets(firstTsn, {
      get receivedUpTo() {
        return receiving.upTo;
      },
      get sentUpTo() {
        return sending.lastTsn;
      },
      get streamInHand() {
        return sending.streamInHand;
      },
      endedByPeer: (streamIds) => {
        receiving.reset(streamIds);
        sending.forget(streamIds);
        listener.streamsEnded(streamIds);
      },
      endedHere: (streamIds) => sending.reset(streamIds),
    });
    return { peerTag: readUint32(greeting, 0), receiving, sending, resets };
  }

  /** Sends what may leave now. */
  private flush(nowMs: number, isLate: boolean): void {
    const { state } = this;
    if (state === undefined || this.hasEnded) return;
    const { sending, resets } = state;
    const reset = resets.next(nowMs, sending.roundTrip.retransmitAfterMs);
    let chunks = [
      ...this.control.splice(0),
      state.receiving.report(isLate) ?? [],
      sending.skip(nowMs) ?? [],
      reset ?? [],
    ].flat();
    for (;;) {
      let room = MOST_PACKET_BYTES - PACKET_HEADER_BYTES - sizeOf(chunks);
      for (let next = sending.next(nowMs, room); next !== undefined; next = sending.next(nowMs, room)) {
        chunks.push(next);
        room -= next.length;
      }
      if (chunks.length === 0) return;
      this.transmit(state.peerTag, chunks);
      chunks = [];
    }
  }

  private transmit(peerTag: number, chunks: readonly Uint8Array[]): void {
    const { localPort, remotePort } = this.options;
    const header = { sourcePort: localPort, destinationPort: remotePort, verificationTag: peerTag };
    this.listener.send(writePacket(header, chunks));
  }
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Whether the peer says that it knows FORWARD TSN, in either of the two ways. */
function canSkip(parameters: Uint8Array): boolean {
  for (const [type, value] of parseParameters(parameters)) {
    if (type === FORWARD_TSN_SUPPORTED) return true;
    if (type === SUPPORTED_EXTENSIONS && value.includes(ChunkType.forwardTsn)) return true;
  }
  return false;
}
