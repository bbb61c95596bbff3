import type { SrtpKernels } from '../srtp-kernels.js';

const TAG_BYTES = 16;
const REDUCTION = 0xe1n << 120n;
const SHA1_START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

/** The kernels as the standards have them, without tables, lanes or vectors: slow, to compare with. */
export class PlainKernels implements SrtpKernels {
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array<ArrayBuffer>) {
    this.view = new DataView(bytes.buffer);
  }

  applyKeystream(offset: number, keystream: number, length: number): void {
    for (let i = 0; i < length; i++)
      this.bytes[offset + i] = (this.bytes[offset + i] ?? 0) ^ (this.bytes[keystream + i] ?? 0);
  }

  /** RFC 7714 section 8.1. */
  gcmCounters(
    out: number,
    salt: number,
    ssrc: number,
    rolloverCounter: number,
    sequenceNumber: number,
    packets: number,
    blocks: number,
  ): void {
    for (let packet = 0; packet < packets; packet++) {
      for (let block = 0; block < blocks; block++) {
        const at = out + (packet * blocks + block) * 16;
        this.bytes.fill(0, at, at + 16);
        this.view.setUint32(at + 2, ssrc);
        this.view.setUint32(at + 6, rolloverCounter);
        this.view.setUint16(at + 10, sequenceNumber + packet);
        this.applyKeystream(at, salt, 12);
        this.view.setUint32(at + 12, block + 1);
      }
    }
  }

  /** The key itself: no tables. */
  ghashTables(tables: number, key: number): void {
    this.bytes.copyWithin(tables, key, key + 16);
  }

  gcmOpen(
    tables: number,
    packet: number,
    header: number,
    length: number,
    keystream: number,
    second: number,
    secondHeader: number,
    secondLength: number,
    secondKeystream: number,
  ): number {
    const first = this.gcmOpenOne(tables, packet, header, length, keystream) ? 1 : 0;
    const isSecond =
      secondLength > 0 && this.gcmOpenOne(tables, second, secondHeader, secondLength, secondKeystream) ? 2 : 0;
    return first | isSecond;
  }

  gcmSeal(
    tables: number,
    packet: number,
    header: number,
    length: number,
    keystream: number,
    second: number,
    secondHeader: number,
    secondLength: number,
    secondKeystream: number,
  ): void {
    this.gcmSealOne(tables, packet, header, length, keystream);
    if (secondLength > 0) this.gcmSealOne(tables, second, secondHeader, secondLength, secondKeystream);
  }

  private gcmSealOne(tables: number, packet: number, header: number, length: number, keystream: number): void {
    this.applyKeystream(packet + header, keystream + 16, length - header);
    this.write128(packet + length, this.gcmTag(tables, packet, header, length, keystream));
  }

  /** RFC 3711 section 4.1.1. */
  cmCounters(
    out: number,
    salt: number,
    ssrc: number,
    rolloverCounter: number,
    sequenceNumber: number,
    packets: number,
    blocks: number,
  ): void {
    for (let packet = 0; packet < packets; packet++) {
      for (let block = 0; block < blocks; block++) {
        const at = out + (packet * blocks + block) * 16;
        this.bytes.fill(0, at, at + 16);
        this.view.setUint32(at + 4, ssrc);
        this.view.setUint32(at + 8, rolloverCounter);
        this.view.setUint16(at + 12, sequenceNumber + packet);
        this.applyKeystream(at, salt, 14);
        this.view.setUint16(at + 14, block);
      }
    }
  }

  /** The key itself: nothing is computed ahead. */
  hmacPads(pads: number, key: number): void {
    this.bytes.copyWithin(pads, key, key + 20);
  }

  cmVerify(lanes: number, pads: number): number {
    let authentic = 0;
    for (let lane = 0; lane < 4; lane++) {
      const tag = this.hmac(lanes + lane * 16, pads);
      const at = this.endOf(lanes + lane * 16);
      if (tag.every((byte, i) => this.bytes[at + i] === byte)) authentic |= 1 << lane;
    }
    return authentic;
  }

  cmSign(lanes: number, pads: number): void {
    const tags = [0, 16, 32, 48].map((lane) => this.hmac(lanes + lane, pads));
    tags.forEach((tag, lane) => this.bytes.set(tag, this.endOf(lanes + lane * 16)));
  }

  private gcmOpenOne(tables: number, packet: number, header: number, length: number, keystream: number): boolean {
    const end = length - TAG_BYTES;
    const isAuthentic = this.gcmTag(tables, packet, header, end, keystream) === this.read128(packet + end);
    if (isAuthentic) this.applyKeystream(packet + header, keystream + 16, end - header);
    return isAuthentic;
  }

  private gcmTag(tables: number, packet: number, header: number, length: number, keystream: number): bigint {
    const key = this.read128(tables);
    let state = 0n;
    const take = (block: bigint): void => {
      state = multiply(state ^ block, key);
    };
    const takeAll = (from: number, count: number): void => {
      for (let at = 0; at < count; at += 16) {
        const block = new Uint8Array(16);
        block.set(this.bytes.subarray(from + at, from + Math.min(at + 16, count)));
        take(toInteger(block));
      }
    };
    takeAll(packet, header);
    takeAll(packet + header, length - header);
    take((BigInt(header * 8) << 64n) | BigInt((length - header) * 8));
    return state ^ this.read128(keystream);
  }

  private endOf(lane: number): number {
    return this.view.getUint32(lane, true) + this.view.getUint32(lane + 4, true);
  }

  /** RFC 2104, of a packet and its rollover counter. @returns the first 80 bits */
  private hmac(lane: number, pads: number): Uint8Array {
    const start = this.view.getUint32(lane, true);
    const rollover = new Uint8Array(4);
    new DataView(rollover.buffer).setUint32(0, this.view.getUint32(lane + 8, true));
    const padded = (pad: number): Uint8Array =>
      Uint8Array.from({ length: 64 }, (_, i) => (i < 20 ? (this.bytes[pads + i] ?? 0) : 0) ^ pad);
    const inner = sha1(padded(0x36), this.bytes.subarray(start, this.endOf(lane)), rollover);
    return sha1(padded(0x5c), inner).subarray(0, 10);
  }

  private read128(at: number): bigint {
    return toInteger(this.bytes.subarray(at, at + 16));
  }

  private write128(at: number, value: bigint): void {
    this.view.setBigUint64(at, value >> 64n);
    this.view.setBigUint64(at + 8, value & 0xffff_ffff_ffff_ffffn);
  }
}

function toInteger(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** NIST SP 800-38D section 6.3. */
function multiply(x: bigint, y: bigint): bigint {
  let product = 0n;
  let shifted = y;
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ REDUCTION : shifted >> 1n;
  }
  return product;
}

/** FIPS 180-4 section 6.1. */
function sha1(...parts: readonly Uint8Array[]): Uint8Array {
  const message = parts.flatMap((part) => [...part]);
  const bits = message.length * 8;
  message.push(0x80);
  while (message.length % 64 !== 56) message.push(0);
  const bytes = new Uint8Array(message.length + 8);
  bytes.set(message);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(message.length, BigInt(bits));
  let state = SHA1_START;
  for (let at = 0; at < bytes.length; at += 64) state = compress(state, view, at);
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((word, i) => digest.setUint32(i * 4, word));
  return new Uint8Array(digest.buffer);
}

function compress(state: readonly number[], view: DataView, at: number): number[] {
  const words: number[] = [];
  for (let i = 0; i < 80; i++) {
    const older = (words[i - 3] ?? 0) ^ (words[i - 8] ?? 0) ^ (words[i - 14] ?? 0) ^ (words[i - 16] ?? 0);
    words.push(i < 16 ? view.getUint32(at + i * 4) : rotate(older, 1));
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  words.forEach((word, i) => {
    const [f, k] = roundOf(i, b, c, d);
    [a, b, c, d, e] = [(rotate(a, 5) + f + e + k + word) >>> 0, a, rotate(b, 30), c, d];
  });
  return [a, b, c, d, e].map((word, i) => (word + (state[i] ?? 0)) >>> 0);
}

function roundOf(round: number, b: number, c: number, d: number): [number, number] {
  if (round < 20) return [((b & c) | (~b & d)) >>> 0, 0x5a827999];
  if (round < 40) return [(b ^ c ^ d) >>> 0, 0x6ed9eba1];
  if (round < 60) return [((b & c) | (b & d) | (c & d)) >>> 0, 0x8f1bbcdc];
  return [(b ^ c ^ d) >>> 0, 0xca62c1d6];
}

function rotate(word: number, count: number): number {
  return ((word << count) | (word >>> (32 - count))) >>> 0;
}
