import { BLOCK_BYTES, GHASH_TABLE_BYTES, GUEST } from '../../media/kernels/kernel-memory.js';
import type { SrtpKernels } from '../../media/kernels/srtp-kernels.js';
import type { PlainPacket, ProtectedPacket, SrtpCrypto, SrtpKeySet } from '../../media/srtp/crypto.js';
import { indexOf, KernelCrypto, type KeyMaterial } from './kernel-crypto.js';
import type { KernelSpace } from './kernel-space.js';
import type { KeystreamMaker } from './keystream-maker.js';

const TAG_BYTES = 16;

/** AEAD_AES_128_GCM (RFC 7714) by the kernels, two packets of a session at a time. */
export class KernelGcmCrypto extends KernelCrypto {
  constructor(space: KernelSpace, keys: SrtpKeySet, portable: SrtpCrypto) {
    super(space, keys, portable, GHASH_TABLE_BYTES, TAG_BYTES);
  }

  protected override prepareAuthentication(to: number, _keys: SrtpKeySet, maker: KeystreamMaker): void {
    const { bytes } = this.space.memory;
    bytes.set(maker.encrypt(new Uint8Array(BLOCK_BYTES)), GUEST);
    this.kernels.ghashTables(to, GUEST);
    bytes.fill(0, GUEST, GUEST + BLOCK_BYTES);
  }

  protected override countersOf(kernels: SrtpKernels): SrtpKernels['gcmCounters'] {
    return kernels.gcmCounters.bind(kernels);
  }

  protected override open(material: KeyMaterial, packets: readonly ProtectedPacket[], count: number): void {
    for (let i = 0; i < count; i += 2) {
      const first = packets[i];
      if (first !== undefined) this.openPair(material, first, i + 1 < count ? packets[i + 1] : undefined);
    }
  }

  protected override seal(material: KeyMaterial, packets: readonly PlainPacket[], count: number): void {
    for (let i = 0; i < count; i += 2) {
      const first = packets[i];
      if (first !== undefined) this.sealPair(material, first, i + 1 < count ? packets[i + 1] : undefined);
    }
  }

  private sealPair(material: KeyMaterial, first: PlainPacket, second: PlainPacket | undefined): void {
    const { authentication } = material;
    const keystream = keystreamOf(material, first, blocksOfPlain(first), 0);
    const { offset, header, length } = first;
    if (second === undefined)
      this.kernels.gcmSeal(authentication, offset, header.headerLength, length, keystream, 0, 0, 0, 0);
    else
      this.kernels.gcmSeal(
        authentication,
        offset,
        header.headerLength,
        length,
        keystream,
        second.offset,
        second.header.headerLength,
        second.length,
        keystreamOf(material, second, blocksOfPlain(second), 1),
      );
    advance(material, first, blocksOfPlain(first));
    if (second !== undefined) advance(material, second, blocksOfPlain(second));
  }

  private openPair(material: KeyMaterial, first: ProtectedPacket, second: ProtectedPacket | undefined): void {
    const keystream = keystreamOf(material, first, blocksOfSealed(first), 0);
    const { offset, header, length } = first;
    const authentic =
      second === undefined
        ? this.kernels.gcmOpen(material.authentication, offset, header.headerLength, length, keystream, 0, 0, 0, 0)
        : this.kernels.gcmOpen(
            material.authentication,
            offset,
            header.headerLength,
            length,
            keystream,
            second.offset,
            second.header.headerLength,
            second.length,
            keystreamOf(material, second, blocksOfSealed(second), 1),
          );
    settle(material, first, (authentic & 1) !== 0);
    if (second !== undefined) settle(material, second, (authentic & 2) !== 0);
  }
}

function keystreamOf({ keystream }: KeyMaterial, packet: PlainPacket, blocks: number, lane: number): number {
  const { header, rolloverCounter } = packet;
  return keystream.find(header.ssrc, indexOf(rolloverCounter, header), blocks, lane);
}

function settle(material: KeyMaterial, packet: ProtectedPacket, isAuthentic: boolean): void {
  packet.plainLength = isAuthentic ? packet.length - TAG_BYTES : -1;
  if (isAuthentic) advance(material, packet, blocksOfSealed(packet));
}

function advance({ keystream }: KeyMaterial, { header, rolloverCounter }: PlainPacket, blocks: number): void {
  keystream.advance(header.ssrc, indexOf(rolloverCounter, header), blocks);
}

function blocksOfPlain({ length, header }: PlainPacket): number {
  return blocksOf(length - header.headerLength);
}

function blocksOfSealed({ length, header }: ProtectedPacket): number {
  return blocksOf(length - header.headerLength - TAG_BYTES);
}

/** The first one masks the tag. */
function blocksOf(payloadLength: number): number {
  return Math.ceil(payloadLength / BLOCK_BYTES) + 1;
}
