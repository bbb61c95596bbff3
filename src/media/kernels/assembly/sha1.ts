// SHA-1 (FIPS 180-4) of four messages at once, one in each lane of the vectors: the price of one.
import { LANE_STATE, SCHEDULE } from './scratch';

@inline
function rotate(x: v128, count: i32): v128 {
  return v128.or(i32x4.shl(x, count), i32x4.shr_u(x, 32 - count));
}

@inline
function choose(b: v128, c: v128, d: v128): v128 {
  return v128.xor(d, v128.and(b, v128.xor(c, d)));
}

@inline
function parity(b: v128, c: v128, d: v128): v128 {
  return v128.xor(v128.xor(b, c), d);
}

@inline
function majority(b: v128, c: v128, d: v128): v128 {
  return v128.or(v128.and(b, c), v128.and(d, v128.or(b, c)));
}

@inline
function next(a: v128, f: v128, e: v128, k: v128, word: usize): v128 {
  return i32x4.add(i32x4.add(rotate(a, 5), f), i32x4.add(e, i32x4.add(k, v128.load(word))));
}

@inline
function bigEndian(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** Sixteen words of a block of each lane into the schedule: a transposition of four by four words, four times. */
export function scheduleBlocks(p0: usize, p1: usize, p2: usize, p3: usize): void {
  for (let offset: usize = 0; offset < 64; offset += 16) {
    const r0 = bigEndian(v128.load(p0 + offset));
    const r1 = bigEndian(v128.load(p1 + offset));
    const r2 = bigEndian(v128.load(p2 + offset));
    const r3 = bigEndian(v128.load(p3 + offset));
    const t0 = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5);
    const t1 = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
    const t2 = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
    const t3 = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
    const to = SCHEDULE + (offset << 2);
    v128.store(to, v128.shuffle<u64>(t0, t1, 0, 2));
    v128.store(to, v128.shuffle<u64>(t0, t1, 1, 3), 16);
    v128.store(to, v128.shuffle<u64>(t2, t3, 0, 2), 32);
    v128.store(to, v128.shuffle<u64>(t2, t3, 1, 3), 48);
  }
}

/** One block of each lane, from the schedule into the state; lanes whose mask is 0 stay as they are. */
export function compress(mask: v128): void {
  for (let word = SCHEDULE + 256; word < SCHEDULE + 1280; word += 16) {
    const older = v128.xor(v128.load(word - 256), v128.load(word - 224));
    const newer = v128.xor(v128.load(word - 128), v128.load(word - 48));
    v128.store(word, rotate(v128.xor(older, newer), 1));
  }
  const h0 = v128.load(LANE_STATE);
  const h1 = v128.load(LANE_STATE, 16);
  const h2 = v128.load(LANE_STATE, 32);
  const h3 = v128.load(LANE_STATE, 48);
  const h4 = v128.load(LANE_STATE, 64);
  let a = h0, b = h1, c = h2, d = h3, e = h4;
  let word = SCHEDULE;
  // Five rounds at a time bring each variable back to its name.
  let k = i32x4.splat(0x5a827999);
  for (const end = SCHEDULE + 320; word < end; word += 80) {
    e = next(a, choose(b, c, d), e, k, word); b = rotate(b, 30);
    d = next(e, choose(a, b, c), d, k, word + 16); a = rotate(a, 30);
    c = next(d, choose(e, a, b), c, k, word + 32); e = rotate(e, 30);
    b = next(c, choose(d, e, a), b, k, word + 48); d = rotate(d, 30);
    a = next(b, choose(c, d, e), a, k, word + 64); c = rotate(c, 30);
  }
  k = i32x4.splat(0x6ed9eba1);
  for (const end = SCHEDULE + 640; word < end; word += 80) {
    e = next(a, parity(b, c, d), e, k, word); b = rotate(b, 30);
    d = next(e, parity(a, b, c), d, k, word + 16); a = rotate(a, 30);
    c = next(d, parity(e, a, b), c, k, word + 32); e = rotate(e, 30);
    b = next(c, parity(d, e, a), b, k, word + 48); d = rotate(d, 30);
    a = next(b, parity(c, d, e), a, k, word + 64); c = rotate(c, 30);
  }
  k = i32x4.splat(0x8f1bbcdc);
  for (const end = SCHEDULE + 960; word < end; word += 80) {
    e = next(a, majority(b, c, d), e, k, word); b = rotate(b, 30);
    d = next(e, majority(a, b, c), d, k, word + 16); a = rotate(a, 30);
    c = next(d, majority(e, a, b), c, k, word + 32); e = rotate(e, 30);
    b = next(c, majority(d, e, a), b, k, word + 48); d = rotate(d, 30);
    a = next(b, majority(c, d, e), a, k, word + 64); c = rotate(c, 30);
  }
  k = i32x4.splat(0xca62c1d6);
  for (const end = SCHEDULE + 1280; word < end; word += 80) {
    e = next(a, parity(b, c, d), e, k, word); b = rotate(b, 30);
    d = next(e, parity(a, b, c), d, k, word + 16); a = rotate(a, 30);
    c = next(d, parity(e, a, b), c, k, word + 32); e = rotate(e, 30);
    b = next(c, parity(d, e, a), b, k, word + 48); d = rotate(d, 30);
    a = next(b, parity(c, d, e), a, k, word + 64); c = rotate(c, 30);
  }
  v128.store(LANE_STATE, i32x4.add(h0, v128.and(a, mask)));
  v128.store(LANE_STATE, i32x4.add(h1, v128.and(b, mask)), 16);
  v128.store(LANE_STATE, i32x4.add(h2, v128.and(c, mask)), 32);
  v128.store(LANE_STATE, i32x4.add(h3, v128.and(d, mask)), 48);
  v128.store(LANE_STATE, i32x4.add(h4, v128.and(e, mask)), 64);
}
