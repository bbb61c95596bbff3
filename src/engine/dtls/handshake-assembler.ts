import { readUint16, readUint24 } from '../../media/bytes.js';

/** Bytes before a handshake message's body or fragment, RFC 6347 section 4.2.2. */
const HANDSHAKE_HEADER_BYTES = 12;
/** A certificate chain is the largest message; nobody needs more to introduce itself. */
const LARGEST_MESSAGE_BYTES = 16 * 1024;
/** Messages that may be in the making at a time: a flight has five. */
const MOST_PENDING = 8;

export interface HandshakeMessage {
  readonly type: number;
  /** `message_seq`: 0, 1, 2 … over the peer's messages. */
  readonly sequence: number;
  /** The whole message as a single fragment, header included. */
  readonly bytes: Uint8Array;
}

interface PartialMessage {
  readonly type: number;
  readonly body: Uint8Array;
  /** One per byte of the body that has arrived. */
  readonly seen: Uint8Array;
  missing: number;
}

/**
 * Puts the peer's plaintext handshake messages together and in order, as RFC 6347 section 4.2.3 asks: fragments may come
 * in any order, overlap and be repeated; messages are delivered once, by `message_seq`. Never throws on wire bytes.
 */
export class HandshakeAssembler {
  private readonly pending = new Map<number, PartialMessage>();
  private next = 0;

  constructor(private readonly deliver: (message: HandshakeMessage, isRepeated: boolean) => void) {}

  /** The `message_seq` that is delivered next. */
  get nextSequence(): number {
    return this.next;
  }

  /** @param fragment the content of one handshake record: one or more message fragments */
  push(fragment: Uint8Array): void {
    let start = 0;
    while (start + HANDSHAKE_HEADER_BYTES <= fragment.length) {
      const length = readUint24(fragment, start + 9);
      const end = start + HANDSHAKE_HEADER_BYTES + length;
      if (end > fragment.length) return;
      this.add(fragment.subarray(start, end), readUint16(fragment, start + 4));
      start = end;
    }
  }

  /** The client's first message may be asked for again (a lost HelloVerifyRequest); it is the only one delivered twice. */
  private add(part: Uint8Array, sequence: number): void {
    const message = this.messageFor(part, sequence);
    if (message === undefined) return;
    const offset = readUint24(part, 6);
    const body = part.subarray(HANDSHAKE_HEADER_BYTES);
    if (offset + body.length > message.body.length) return;
    message.body.set(body, offset);
    for (let at = offset; at < offset + body.length; at += 1) {
      if (message.seen[at] === 1) continue;
      message.seen[at] = 1;
      message.missing -= 1;
    }
    this.deliverWhole();
  }

  private messageFor(part: Uint8Array, sequence: number): PartialMessage | undefined {
    const repeatsFirst = sequence === 0 && this.next === 1;
    if ((sequence < this.next && !repeatsFirst) || sequence >= this.next + MOST_PENDING) return undefined;
    const type = part[0] ?? 0;
    const length = readUint24(part, 1);
    if (length > LARGEST_MESSAGE_BYTES) return undefined;
    const known = this.pending.get(sequence);
    if (known !== undefined) return known.type === type && known.body.length === length ? known : undefined;
    const fresh: PartialMessage = { type, body: new Uint8Array(length), seen: new Uint8Array(length), missing: length };
    this.pending.set(sequence, fresh);
    return fresh;
  }

  private deliverWhole(): void {
    const first = this.pending.get(0);
    if (this.next === 1 && first?.missing === 0) {
      this.pending.delete(0);
      this.deliver(wholeMessage(first, 0), true);
    }
    for (let message = this.pending.get(this.next); message?.missing === 0; message = this.pending.get(this.next)) {
      const sequence = this.next;
      this.pending.delete(sequence);
      this.next += 1;
      this.deliver(wholeMessage(message, sequence), false);
    }
  }
}

function wholeMessage({ type, body }: PartialMessage, sequence: number): HandshakeMessage {
  const bytes = new Uint8Array(HANDSHAKE_HEADER_BYTES + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type * 2 ** 24 + body.length);
  view.setUint16(4, sequence);
  view.setUint8(9, body.length >> 16);
  view.setUint16(10, body.length & 0xffff);
  bytes.set(body, HANDSHAKE_HEADER_BYTES);
  return { type, sequence, bytes };
}
