import { readUint16, readUint24 } from '../../media/bytes.js';

/** Bytes before a handshake message's body or fragment, RFC 6347 section 4.2.2. */
const HANDSHAKE_HEADER_BYTES = 12;
/** A certificate chain is the largest message; nobody needs more to introduce itself. */
const LARGEST_MESSAGE_BYTES = 8 * 1024;
/** Messages that may be in the making at a time: a flight has five. */
const MOST_PENDING = 5;

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
  /** One bit per byte of the body that has arrived. */
  readonly seen: Uint8Array;
  missing: number;
}

/**
 * Puts the peer's plaintext handshake messages together and in order, as RFC 6347 section 4.2.3 asks: fragments may come
 * in any order, overlap and be repeated; messages are delivered once, by `message_seq`. Anybody can write such a message: one that is
 * not accepted leaves its place to the next of its number, and so does one in the making whose type or length is another.
 */
export class HandshakeAssembler {
  private readonly pending = new Map<number, PartialMessage>();
  private next = 0;

  /**
   * @param deliver false, or an exception, when it cannot be the peer's next message
   * @param isHeard whether messages of a type are looked at
   */
  constructor(
    private readonly deliver: (message: HandshakeMessage, isRepeated: boolean) => boolean,
    private readonly isHeard: (type: number) => boolean = () => true,
  ) {}

  /** The `message_seq` that is delivered next. */
  get nextSequence(): number {
    return this.next;
  }

  /** @param fragment the content of one handshake record: one or more message fragments @throws what `deliver` throws */
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
      const bit = 1 << (at & 7);
      const byte = message.seen[at >> 3] ?? 0;
      if ((byte & bit) !== 0) continue;
      message.seen[at >> 3] = byte | bit;
      message.missing -= 1;
    }
    this.deliverWhole();
  }

  private messageFor(part: Uint8Array, sequence: number): PartialMessage | undefined {
    const repeatsFirst = sequence === 0 && this.next === 1;
    if ((sequence < this.next && !repeatsFirst) || sequence >= this.next + MOST_PENDING) return undefined;
    const type = part[0] ?? 0;
    const length = readUint24(part, 1);
    if (length > LARGEST_MESSAGE_BYTES || !this.isHeard(type)) return undefined;
    const known = this.pending.get(sequence);
    if (known?.type === type && known.body.length === length) return known;
    const seen = new Uint8Array((length + 7) >> 3);
    const fresh: PartialMessage = { type, body: new Uint8Array(length), seen, missing: length };
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
      if (!this.deliver(wholeMessage(message, sequence), false)) return;
      this.next += 1;
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
