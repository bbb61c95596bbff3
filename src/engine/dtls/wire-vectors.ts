import { readUint16, readUint24, uint16, uint8 } from '../../media/bytes.js';
import { refuseIf } from './handshake-refused-error.js';

/** Reads the presentation language of TLS (RFC 5246 section 4): numbers, and vectors that begin with their length. */
export class WireReader {
  private at = 0;

  /** @param bytes borrowed; what is read are views of it */
  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  uint8(): number {
    return this.take(1)[0] ?? 0;
  }

  uint16(): number {
    return readUint16(this.take(2), 0);
  }

  /** @throws {HandshakeRefusedError} when there are not so many left */
  take(length: number): Uint8Array {
    refuseIf(this.at + length > this.bytes.length, 'a message that ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** @param lengthBytes of the number that says how long it is */
  vector(lengthBytes: 1 | 2 | 3): Uint8Array {
    if (lengthBytes === 1) return this.take(this.uint8());
    return this.take(lengthBytes === 2 ? this.uint16() : readUint24(this.take(3), 0));
  }
}

/** @returns whole numbers of 16 bits, what is left over is not looked at */
export function uint16List(vector: Uint8Array): number[] {
  return Array.from({ length: vector.length >> 1 }, (_, index) => readUint16(vector, 2 * index));
}

/** @returns `content` behind its length */
export function vector(lengthBytes: 1 | 2 | 3, ...content: readonly Uint8Array[]): Uint8Array {
  const joined = Buffer.concat(content);
  const { length } = joined;
  const long = lengthBytes === 3 ? [length >> 16] : [];
  return Buffer.concat([lengthBytes === 1 ? uint8(length) : Buffer.concat([uint8(...long), uint16(length)]), joined]);
}
