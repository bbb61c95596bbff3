// AES_CM_128_HMAC_SHA1_80 (RFC 3711): everything but AES itself, whose output is given as keystream.
import { compress, scheduleBlocks } from './sha1';
import { LANE_STATE, SCHEDULE, TAILS } from './scratch';

const KEY_BYTES: usize = 20;
const BLOCK_BYTES: usize = 64;
const TAIL_BYTES: usize = 128;
const ROLLOVER_BYTES: usize = 4;
/** The end mark and the length. */
const LEAST_PADDING: usize = 9;

/** Counter blocks of `packets` packets from one index on, `blocks` each. The sequence numbers must not wrap. */
export function cmCounters(out: usize, salt: usize, ssrc: u32, rollover: u32, sequence: u32, packets: u32, blocks: u32): void {
  const mask = v128.load(salt);
  const lastSalt = <u32>load<u16>(salt, 12);
  for (let packet: u32 = 0; packet < packets; packet++) {
    let iv = i32x4.replace_lane(i32x4.splat(0), 1, bswap<u32>(ssrc));
    iv = v128.xor(i32x4.replace_lane(iv, 2, bswap<u32>(rollover)), mask);
    const number = <u32>bswap<u16>(<u16>(sequence + packet)) ^ lastSalt;
    for (let block: u32 = 0; block < blocks; block++, out += 16) {
      v128.store(out, i32x4.replace_lane(iv, 3, number | bswap<u32>(block)));
    }
  }
}

/** HMAC's two states behind the padded key (RFC 2104): computed once, they save two of the blocks of every packet. */
export function hmacPads(pads: usize, key: usize): void {
  storePad(pads, key, 0x36);
  storePad(pads + 20, key, 0x5c);
}

function storePad(to: usize, key: usize, pad: u8): void {
  memory.fill(TAILS, pad, BLOCK_BYTES);
  for (let i: usize = 0; i < KEY_BYTES; i++) store<u8>(TAILS + i, load<u8>(key + i) ^ pad);
  v128.store(LANE_STATE, i32x4.splat(0x67452301));
  v128.store(LANE_STATE, i32x4.splat(0xefcdab89), 16);
  v128.store(LANE_STATE, i32x4.splat(0x98badcfe), 32);
  v128.store(LANE_STATE, i32x4.splat(0x10325476), 48);
  v128.store(LANE_STATE, i32x4.splat(0xc3d2e1f0), 64);
  scheduleBlocks(TAILS, TAILS, TAILS, TAILS);
  compress(i32x4.splat(-1));
  for (let word: usize = 0; word < 5; word++) store<u32>(to + word * 4, load<u32>(LANE_STATE + word * 16));
}

function startFrom(pad: usize): void {
  for (let word: usize = 0; word < 5; word++) {
    v128.store(LANE_STATE + word * 16, i32x4.splat(load<u32>(pad + word * 4)));
  }
}

/** What is behind the full blocks of a message, with the rollover counter and the padding. @returns blocks of the whole message */
function writeTail(lane: usize, p: usize, length: usize, rollover: u32): usize {
  const tail = TAILS + lane * TAIL_BYTES;
  const rest = length & (BLOCK_BYTES - 1);
  const isLong = rest + ROLLOVER_BYTES + LEAST_PADDING > BLOCK_BYTES;
  memory.fill(tail, 0, TAIL_BYTES);
  memory.copy(tail, p + length - rest, rest);
  store<u32>(tail + rest, bswap<u32>(rollover));
  store<u8>(tail + rest, 0x80, 4);
  const bits = <u32>(BLOCK_BYTES + length + ROLLOVER_BYTES) << 3;
  store<u32>(tail + (isLong ? TAIL_BYTES : BLOCK_BYTES) - 4, bswap<u32>(bits));
  return (length >> 6) + (isLong ? 2 : 1);
}

@inline
function blockOf(lane: usize, p: usize, fullBlocks: usize, block: usize): usize {
  return block < fullBlocks ? p + (block << 6) : TAILS + lane * TAIL_BYTES + ((block - fullBlocks) << 6);
}

/** The tags of four packets of one key into the state. Each `lanes` entry: offset, length without tag, rollover counter, 0. */
function hashLanes(lanes: usize, pads: usize): void {
  const p0 = <usize>load<u32>(lanes), n0 = <usize>load<u32>(lanes, 4);
  const p1 = <usize>load<u32>(lanes, 16), n1 = <usize>load<u32>(lanes, 20);
  const p2 = <usize>load<u32>(lanes, 32), n2 = <usize>load<u32>(lanes, 36);
  const p3 = <usize>load<u32>(lanes, 48), n3 = <usize>load<u32>(lanes, 52);
  const t0 = writeTail(0, p0, n0, load<u32>(lanes, 8));
  const t1 = writeTail(1, p1, n1, load<u32>(lanes, 24));
  const t2 = writeTail(2, p2, n2, load<u32>(lanes, 40));
  const t3 = writeTail(3, p3, n3, load<u32>(lanes, 56));
  let totals = i32x4.replace_lane(i32x4.splat(<i32>t0), 1, <i32>t1);
  totals = i32x4.replace_lane(i32x4.replace_lane(totals, 2, <i32>t2), 3, <i32>t3);
  const most = max(max(t0, t1), max(t2, t3));
  startFrom(pads);
  for (let block: usize = 0; block < most; block++) {
    scheduleBlocks(
      blockOf(0, p0, n0 >> 6, block), blockOf(1, p1, n1 >> 6, block),
      blockOf(2, p2, n2 >> 6, block), blockOf(3, p3, n3 >> 6, block),
    );
    compress(i32x4.gt_u(totals, i32x4.splat(<i32>block)));
  }
  hashDigests(pads);
}

/** HMAC's second hash: the first digests are the message, and lie as words already. */
function hashDigests(pads: usize): void {
  for (let word: usize = 0; word < 5; word++) v128.store(SCHEDULE + word * 16, v128.load(LANE_STATE + word * 16));
  v128.store(SCHEDULE, i32x4.splat(0x80000000), 80);
  for (let word: usize = 6; word < 15; word++) v128.store(SCHEDULE + word * 16, i32x4.splat(0));
  v128.store(SCHEDULE, i32x4.splat(<i32>((BLOCK_BYTES + KEY_BYTES) << 3)), 240);
  startFrom(pads + 20);
  compress(i32x4.splat(-1));
}

/**
 * Looks whether up to four packets of one key are authentic.
 * @param lanes four entries of 16 bytes: offset, length without the tag, rollover counter, 0; those that are not wanted repeat another
 * @returns bit 0 to 3: the packet is authentic
 */
export function cmVerify(lanes: usize, pads: usize): u32 {
  hashLanes(lanes, pads);
  let authentic: u32 = 0;
  for (let lane: usize = 0; lane < 4; lane++) {
    const tag = <usize>load<u32>(lanes + lane * 16) + <usize>load<u32>(lanes + lane * 16, 4);
    const state = LANE_STATE + lane * 4;
    // Without branches on what differs.
    const differs =
      (bswap<u32>(load<u32>(state)) ^ load<u32>(tag)) |
      (bswap<u32>(load<u32>(state, 16)) ^ load<u32>(tag, 4)) |
      ((bswap<u32>(load<u32>(state, 32)) & 0xffff) ^ <u32>load<u16>(tag, 8));
    authentic |= <u32>(differs == 0) << <u32>lane;
  }
  return authentic;
}

/** Writes the tags of four packets behind them. @param lanes as those of `cmVerify` */
export function cmSign(lanes: usize, pads: usize): void {
  hashLanes(lanes, pads);
  for (let lane: usize = 0; lane < 4; lane++) {
    const tag = <usize>load<u32>(lanes + lane * 16) + <usize>load<u32>(lanes + lane * 16, 4);
    const state = LANE_STATE + lane * 4;
    store<u32>(tag, bswap<u32>(load<u32>(state)));
    store<u32>(tag, bswap<u32>(load<u32>(state, 16)), 4);
    store<u16>(tag, <u16>bswap<u32>(load<u32>(state, 32)), 8);
  }
}
