// How the first pages of a memory are shared out between the kernels and those who call them.

/** Bytes at the beginning that nobody else may use: one page. */
export const KERNEL_BYTES = 65_536;
/** Four tables of 256 products. */
export const GHASH_TABLE_BYTES = 16_384;
/** Two SHA-1 states. */
export const HMAC_PADS_BYTES = 40;
/** AES blocks of keystream for the longest packet that is looked at, and the one that masks its tag. */
export const MOST_BLOCKS = 129;
export const BLOCK_BYTES = 16;
/** Packets that keystream is made for in one call. */
export const PACKETS_PER_FILL = 16;
/** Packets that one call opens. */
export const MOST_LANES = 4;

/** Below lies what the kernels keep: see assembly/scratch.ts. */
export const LANES = 4096;
/** Counter blocks of one fill. */
export const COUNTERS = 8192;
/** Keystream of packets that lie outside of every window, one place for each lane. */
export const SINGLES = COUNTERS + PACKETS_PER_FILL * MOST_BLOCKS * BLOCK_BYTES;
export const SINGLE_BYTES = MOST_BLOCKS * BLOCK_BYTES;
/** A packet from outside of the memory, and keys while they are prepared. */
export const GUEST = SINGLES + MOST_LANES * SINGLE_BYTES;
