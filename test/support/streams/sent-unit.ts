import type fc from 'fast-check';

/** An access unit of a valid stream, as a sender packetizes it. */
export interface SentUnit {
  readonly timestamp: number;
  /** In sending order; the last one bears the marker where the stream has markers. */
  readonly payloads: readonly Uint8Array[];
  /** What a recording owes, in the form of `SentStream.comparable`. */
  readonly whole: string;
  /** The same without what may be missing in front of the picture itself; only after a loss. */
  readonly withoutBeginning: readonly string[];
  readonly isKeyframe: boolean;
  /** Bytes that the configuration record of this unit must hold. */
  readonly configured: readonly Uint8Array[];
}

/** Valid streams of one codec, packetized by the text of its RFC and by nothing of ours. */
export interface SentStream {
  readonly units: fc.Arbitrary<readonly SentUnit[]>;
  /** @returns the parts of an access unit, however their lengths are written */
  comparable(sample: Uint8Array): string;
}

/** RTP ticks of unit `index`: 30 a second, over the wrap of 32 bits. */
export function timestampOf(index: number): number {
  return (0xffff_e000 + 3000 * index) % 2 ** 32;
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

export function comparableParts(parts: readonly Uint8Array[]): string {
  return parts.map((part) => Buffer.from(part).toString('hex')).join(' ');
}

export function concatenated(...parts: readonly ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

/** @returns the pieces of `bytes` of at most `size` bytes each */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

export function uint16(value: number): number[] {
  return [value >> 8, value & 0xff];
}
