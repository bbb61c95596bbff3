import { readUint16, readUint32, uint16, uint32 } from '../bytes.js';
import { MOST_STREAMS } from './data-chunk.js';
import { ChunkType, parseParameters, writeChunk, writeParameter } from './packet.js';
import { unwrap32 } from './serial.js';

/** Parameters and results of RFC 6525 sections 4.1, 4.4. */
const OUTGOING_RESET = 13;
const RESPONSE = 16;
const PERFORMED = 1;
const DENIED = 2;
const BAD_NUMBER = 5;
const IN_PROGRESS = 6;

/** Each waits twice as long as the one before. */
const MOST_TRIES = 8;
/** Streams of one request, so that it fits in a packet. */
const MOST_AT_ONCE = 256;

interface Request {
  sequence: number;
  /** Of all that was sent before it. */
  lastTsn: number;
  readonly streamIds: readonly number[];
  /** The peer has not got all of that yet: it wants to be asked anew. */
  isInProgress: boolean;
  dueMs: number;
  tries: number;
}

interface ResetListener {
  /** Unwrapped: everything up to there has come. */
  readonly receivedUpTo: number;
  /** Unwrapped: the last chunk that was sent. */
  readonly sentUpTo: number;
  /** Of a message of which a part has left and the rest has not. */
  readonly streamInHand: number | undefined;
  /** The peer has ended its direction of these streams. */
  endedByPeer(streamIds: readonly number[]): void;
  /** Our direction of these is at its beginning again. */
  endedHere(streamIds: readonly number[]): void;
}

/** Ends streams, which is how data channels are closed (RFC 6525, RFC 8831 section 6.7): each side its own direction. */
export class StreamResets {
  private readonly waiting = new Set<number>();
  /** Those that we ended before the peer did. */
  private readonly endedFirst = new Set<number>();
  private request: Request | undefined;
  /** Number of the peer's last request: his first is that of his first chunk. */
  private answered: number;

  /** @param sequence of our first request: that of our first chunk */
  constructor(
    private sequence: number,
    private readonly listener: ResetListener,
  ) {
    this.answered = listener.receivedUpTo >>> 0;
  }

  /** Ends our direction. */
  end(streamIds: readonly number[]): void {
    for (const streamId of streamIds) {
      this.waiting.add(streamId);
      this.endedFirst.add(streamId);
    }
  }

  /** @param value of a RE-CONFIG chunk @returns chunks that answer it */
  receive(value: Uint8Array): Uint8Array[] {
    const answers: Uint8Array[] = [];
    for (const [type, parameter] of parseParameters(value)) {
      if (type === RESPONSE && parameter.length >= 8) this.receiveResponse(parameter);
      else if (type === OUTGOING_RESET && parameter.length >= 12) answers.push(this.receiveRequest(parameter));
      else if (parameter.length >= 4) answers.push(respond(readUint32(parameter, 0), DENIED));
    }
    return answers;
  }

  /** @returns the request that is due */
  next(nowMs: number, retryAfterMs: number): Uint8Array | undefined {
    this.request ??= this.begin();
    const { request } = this;
    if (request === undefined || nowMs < request.dueMs) return undefined;
    if (request.tries === MOST_TRIES) {
      this.request = undefined;
      return undefined;
    }
    if (request.isInProgress) this.askAnew(request);
    request.dueMs = nowMs + retryAfterMs * 2 ** request.tries;
    request.tries += 1;
    const head = uint32(request.sequence, this.answered, request.lastTsn);
    return writeChunk(ChunkType.reconfiguration, 0, writeParameter(OUTGOING_RESET, head, uint16(...request.streamIds)));
  }

  /** Messages are counted anew from here on: on these streams there is none before the peer has opened them again. */
  private begin(): Request | undefined {
    const { streamInHand, sentUpTo } = this.listener;
    const streamIds = [...this.waiting].filter((streamId) => streamId !== streamInHand).slice(0, MOST_AT_ONCE);
    if (streamIds.length === 0) return undefined;
    for (const streamId of streamIds) this.waiting.delete(streamId);
    this.listener.endedHere(streamIds);
    const sequence = this.nextNumber();
    return { sequence, lastTsn: sentUpTo, streamIds, isInProgress: false, dueMs: -Infinity, tries: 0 };
  }

  /** Peers answer a number always the same (dcsctp). */
  private askAnew(request: Request): void {
    request.sequence = this.nextNumber();
    request.lastTsn = this.listener.sentUpTo;
    request.isInProgress = false;
  }

  private nextNumber(): number {
    const { sequence } = this;
    this.sequence = (sequence + 1) >>> 0;
    return sequence;
  }

  private receiveResponse(parameter: Uint8Array): void {
    const { request } = this;
    if (request?.sequence !== readUint32(parameter, 0)) return;
    if (readUint32(parameter, 4) === IN_PROGRESS) request.isInProgress = true;
    else this.request = undefined;
  }

  /** A repeated one is answered again and done once; one from before that is late. */
  private receiveRequest(parameter: Uint8Array): Uint8Array {
    const sequence = readUint32(parameter, 0);
    if (sequence === this.answered) return respond(sequence, PERFORMED);
    if (unwrap32(sequence, this.answered) < this.answered) return respond(sequence, BAD_NUMBER);
    const { receivedUpTo } = this.listener;
    if (unwrap32(readUint32(parameter, 8), receivedUpTo) > receivedUpTo) return respond(sequence, IN_PROGRESS);
    this.answered = sequence;
    const streamIds = readStreams(parameter);
    this.listener.endedByPeer(streamIds);
    for (const streamId of streamIds) if (!this.endedFirst.delete(streamId)) this.waiting.add(streamId);
    return respond(sequence, PERFORMED);
  }
}

/** Those that there are; none said is all. */
function readStreams(parameter: Uint8Array): number[] {
  const count = (parameter.length - 12) >> 1;
  if (count === 0) return Array.from({ length: MOST_STREAMS }, (_, streamId) => streamId);
  return Array.from({ length: count }, (_, at) => readUint16(parameter, 12 + 2 * at)).filter((id) => id < MOST_STREAMS);
}

function respond(sequence: number, result: number): Uint8Array {
  return writeChunk(ChunkType.reconfiguration, 0, writeParameter(RESPONSE, uint32(sequence, result)));
}
