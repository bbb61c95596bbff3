// The first 64 KiB of the memory belong to the kernels and to who calls them (../kernel-memory.ts has the callers' part).
/** Two GHASH states. */
export const STATES: usize = 1024;
/** Four SHA-1 states side by side: five words of four lanes. */
export const LANE_STATE: usize = 1088;
/** The message schedule: eighty words of four lanes. */
export const SCHEDULE: usize = 1280;
/** What is left of each lane's message behind its full blocks, padded: 128 bytes each. */
export const TAILS: usize = 2560;
/** Where the lookups for one block of each of two packets go: sixteen addresses each. */
export const ADDRESSES: usize = 3072;
