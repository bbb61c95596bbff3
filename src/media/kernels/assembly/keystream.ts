/** XORs `length` bytes with the keystream, and touches none behind them. */
export function applyKeystream(at: usize, keystream: usize, length: usize): void {
  const end = at + length;
  const endOfBlocks = at + (length & ~15);
  for (; at < endOfBlocks; at += 16, keystream += 16) {
    v128.store(at, v128.xor(v128.load(at), v128.load(keystream)));
  }
  for (; at < end; at++, keystream++) store<u8>(at, load<u8>(at) ^ load<u8>(keystream));
}
