/** Length of what follows, RFC 4571 section 2. */
export const FRAME_HEADER_BYTES = 2;

/** Nobody has reason to send more null packets in a row: they keep a silent connection open. */
const MOST_NULLS = 1000;

/**
 * Cuts one direction of a TCP connection into the datagrams that were framed in it (RFC 4571). It holds at most one
 * unfinished frame; null packets, which have no length, are left out, and break it when no datagram comes between very many.
 */
export class FrameReader {
  private held: Uint8Array | undefined;
  private heldBytes = 0;
  private nulls = 0;

  /**
   * @param mostBytes of one datagram; a longer one breaks the connection, since nothing of ours is
   * @param take is given each datagram, borrowed. It answers false to be given no more.
   */
  constructor(
    private readonly mostBytes: number,
    private readonly take: (datagram: Uint8Array) => boolean,
  ) {}

  /** What is there of the frame that is not whole yet, its length included; borrowed. */
  get unfinished(): Uint8Array {
    return this.held?.subarray(0, this.heldBytes) ?? new Uint8Array(0);
  }

  /**
   * @param chunk the next bytes of the connection, borrowed
   * @returns false when the connection is of no use any more: the frame is too long, there is nothing in very many, or `take`
   * wants none
   */
  push(chunk: Uint8Array): boolean {
    let offset = 0;
    while (offset < chunk.length) {
      const next = this.heldBytes > 0 ? this.finishHeld(chunk, offset) : this.readFrame(chunk, offset);
      if (next < 0) return false;
      offset = next;
    }
    return true;
  }

  /** A frame that begins at `offset`. @returns where the next one does, -1 when broken */
  private readFrame(chunk: Uint8Array, offset: number): number {
    const left = chunk.length - offset;
    if (left < FRAME_HEADER_BYTES) return this.hold(chunk, offset, chunk.length);
    const length = lengthAt(chunk, offset);
    if (length > this.mostBytes) return -1;
    const end = offset + FRAME_HEADER_BYTES + length;
    if (end > chunk.length) return this.hold(chunk, offset, chunk.length);
    return this.deliver(chunk, offset + FRAME_HEADER_BYTES, end) ? end : -1;
  }

  /** What is missing of the frame that is held. */
  private finishHeld(chunk: Uint8Array, offset: number): number {
    const { held } = this;
    if (held === undefined) return -1;
    if (this.heldBytes < FRAME_HEADER_BYTES) {
      this.hold(chunk, offset, offset + 1);
      return lengthAt(held, 0) > this.mostBytes ? -1 : this.finishIfWhole(held, offset + 1);
    }
    const missing = FRAME_HEADER_BYTES + lengthAt(held, 0) - this.heldBytes;
    const end = this.hold(chunk, offset, Math.min(chunk.length, offset + missing));
    return this.finishIfWhole(held, end);
  }

  private finishIfWhole(held: Uint8Array, next: number): number {
    const end = FRAME_HEADER_BYTES + lengthAt(held, 0);
    if (this.heldBytes < end) return next;
    this.heldBytes = 0;
    return this.deliver(held, FRAME_HEADER_BYTES, end) ? next : -1;
  }

  private deliver(bytes: Uint8Array, start: number, end: number): boolean {
    if (start === end) {
      this.nulls += 1;
      return this.nulls <= MOST_NULLS;
    }
    this.nulls = 0;
    return this.take(bytes.subarray(start, end));
  }

  private hold(chunk: Uint8Array, start: number, end: number): number {
    this.held ??= new Uint8Array(FRAME_HEADER_BYTES + this.mostBytes);
    this.held.set(chunk.subarray(start, end), this.heldBytes);
    this.heldBytes += end - start;
    return end;
  }
}

function lengthAt(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

/** @returns `datagram` as it goes over TCP; a copy */
export function frame(datagram: Uint8Array): Uint8Array {
  const framed = new Uint8Array(FRAME_HEADER_BYTES + datagram.length);
  framed[0] = datagram.length >> 8;
  framed[1] = datagram.length & 0xff;
  framed.set(datagram, FRAME_HEADER_BYTES);
  return framed;
}
