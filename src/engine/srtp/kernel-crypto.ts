import { BLOCK_BYTES, GUEST, MOST_LANES } from '../../media/kernels/kernel-memory.js';
import type { SrtpKernels } from '../../media/kernels/srtp-kernels.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { PlainPacket, ProtectedPacket, SrtpCrypto, SrtpKeySet } from '../../media/srtp/crypto.js';
import type { KernelSpace } from './kernel-space.js';
import { KeystreamMaker } from './keystream-maker.js';
import { openOneByOne, sealOneByOne } from './one-by-one.js';
import { SessionKeystream } from './session-keystream.js';

/** Longer ones are no datagrams of ours. */
const LONGEST_PACKET_BYTES = 2048;
const SEQUENCE_NUMBERS = 0x10000;

/** What a key needs in the worker's memory once its first packet comes. */
export interface KeyMaterial {
  readonly keystream: SessionKeystream;
  readonly maker: KeystreamMaker;
  readonly salt: number;
  /** GHASH tables or HMAC pads. */
  readonly authentication: number;
}

/** A reusable packet to open one alone. */
interface LonePacket extends ProtectedPacket {
  offset: number;
  length: number;
  header: RtpHeader;
  rolloverCounter: number;
}

/**
 * SRTP by the kernels, in place where the packet lies in the worker's memory. RTCP is rare and goes to `portable`, as do
 * packets for which that memory has no room.
 *
 * A direction in which no media flows takes no memory.
 */
export abstract class KernelCrypto implements SrtpCrypto {
  readonly mostTogether = MOST_LANES;
  protected readonly kernels: SrtpKernels;
  private material: KeyMaterial | undefined;
  private isExhausted = false;
  private lone: [LonePacket] | undefined;

  constructor(
    protected readonly space: KernelSpace,
    private readonly keys: SrtpKeySet,
    private readonly portable: SrtpCrypto,
    private readonly authenticationBytes: number,
    private readonly tagLength: number,
  ) {
    this.kernels = space.kernels;
  }

  openRtp(bytes: Uint8Array, offset: number, length: number, header: RtpHeader, rolloverCounter: number): number {
    const material = length > LONGEST_PACKET_BYTES ? undefined : this.prepared();
    if (material === undefined) return this.portable.openRtp(bytes, offset, length, header, rolloverCounter);
    const isGuest = bytes.buffer !== this.space.memory.bytes.buffer;
    const at = isGuest ? this.invite(bytes, offset, length) : bytes.byteOffset + offset;
    const lone = this.loneOf(at, length, header, rolloverCounter);
    this.open(material, lone, 1);
    const { plainLength } = lone[0];
    if (isGuest && plainLength >= 0) this.sendHome(bytes, offset, plainLength);
    return plainLength;
  }

  openRtpTogether(bytes: Uint8Array, packets: readonly ProtectedPacket[], count: number): void {
    const material = this.isInPlace(bytes, packets, count, 0) ? this.prepared() : undefined;
    if (material === undefined) openOneByOne(this, bytes, packets, count);
    else this.open(material, packets, count);
  }

  sealRtp(bytes: Uint8Array, offset: number, length: number, header: RtpHeader, rolloverCounter: number): number {
    const material = length + this.tagLength > LONGEST_PACKET_BYTES ? undefined : this.prepared();
    if (material === undefined) return this.portable.sealRtp(bytes, offset, length, header, rolloverCounter);
    const isGuest = bytes.buffer !== this.space.memory.bytes.buffer;
    const at = isGuest ? this.invite(bytes, offset, length) : bytes.byteOffset + offset;
    this.seal(material, this.loneOf(at, length, header, rolloverCounter), 1);
    if (isGuest) this.sendHome(bytes, offset, length + this.tagLength);
    return length + this.tagLength;
  }

  sealRtpTogether(bytes: Uint8Array, packets: readonly PlainPacket[], count: number): void {
    const material = this.isInPlace(bytes, packets, count, this.tagLength) ? this.prepared() : undefined;
    if (material === undefined) sealOneByOne(this, bytes, packets, count);
    else this.seal(material, packets, count);
  }

  openRtcp(bytes: Uint8Array, offset: number, length: number, ssrc: number, index: number): number {
    return this.portable.openRtcp(bytes, offset, length, ssrc, index);
  }

  sealRtcp(bytes: Uint8Array, offset: number, length: number, ssrc: number, index: number): number {
    return this.portable.sealRtcp(bytes, offset, length, ssrc, index);
  }

  close(): void {
    const { material } = this;
    this.material = undefined;
    this.isExhausted = true;
    if (material === undefined) return;
    const { memory } = this.space;
    memory.bytes.fill(0, material.authentication, material.authentication + this.authenticationBytes);
    material.keystream.close();
    memory.release(material.salt, BLOCK_BYTES);
    memory.release(material.authentication, this.authenticationBytes);
  }

  /** Writes GHASH tables or HMAC pads. */
  protected abstract prepareAuthentication(to: number, keys: SrtpKeySet, maker: KeystreamMaker): void;

  protected abstract countersOf(kernels: SrtpKernels): SrtpKernels['gcmCounters'];

  /** Opens packets in place; offsets are those of the memory. */
  protected abstract open(material: KeyMaterial, packets: readonly ProtectedPacket[], count: number): void;

  /** Seals packets in place. */
  protected abstract seal(material: KeyMaterial, packets: readonly PlainPacket[], count: number): void;

  private prepared(): KeyMaterial | undefined {
    if (this.material === undefined && !this.isExhausted) this.prepare();
    return this.material;
  }

  private prepare(): void {
    const { memory } = this.space;
    const salt = memory.allocate(BLOCK_BYTES);
    const authentication = memory.allocate(this.authenticationBytes);
    this.isExhausted = salt < 0 || authentication < 0;
    if (this.isExhausted) {
      if (salt >= 0) memory.release(salt, BLOCK_BYTES);
      return;
    }
    memory.bytes.fill(0, salt, salt + BLOCK_BYTES).set(this.keys.salt, salt);
    const maker = new KeystreamMaker(this.keys.encryptionKey, salt, memory, this.countersOf(this.kernels));
    this.prepareAuthentication(authentication, this.keys, maker);
    this.material = { keystream: new SessionKeystream(memory, maker), maker, salt, authentication };
  }

  /** @param room that each needs behind it */
  private isInPlace(bytes: Uint8Array, packets: readonly PlainPacket[], count: number, room: number): boolean {
    if (bytes.buffer !== this.space.memory.bytes.buffer || bytes.byteOffset !== 0) return false;
    for (let i = 0; i < count; i++) if ((packets[i]?.length ?? 0) + room > LONGEST_PACKET_BYTES) return false;
    return true;
  }

  private invite(bytes: Uint8Array, offset: number, length: number): number {
    this.space.memory.bytes.set(bytes.subarray(offset, offset + length), GUEST);
    return GUEST;
  }

  private sendHome(bytes: Uint8Array, offset: number, length: number): void {
    bytes.set(this.space.memory.bytes.subarray(GUEST, GUEST + length), offset);
  }

  private loneOf(offset: number, length: number, header: RtpHeader, rolloverCounter: number): [LonePacket] {
    this.lone ??= [{ offset, length, header, rolloverCounter, plainLength: -1 }];
    const [packet] = this.lone;
    packet.offset = offset;
    packet.length = length;
    packet.header = header;
    packet.rolloverCounter = rolloverCounter;
    return this.lone;
  }
}

/** The index of a packet (RFC 3711 section 3.3.1). */
export function indexOf(rolloverCounter: number, { sequenceNumber }: RtpHeader): number {
  return rolloverCounter * SEQUENCE_NUMBERS + sequenceNumber;
}
