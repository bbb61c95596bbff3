// AEAD_AES_128_GCM for SRTP (RFC 7714): everything but AES itself, whose output is given as keystream.
import { clearStates, hashAt, hashBlocks, hashOne, hashTwo } from './ghash';
import { STATES } from './scratch';
import { applyKeystream } from './keystream';

const TAG_BYTES: usize = 16;

/**
 * Counter blocks of `packets` packets from one index on, `blocks` each: block 1 masks the tag, the payload begins with 2.
 * The sequence numbers must not wrap.
 */
export function gcmCounters(out: usize, salt: usize, ssrc: u32, rollover: u32, sequence: u32, packets: u32, blocks: u32): void {
  const mask = v128.load(salt);
  for (let packet: u32 = 0; packet < packets; packet++) {
    let iv = i32x4.replace_lane(i32x4.splat(0), 0, bswap<u32>(ssrc >> 16));
    iv = i32x4.replace_lane(iv, 1, bswap<u32>((ssrc << 16) | (rollover >> 16)));
    iv = i32x4.replace_lane(iv, 2, bswap<u32>((rollover << 16) | (sequence + packet)));
    iv = v128.xor(iv, mask);
    for (let block: u32 = 1; block <= blocks; block++, out += 16) {
      v128.store(out, i32x4.replace_lane(iv, 3, bswap<u32>(block)));
    }
  }
}

/** The first `count` bytes at `from`, zeros behind them. Up to 15 bytes more are read: the tag lies there. */
@inline
function padded(from: usize, count: usize): v128 {
  const isInside = i8x16.lt_u(v128(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<u8>count));
  return v128.and(v128.load(from), isInside);
}

@inline
function lengths(header: usize, body: usize): v128 {
  return i64x2.replace_lane(i64x2.splat(bswap<u64>(<u64>header << 3)), 1, bswap<u64>(<u64>body << 3));
}

/** GHASH of header and encrypted payload of two packets of one key. Without a second one its lengths are 0. */
function hashPackets(tables: usize, p: usize, header: usize, body: usize, q: usize, header2: usize, body2: usize): void {
  clearStates();
  hashBlocks(tables, p, header >> 4, q, header2 >> 4);
  hashRest(tables, p, header, q, header2);
  hashBlocks(tables, p + header, body >> 4, q + header2, body2 >> 4);
  hashRest(tables, p + header, body, q + header2, body2);
  hashTwo(tables, lengths(header, body), lengths(header2, body2));
}

/** The bytes behind the full blocks. */
function hashRest(tables: usize, p: usize, n: usize, q: usize, m: usize): void {
  if (n & 15) hashOne(tables, STATES, padded(p + (n & ~15), n & 15));
  if (m & 15) hashOne(tables, STATES + 16, padded(q + (m & ~15), m & 15));
}

/** Without branches on what differs. */
function isTag(state: usize, keystream: usize, tag: usize): bool {
  const expected = v128.xor(hashAt(state), v128.load(keystream));
  return !v128.any_true(v128.xor(expected, v128.load(tag)));
}

/**
 * Opens one or two packets of one key in place; what is not authentic stays as it is.
 * @param length with the tag; `length2` 0 = there is no second packet
 * @returns bit 0 and bit 1: the first, the second is authentic
 */
export function gcmOpen(
  tables: usize, p: usize, header: usize, length: usize, keystream: usize,
  q: usize, header2: usize, length2: usize, keystream2: usize,
): u32 {
  const body = length - header - TAG_BYTES;
  const body2 = length2 > 0 ? length2 - header2 - TAG_BYTES : 0;
  hashPackets(tables, p, header, body, q, header2, body2);
  let authentic: u32 = 0;
  if (isTag(STATES, keystream, p + header + body)) {
    applyKeystream(p + header, keystream + 16, body);
    authentic = 1;
  }
  if (length2 > 0 && isTag(STATES + 16, keystream2, q + header2 + body2)) {
    applyKeystream(q + header2, keystream2 + 16, body2);
    authentic |= 2;
  }
  return authentic;
}

/**
 * Encrypts one or two packets of one key in place and writes their tags behind them.
 * @param length without the tag; `length2` 0 = there is no second packet
 */
export function gcmSeal(
  tables: usize, p: usize, header: usize, length: usize, keystream: usize,
  q: usize, header2: usize, length2: usize, keystream2: usize,
): void {
  const body = length - header;
  const body2 = length2 - header2;
  applyKeystream(p + header, keystream + 16, body);
  applyKeystream(q + header2, keystream2 + 16, body2);
  hashPackets(tables, p, header, body, q, header2, body2);
  v128.store(p + length, v128.xor(hashAt(STATES), v128.load(keystream)));
  if (length2 > 0) v128.store(q + length2, v128.xor(hashAt(STATES + 16), v128.load(keystream2)));
}
