// GHASH (NIST SP 800-38D section 6.4) over four tables of 256 products: 16 lookups per block instead of 128 shifts.
// GCM has bit 0 of the polynomial in the highest bit of the first byte. Here a value lies with its bytes turned round, so
// that times x is a shift to the right of one number of 128 bits; the first word of a block is the last lane.
import { ADDRESSES, STATES } from './scratch';

const TABLE_BYTES: usize = 4096;
/** x^128 = 1 + x + x^2 + x^7, in the order of the bits of the first word. */
const REDUCTION: u64 = 0xe100000000000000;

/** Table m of a key holds for each byte b the product b * x^(8m) * H. */
export function ghashTables(tables: usize, key: usize): void {
  let high = bswap<u64>(load<u64>(key));
  let low = bswap<u64>(load<u64>(key, 8));
  for (let m: usize = 0; m < 4; m++) {
    const table = tables + m * TABLE_BYTES;
    v128.store(table, i64x2.splat(0));
    for (let bit: usize = 0x80; bit > 0; bit >>= 1) {
      store<u64>(table + (bit << 4), low);
      store<u64>(table + (bit << 4), high, 8);
      const carry = low & 1;
      low = (low >> 1) | (high << 63);
      high = (high >> 1) ^ (carry ? REDUCTION : 0);
    }
    for (let bit: usize = 2; bit < 256; bit <<= 1) {
      const single = v128.load(table + (bit << 4));
      for (let rest: usize = 1; rest < bit; rest++) {
        v128.store(table + ((bit + rest) << 4), v128.xor(single, v128.load(table + (rest << 4))));
      }
    }
  }
}

/** Between the order of a packet's bytes and ours. */
@inline
function turned(block: v128): v128 {
  return v128.shuffle<u8>(block, block, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

/** By so many bytes, zeros behind: sixteen neighbours out of two vectors are one instruction. */
@inline
function right4(x: v128): v128 {
  return v128.shuffle<u8>(x, i32x4.splat(0), 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
}

@inline
function right8(x: v128): v128 {
  return v128.shuffle<u8>(x, i32x4.splat(0), 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
}

@inline
function right12(x: v128): v128 {
  return v128.shuffle<u8>(x, i32x4.splat(0), 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
}

@inline
function left4(x: v128): v128 {
  return v128.shuffle<u8>(i32x4.splat(0), x, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
}

@inline
function left8(x: v128): v128 {
  return v128.shuffle<u8>(i32x4.splat(0), x, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
}

@inline
function left12(x: v128): v128 {
  return v128.shuffle<u8>(i32x4.splat(0), x, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
}

/** Where in its table each fourth byte of `state` stands: bytes moved to bits 4 to 11. */
@inline
function places(tables: v128, shifted: v128): v128 {
  return i32x4.add(v128.and(shifted, i32x4.splat(0xff0)), tables);
}

/** The product of H and the 32-bit word whose bytes' places lie at `at`, in the place of the first word. */
@inline
function wordTimesKey(at: usize): v128 {
  return v128.xor(
    v128.xor(v128.load(load<u32>(at)), v128.load(load<u32>(at, 16), 4096)),
    v128.xor(v128.load(load<u32>(at, 32), 8192), v128.load(load<u32>(at, 48), 12288)),
  );
}

/**
 * The product of H and `state`: four words in their places, then what is beyond x^127 folded back. The addresses of all
 * lookups are computed side by side and go through memory at `at`: taking lanes out one by one costs twice as much.
 */
@inline
function timesKey(tables: v128, at: usize, state: v128): v128 {
  v128.store(at, places(tables, i32x4.shr_u(state, 20)));
  v128.store(at, places(tables, i32x4.shr_u(state, 12)), 16);
  v128.store(at, places(tables, i32x4.shr_u(state, 4)), 32);
  v128.store(at, places(tables, i32x4.shl(state, 4)), 48);
  const a = wordTimesKey(at + 12);
  const b = wordTimesKey(at + 8);
  const c = wordTimesKey(at + 4);
  const d = wordTimesKey(at);
  const low = v128.xor(v128.xor(a, right4(b)), v128.xor(right8(c), right12(d)));
  const beyond = v128.xor(v128.xor(left12(b), left8(c)), left4(d));
  const inWords = v128.xor(
    v128.xor(beyond, i64x2.shr_u(beyond, 1)),
    v128.xor(i64x2.shr_u(beyond, 2), i64x2.shr_u(beyond, 7)),
  );
  const carried = v128.xor(v128.xor(i64x2.shl(beyond, 63), i64x2.shl(beyond, 62)), i64x2.shl(beyond, 57));
  return v128.xor(v128.xor(low, inWords), right8(carried));
}

/** Takes both states back to zero. */
export function clearStates(): void {
  v128.store(STATES, i64x2.splat(0));
  v128.store(STATES, i64x2.splat(0), 16);
}

/** The state at `at` in the order of a packet's bytes. */
export function hashAt(at: usize): v128 {
  return turned(v128.load(at));
}

/**
 * Takes `n` blocks at `p` into the first state and `m` at `q` into the second. Two packets side by side are two chains
 * of lookups that do not wait for each other: nearly the price of one.
 */
export function hashBlocks(tables: usize, p: usize, n: usize, q: usize, m: usize): void {
  const t = i32x4.splat(<i32>tables);
  let y = v128.load(STATES);
  let z = v128.load(STATES, 16);
  const both = min<usize>(n, m);
  const endOfBoth = p + (both << 4);
  for (; p < endOfBoth; p += 16, q += 16) {
    y = timesKey(t, ADDRESSES, v128.xor(y, turned(v128.load(p))));
    z = timesKey(t, ADDRESSES + 64, v128.xor(z, turned(v128.load(q))));
  }
  for (const end = p + ((n - both) << 4); p < end; p += 16) {
    y = timesKey(t, ADDRESSES, v128.xor(y, turned(v128.load(p))));
  }
  for (const end = q + ((m - both) << 4); q < end; q += 16) {
    z = timesKey(t, ADDRESSES + 64, v128.xor(z, turned(v128.load(q))));
  }
  v128.store(STATES, y);
  v128.store(STATES, z, 16);
}

/** Takes one block each into both states. */
export function hashTwo(tables: usize, first: v128, second: v128): void {
  hashOne(tables, STATES, first);
  hashOne(tables, STATES + 16, second);
}

/** Takes one block into the state at `at`. */
export function hashOne(tables: usize, at: usize, block: v128): void {
  v128.store(at, timesKey(i32x4.splat(<i32>tables), ADDRESSES, v128.xor(v128.load(at), turned(block))));
}
