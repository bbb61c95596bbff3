import { createCipheriv, type Cipheriv } from 'node:crypto';
import { BLOCK_BYTES, COUNTERS } from '../../media/kernels/kernel-memory.js';
import type { SrtpKernels } from '../../media/kernels/srtp-kernels.js';
import type { MediaMemory } from '../../media/memory.js';
import { rolloverCounterOf } from '../../media/srtp/packet-index.js';
import { freeBuffer } from '../free-buffer.js';

type WriteCounters = SrtpKernels['gcmCounters'];

/** AES of one session key over counter blocks: one cipher object for all packets, where a new one each costs more than the AES. */
export class KeystreamMaker {
  private readonly cipher: Cipheriv;

  /** @param salt its offset in memory, padded with zeros to 16 bytes */
  constructor(
    key: Uint8Array,
    private readonly salt: number,
    private readonly memory: MediaMemory,
    private readonly writeCounters: WriteCounters,
  ) {
    this.cipher = createCipheriv('aes-128-ecb', key, null);
    this.cipher.setAutoPadding(false);
  }

  /** AES of one block. */
  encrypt(block: Uint8Array): Uint8Array {
    return this.cipher.update(block);
  }

  /** Makes keystream of `packets` packets from `index` on; their sequence numbers must not wrap. */
  make(to: number, ssrc: number, index: number, packets: number, blocks: number): void {
    const { bytes } = this.memory;
    this.writeCounters(COUNTERS, this.salt, ssrc, rolloverCounterOf(index), index & 0xffff, packets, blocks);
    const keystream = this.cipher.update(bytes.subarray(COUNTERS, COUNTERS + packets * blocks * BLOCK_BYTES));
    bytes.set(keystream, to);
    freeBuffer(keystream);
  }
}
