import { readUint16, readUint32, uint16, uint32 } from '../bytes.js';
import { ChunkType, parseParameters, writeChunk, writeParameter } from './packet.js';
import { unwrap32 } from './serial.js';

/** Parameters and results of RFC 6525 sections 4.1, 4.4. */
const OUTGOING_RESET = 13;
const RESPONSE = 16;
const PERFORMED = 1;
const DENIED = 2;
const IN_PROGRESS = 6;

const MOST_TRIES = 8;
/** Of one request, so that it fits in a packet. */
const MOST_STREAMS = 256;

interface Request {
  readonly sequence: number;
  readonly streamIds: readonly number[];
  dueMs: number;
  tries: number;
}

interface ResetListener {
  /** Unwrapped: everything up to there has come. */
  readonly receivedUpTo: number;
  /** Unwrapped: the last chunk that was sent. */
  readonly sentUpTo: number;
  /** The peer has ended its direction of these streams. */
  endedByPeer(streamIds: readonly number[]): void;
  /** Our direction of these is at its beginning again. */
  endedHere(streamIds: readonly number[]): void;
}

/** Ends streams, which is how data channels are closed (RFC 6525, RFC 8831 section 6.7): each side its own direction. */
export class StreamResets {
  private readonly waiting = new Set<number>();
  private request: Request | undefined;
  private answered: number | undefined;

  /** @param sequence of our first request: that of our first chunk */
  constructor(
    private sequence: number,
    private readonly listener: ResetListener,
  ) {}

  /** Ends our direction. */
  end(streamIds: readonly number[]): void {
    for (const streamId of streamIds) this.waiting.add(streamId);
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
    request.dueMs = nowMs + retryAfterMs;
    request.tries += 1;
    if (request.tries > MOST_TRIES) this.finish(request);
    const { receivedUpTo, sentUpTo } = this.listener;
    const head = uint32(request.sequence, this.answered ?? receivedUpTo, sentUpTo);
    return writeChunk(ChunkType.reconfiguration, 0, writeParameter(OUTGOING_RESET, head, uint16(...request.streamIds)));
  }

  private begin(): Request | undefined {
    if (this.waiting.size === 0) return undefined;
    const streamIds = [...this.waiting].slice(0, MOST_STREAMS);
    for (const streamId of streamIds) this.waiting.delete(streamId);
    const { sequence } = this;
    this.sequence = (sequence + 1) >>> 0;
    return { sequence, streamIds, dueMs: -Infinity, tries: 0 };
  }

  private receiveResponse(parameter: Uint8Array): void {
    const { request } = this;
    if (request?.sequence === readUint32(parameter, 0) && readUint32(parameter, 4) !== IN_PROGRESS)
      this.finish(request);
  }

  private finish({ streamIds }: Request): void {
    this.request = undefined;
    this.listener.endedHere(streamIds);
  }

  /** A repeated one is answered again and done once. */
  private receiveRequest(parameter: Uint8Array): Uint8Array {
    const sequence = readUint32(parameter, 0);
    if (sequence === this.answered) return respond(sequence, PERFORMED);
    const { receivedUpTo } = this.listener;
    if (unwrap32(readUint32(parameter, 8), receivedUpTo) > receivedUpTo) return respond(sequence, IN_PROGRESS);
    this.answered = sequence;
    const streamIds = [];
    for (let at = 12; at + 2 <= parameter.length; at += 2) streamIds.push(readUint16(parameter, at));
    this.listener.endedByPeer(streamIds);
    return respond(sequence, PERFORMED);
  }
}

function respond(sequence: number, result: number): Uint8Array {
  return writeChunk(ChunkType.reconfiguration, 0, writeParameter(RESPONSE, uint32(sequence, result)));
}
