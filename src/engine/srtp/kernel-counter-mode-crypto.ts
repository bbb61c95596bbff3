import { BLOCK_BYTES, GUEST, HMAC_PADS_BYTES, LANES, MOST_LANES } from '../../media/kernels/kernel-memory.js';
import type { SrtpKernels } from '../../media/kernels/srtp-kernels.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { PlainPacket, ProtectedPacket, SrtpCrypto, SrtpKeySet } from '../../media/srtp/crypto.js';
import { indexOf, KernelCrypto, type KeyMaterial } from './kernel-crypto.js';
import type { KernelSpace } from './kernel-space.js';

const TAG_BYTES = 10;
const WORDS_PER_LANE = 4;

/** AES_CM_128_HMAC_SHA1_80 (RFC 3711) by the kernels, four packets of a session at a time. */
export class KernelCounterModeCrypto extends KernelCrypto {
  constructor(space: KernelSpace, keys: SrtpKeySet, portable: SrtpCrypto) {
    super(space, keys, portable, HMAC_PADS_BYTES, TAG_BYTES);
  }

  protected override prepareAuthentication(to: number, { authenticationKey }: SrtpKeySet): void {
    const { bytes } = this.space.memory;
    bytes.set(authenticationKey, GUEST);
    this.kernels.hmacPads(to, GUEST);
    bytes.fill(0, GUEST, GUEST + authenticationKey.length);
  }

  protected override countersOf(kernels: SrtpKernels): SrtpKernels['gcmCounters'] {
    return kernels.cmCounters.bind(kernels);
  }

  protected override open(material: KeyMaterial, packets: readonly ProtectedPacket[], count: number): void {
    for (let i = 0; i < count; i += MOST_LANES) this.openFour(material, packets, i, Math.min(count, i + MOST_LANES));
  }

  protected override seal(material: KeyMaterial, packets: readonly PlainPacket[], count: number): void {
    for (let i = 0; i < count; i += MOST_LANES) this.sealFour(material, packets, i, Math.min(count, i + MOST_LANES));
  }

  private sealFour(material: KeyMaterial, packets: readonly PlainPacket[], from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const packet = packets[i];
      if (packet === undefined) return;
      this.applyKeystream(material, packet.offset, packet.length, packet.header, packet.rolloverCounter);
    }
    for (let lane = 0; lane < MOST_LANES; lane++) {
      const packet = packets[Math.min(from + lane, to - 1)];
      if (packet !== undefined) this.setLane(lane, packet.offset, packet.length, packet.rolloverCounter);
    }
    this.kernels.cmSign(LANES, material.authentication);
  }

  private openFour(material: KeyMaterial, packets: readonly ProtectedPacket[], from: number, to: number): void {
    for (let lane = 0; lane < MOST_LANES; lane++) {
      const packet = packets[Math.min(from + lane, to - 1)];
      if (packet !== undefined) this.setLane(lane, packet.offset, packet.length - TAG_BYTES, packet.rolloverCounter);
    }
    const authentic = this.kernels.cmVerify(LANES, material.authentication);
    for (let i = from; i < to; i++) {
      const packet = packets[i];
      if (packet === undefined) return;
      const { offset, length, header, rolloverCounter } = packet;
      const isAuthentic = (authentic & (1 << (i - from))) !== 0;
      packet.plainLength = isAuthentic ? length - TAG_BYTES : -1;
      if (isAuthentic) this.applyKeystream(material, offset, length - TAG_BYTES, header, rolloverCounter);
    }
  }

  private setLane(lane: number, offset: number, length: number, rolloverCounter: number): void {
    const { words } = this.space;
    const at = LANES / 4 + lane * WORDS_PER_LANE;
    words[at] = offset;
    words[at + 1] = length;
    words[at + 2] = rolloverCounter;
  }

  /** Of a packet that is authentic, or our own. Encrypts or decrypts: counter mode is its own inverse. */
  private applyKeystream(
    { keystream }: KeyMaterial,
    offset: number,
    length: number,
    header: RtpHeader,
    rolloverCounter: number,
  ): void {
    const { ssrc, headerLength } = header;
    const index = indexOf(rolloverCounter, header);
    const blocks = Math.ceil((length - headerLength) / BLOCK_BYTES);
    this.kernels.applyKeystream(offset + headerLength, keystream.find(ssrc, index, blocks, 0), length - headerLength);
    keystream.advance(ssrc, index, blocks);
  }
}
